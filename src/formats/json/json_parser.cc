// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_parser.h"

#include <bit>
#include <cstring>
#include <limits>
#include <vector>

#include "formats/cutting/utf8.h"
#include "formats/json/byte_block_internal.h"
#include "formats/json/json_outline_internal.h"
#include "formats/json/member_order_internal.h"
#include "formats/json/string_escapes_internal.h"

namespace healix::formats::json {
namespace {

/// Where reading and writing stand. Passed by value, so that both stay in registers.
struct Place {
  const char* at;  // nullptr: a fault was recorded
  char* out;
};

constexpr Place kFaulty{nullptr, nullptr};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::uint64_t FrontOf(const char* name, std::uint32_t bytes) {
  unsigned char front[8] = {};
  std::memcpy(front, name, bytes < 8 ? bytes : 8);
  std::uint64_t value = 0;
  for (const unsigned char byte : front) value = value << 8 | byte;
  return value;
}

}  // namespace

/// Reads values, names and separators in turn and writes each at once; when an object closes, its
/// members are sorted where they stand.
class JsonParser::Implementation final {
 public:
  explicit Implementation(JsonParserOptions options) : options_(options) {}

  Result<JsonView> Parse(std::string_view bytes);
  std::optional<JsonField> Field(std::string_view name) const {
    return outline_.Find(canonical_, name);
  }
  std::optional<JsonView> Field(std::string_view parent, std::string_view name) const {
    return outline_.Find(canonical_, parent, name);
  }

 private:
  enum class Next : std::uint8_t { kValue, kName, kSeparator, kDone };
  struct Frame {
    bool is_object;
    std::uint32_t begin;         // of the opening bracket in the output
    std::uint32_t first_member;  // in members_
  };

  void Reset(std::string_view bytes);
  Place Run(Place place);
  Place Value(Place place);
  Place Open(Place place);
  Place Name(Place place);
  Place Separator(Place place);
  Place Close(Place place);
  Place CloseObject(Place place, const Frame& frame);
  Place String(Place place);
  Place Number(Place place);
  Place Digits(Place place);
  Place Literal(Place place, std::string_view text);

  const char* SkipBlanks(const char* at) const {
    while (at != end_ && IsBlank(*at)) ++at;
    return at;
  }
  Place Fault(ErrorCode code, const char* at) {
    fault_code_ = code;
    fault_at_ = at;
    return kFaulty;
  }
  /// Says that `at` has a character that can't stand there, or that the text ends there.
  Place Unexpected(const char* at) {
    return Fault(at == end_ ? ErrorCode::kInputTruncated : ErrorCode::kJsonInvalid, at);
  }
  Error FaultAsError() const;
  std::uint32_t SourceAt(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }
  std::uint32_t OutputAt(const char* out) const {
    return static_cast<std::uint32_t>(out - output_.get());
  }
  bool InRootObject() const { return frames_.size() == 1 && frames_.front().is_object; }

  JsonParserOptions options_;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  std::unique_ptr<char[]> output_;
  std::size_t output_capacity_ = 0;
  std::string_view canonical_;
  Next next_ = Next::kValue;
  std::vector<Frame> frames_;
  std::vector<Member> members_;  // of all open objects, inner ones behind outer ones
  MemberOrder order_;
  JsonOutline outline_;
  ErrorCode fault_code_ = ErrorCode::kJsonInvalid;
  const char* fault_at_ = nullptr;
};

Result<JsonView> JsonParser::Implementation::Parse(std::string_view bytes) {
  if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
    return MakeError(ErrorCode::kLimitExceeded, "a JSON text of {} bytes is too long to parse",
                     bytes.size());
  }
  Reset(bytes);
  if (const auto bad = FindInvalidUtf8(bytes)) {
    Fault(ErrorCode::kUtf8Invalid, begin_ + *bad);
    return FaultAsError();
  }
  const Place done = Run({SkipBlanks(begin_), output_.get()});
  if (done.at == nullptr) {
    outline_.Clear();
    return FaultAsError();
  }
  canonical_ = {output_.get(), OutputAt(done.out)};
  return JsonView(canonical_);
}

void JsonParser::Implementation::Reset(std::string_view bytes) {
  begin_ = bytes.data();
  end_ = begin_ + bytes.size();
  // Canonical text is never longer than its source; strings are copied in whole blocks.
  const std::size_t needed = bytes.size() + kStringBlockBytes;
  if (output_capacity_ < needed) {
    output_capacity_ = needed + needed / 4;
    output_ = std::make_unique_for_overwrite<char[]>(output_capacity_);
  }
  canonical_ = {};
  next_ = Next::kValue;
  frames_.clear();
  members_.clear();
  outline_.Clear();
}

Error JsonParser::Implementation::FaultAsError() const {
  const std::uint64_t offset = SourceAt(fault_at_);
  const auto describe = [&]() -> Error {
    switch (fault_code_) {
      case ErrorCode::kNestingTooDeep:
        return MakeError(fault_code_, "nested deeper than {} levels", options_.depth_max);
      case ErrorCode::kJsonDuplicateKey:
        return MakeError(fault_code_, "an object names the same key twice");
      case ErrorCode::kUtf8Invalid:
        return MakeError(fault_code_, "the byte is not part of valid UTF-8");
      case ErrorCode::kInputTruncated:
        return MakeError(fault_code_, "the text ends inside a value");
      default:
        return MakeError(fault_code_, "the character can't stand here");
    }
  };
  return describe().At({.file = {}, .byte_offset = offset, .line = std::nullopt});
}

Place JsonParser::Implementation::Run(Place place) {
  for (;;) {
    switch (next_) {
      case Next::kValue:
        place = Value(place);
        break;
      case Next::kName:
        place = Name(place);
        break;
      case Next::kSeparator:
        place = Separator(place);
        break;
      case Next::kDone:
        return place.at == end_ ? place : Unexpected(place.at);
    }
    if (place.at == nullptr) return place;
  }
}

Place JsonParser::Implementation::Value(Place place) {
  if (place.at == end_) return Unexpected(place.at);
  if (InRootObject()) outline_.BeginValue(SourceAt(place.at));
  next_ = Next::kSeparator;
  switch (*place.at) {
    case '{':
    case '[':
      return Open(place);
    case '"':
      return String(place);
    case 't':
      return Literal(place, "true");
    case 'f':
      return Literal(place, "false");
    case 'n':
      return Literal(place, "null");
    default:
      return Number(place);
  }
}

Place JsonParser::Implementation::Open(Place place) {
  if (frames_.size() >= options_.depth_max) return Fault(ErrorCode::kNestingTooDeep, place.at);
  const bool is_object = *place.at == '{';
  frames_.push_back({is_object, OutputAt(place.out), static_cast<std::uint32_t>(members_.size())});
  *place.out++ = *place.at;
  place.at = SkipBlanks(place.at + 1);
  if (place.at != end_ && *place.at == (is_object ? '}' : ']')) return Close(place);
  next_ = is_object ? Next::kName : Next::kValue;
  return place;
}

Place JsonParser::Implementation::Name(Place place) {
  if (place.at == end_ || *place.at != '"') return Unexpected(place.at);
  const char* const source = place.at;
  const char* const name = place.out + 1;
  place = String(place);
  if (place.at == nullptr) return place;
  const auto bytes = static_cast<std::uint32_t>(place.out - 1 - name);
  const auto index = static_cast<std::uint32_t>(members_.size() - frames_.back().first_member);
  members_.push_back({FrontOf(name, bytes), OutputAt(name - 1), bytes, SourceAt(source), index});
  place.at = SkipBlanks(place.at);
  if (place.at == end_ || *place.at != ':') return Unexpected(place.at);
  *place.out++ = ':';
  place.at = SkipBlanks(place.at + 1);
  next_ = Next::kValue;
  return place;
}

Place JsonParser::Implementation::Separator(Place place) {
  if (InRootObject()) outline_.EndValue(SourceAt(place.at));
  place.at = SkipBlanks(place.at);
  if (frames_.empty()) {
    next_ = Next::kDone;
    return place;
  }
  if (place.at == end_) return Unexpected(place.at);
  const bool is_object = frames_.back().is_object;
  if (*place.at == (is_object ? '}' : ']')) return Close(place);
  if (*place.at != ',') return Unexpected(place.at);
  *place.out++ = ',';
  place.at = SkipBlanks(place.at + 1);
  next_ = is_object ? Next::kName : Next::kValue;
  return place;
}

Place JsonParser::Implementation::Close(Place place) {
  const Frame frame = frames_.back();
  if (frame.is_object) {
    place = CloseObject(place, frame);
    if (place.at == nullptr) return place;
  }
  frames_.pop_back();
  *place.out++ = *place.at++;
  next_ = Next::kSeparator;
  return place;
}

Place JsonParser::Implementation::CloseObject(Place place, const Frame& frame) {
  const std::span members = std::span(members_).subspan(frame.first_member);
  const std::uint32_t end = OutputAt(place.out);
  const auto twice = order_.Sort(output_.get(), members, end);
  if (twice && options_.duplicate_names == DuplicateNames::kRefuse) {
    return Fault(ErrorCode::kJsonDuplicateKey, begin_ + *twice);
  }
  if (frames_.size() == 1) {
    outline_.AddRoot(members, end);
  } else if (frames_.size() == 2 && frames_.front().is_object) {
    outline_.AddChild(members, frame.begin, end);
  }
  members_.resize(frame.first_member);
  return place;
}

Place JsonParser::Implementation::String(Place place) {
  *place.out++ = *place.at++;
  for (;;) {
    std::uint32_t special = 0;
    while (end_ - place.at >= static_cast<std::ptrdiff_t>(kStringBlockBytes)) {
      special = CopyStringBlock(place.at, place.out);
      const std::size_t plain = special != 0 ? std::countr_zero(special) : kStringBlockBytes;
      place.at += plain;
      place.out += plain;
      if (special != 0) break;
    }
    while (special == 0 && place.at != end_) {
      const auto byte = static_cast<unsigned char>(*place.at);
      special = byte == '"' || byte == '\\' || byte < 0x20;
      if (special == 0) *place.out++ = *place.at++;
    }
    if (place.at == end_) return Unexpected(place.at);
    if (*place.at == '"') {
      *place.out++ = *place.at++;
      return place;
    }
    if (*place.at != '\\') return Unexpected(place.at);
    const auto escape = ReadEscape({place.at, static_cast<std::size_t>(end_ - place.at)});
    if (!escape) return Fault(ErrorCode::kJsonInvalid, place.at);
    place.at += escape->bytes;
    place.out = WriteCanonical(escape->code_point, place.out);
  }
}

Place JsonParser::Implementation::Digits(Place place) {
  if (place.at == end_ || !IsDigit(*place.at)) return Unexpected(place.at);
  while (place.at != end_ && IsDigit(*place.at)) *place.out++ = *place.at++;
  return place;
}

Place JsonParser::Implementation::Number(Place place) {
  if (*place.at == '-') *place.out++ = *place.at++;
  if (place.at != end_ && *place.at == '0') {
    *place.out++ = *place.at++;
  } else {
    place = Digits(place);
  }
  if (place.at != nullptr && place.at != end_ && *place.at == '.') {
    *place.out++ = *place.at++;
    place = Digits(place);
  }
  if (place.at != nullptr && place.at != end_ && (*place.at | 0x20) == 'e') {
    *place.out++ = *place.at++;
    if (place.at != end_ && (*place.at == '+' || *place.at == '-')) *place.out++ = *place.at++;
    place = Digits(place);
  }
  return place;
}

Place JsonParser::Implementation::Literal(Place place, std::string_view text) {
  for (const char expected : text) {
    if (place.at == end_ || *place.at != expected) return Unexpected(place.at);
    *place.out++ = *place.at++;
  }
  return place;
}

JsonParser::JsonParser(JsonParserOptions options)
    : implementation_(std::make_unique<Implementation>(options)) {}
JsonParser::~JsonParser() = default;

Result<JsonView> JsonParser::Parse(std::string_view bytes) { return implementation_->Parse(bytes); }

std::optional<JsonField> JsonParser::Field(std::string_view name) const {
  return implementation_->Field(name);
}

std::optional<JsonView> JsonParser::Field(std::string_view parent, std::string_view name) const {
  return implementation_->Field(parent, name);
}

}  // namespace healix::formats::json
