// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_cutter.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "formats/json/json_head.h"
#include "formats/json/json_layout_internal.h"
#include "formats/json/member_head_internal.h"
#include "formats/json/value_cutter_internal.h"

namespace healix::formats::json {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kBlanksAndCommas = " \t\r\n,";
constexpr std::string_view kNoValueStarts = ",:]}";
/// What is given back is cut twice: hostile inputs must not make us do that for ever.
constexpr std::uint64_t kGiveBackFactor = 16;

Error ErrorAt(ErrorCode code, std::uint64_t offset) {
  const Position position{.file = {}, .byte_offset = offset, .line = std::nullopt};
  if (code == ErrorCode::kInputTruncated) {
    return MakeError(code, "the input or line ends inside an array or object").At(position);
  }
  return MakeError(code, "no value can start here").At(position);
}

}  // namespace

Status JsonCutterOptions::Validate() const {
  if (record_bytes_max == 0 || record_bytes_max > std::numeric_limits<std::uint32_t>::max()) {
    return MakeError(ErrorCode::kInvalidArgument, "record_bytes_max must be 1 to {}",
                     std::numeric_limits<std::uint32_t>::max());
  }
  return {};
}

/// Stands either among outer values, or among the members of an opened object, or among the
/// elements of its array. A step hands out a piece, or changes where it stands, or does nothing
/// (then the next one goes on).
class JsonCutter::Implementation final {
 public:
  Implementation(std::unique_ptr<StreamWindow> window, JsonCutterOptions options)
      : options_(std::move(options)),
        window_(std::move(window)),
        values_(*window_, options_.record_bytes_max) {
    Settle();
  }

  Status SniffLayout();
  Result<std::optional<JsonPiece>> Next();
  void GiveBack(std::size_t kept_bytes);
  bool can_give_back(std::size_t kept_bytes) const {
    return is_element_ && kept_bytes > 0 && kept_bytes <= handed_out_ &&
           given_back_bytes_ <= kGiveBackFactor * options_.record_bytes_max;
  }
  const ByteAccount& account() const { return account_; }

 private:
  enum class Place : std::uint8_t { kOuter, kMembers, kElements, kAbandoned, kEnd };

  Result<std::optional<JsonPiece>> Step();
  Result<std::optional<JsonPiece>> StepOuter(char first);
  Result<std::optional<JsonPiece>> StepMembers(char first);
  Result<std::optional<JsonPiece>> StepElements(char first);
  std::optional<JsonPiece> StepAtEnd();

  Result<std::optional<char>> SkipSeparators();
  Result<bool> IsOpened();
  Result<std::optional<JsonPiece>> RejectStray();
  Result<std::optional<JsonPiece>> RejectRestOfObject();
  JsonPiece TakeBracket(JsonPieceKind kind, std::size_t bytes);
  JsonPiece Take(JsonPieceKind kind, CutValue cut);
  JsonPiece EmptyRejection();
  void Settle();

  NewlineRule newline_rule() const {
    return layout_ == JsonLayout::kLines ? NewlineRule::kEndsAll : NewlineRule::kBlank;
  }

  JsonCutterOptions options_;
  std::unique_ptr<StreamWindow> window_;
  ValueCutter values_;
  JsonLayout layout_ = JsonLayout::kValues;
  Place place_ = Place::kOuter;
  bool in_array_ = false;  // the outer array is open
  std::uint64_t given_back_bytes_ = 0;
  bool array_seen_ = false;        // the array of the opened object was cut
  bool is_element_ = false;        // the last piece is an element of the cut array, good or not
  bool element_accepted_ = false;  // and good
  bool truncation_known_ = false;  // a rejection has said that the input ends too early
  std::size_t handed_out_ = 0;     // bytes of the window that the last piece still looks at
  ByteAccount account_;
};

Status JsonCutter::Implementation::SniffLayout() {
  HEALIX_TRY(const auto first, SkipSeparators());
  TextRest rest = first ? TextRest::kMore : TextRest::kNone;
  for (;;) {
    if (const auto layout = json::SniffLayout(window_->text(), rest)) {
      layout_ = *layout;
      break;
    }
    HEALIX_TRY(const bool more, window_->More());
    rest = more ? TextRest::kMore : TextRest::kNone;
  }
  if (layout_ == JsonLayout::kArray) {
    window_->Skip(1);
    in_array_ = true;
  }
  Settle();
  return {};
}

Result<std::optional<JsonPiece>> JsonCutter::Implementation::Next() {
  window_->Skip(handed_out_);
  handed_out_ = 0;
  is_element_ = false;
  while (place_ != Place::kEnd) {
    HEALIX_TRY(auto piece, Step());
    Settle();
    if (piece) return piece;
  }
  HEALIX_RETURN_IF_ERROR(window_->CheckEnd());
  return std::optional<JsonPiece>();
}

void JsonCutter::Implementation::GiveBack(std::size_t kept_bytes) {
  HEALIX_CHECK(can_give_back(kept_bytes), "GiveBack() of what is no element in memory");
  const std::string_view back = window_->text().substr(kept_bytes, handed_out_ - kept_bytes);
  (element_accepted_ ? account_.record_bytes : account_.rejected_bytes) -=
      window_->SourceBytesOf(back);
  given_back_bytes_ += back.size();
  handed_out_ = kept_bytes;
  place_ = Place::kElements;
  truncation_known_ = false;
  Settle();
}

/// All bytes that are neither record nor rejected are envelope.
void JsonCutter::Implementation::Settle() {
  const std::uint64_t seen =
      window_->offset() + window_->SourceBytesOf(window_->text().substr(0, handed_out_));
  account_.envelope_bytes = seen - account_.record_bytes - account_.rejected_bytes;
}

Result<std::optional<JsonPiece>> JsonCutter::Implementation::Step() {
  if (place_ == Place::kAbandoned) {
    place_ = Place::kOuter;
    return TakeBracket(JsonPieceKind::kClose, 0);
  }
  HEALIX_TRY(const auto first, SkipSeparators());
  if (!first) return StepAtEnd();
  switch (place_) {
    case Place::kMembers:
      return StepMembers(*first);
    case Place::kElements:
      return StepElements(*first);
    default:
      return StepOuter(*first);
  }
}

/// Steps over blanks, inside arrays and objects over commas too. In lines a newline inside an
/// opened object stays: it is no separator there.
Result<std::optional<char>> JsonCutter::Implementation::SkipSeparators() {
  const bool inside = place_ != Place::kOuter;
  std::string_view skipped = inside || in_array_ ? kBlanksAndCommas : kBlanks;
  if (inside && layout_ == JsonLayout::kLines) skipped = " \t\r,";
  for (;;) {
    const std::string_view text = window_->text();
    const std::size_t at = text.find_first_not_of(skipped);
    if (at != std::string_view::npos) {
      window_->Skip(at);
      return std::optional(text[at]);
    }
    window_->Skip(text.size());
    HEALIX_TRY(const bool more, window_->More());
    if (!more) return std::optional<char>();
  }
}

std::optional<JsonPiece> JsonCutter::Implementation::StepAtEnd() {
  const bool inside = place_ != Place::kOuter;
  const bool complete = !inside && !in_array_;
  const bool known = std::exchange(truncation_known_, true);
  in_array_ = false;
  if (complete) {
    place_ = Place::kEnd;
    return std::nullopt;
  }
  if (inside) place_ = Place::kAbandoned;
  return known ? std::nullopt : std::optional(EmptyRejection());
}

Result<std::optional<JsonPiece>> JsonCutter::Implementation::StepOuter(char first) {
  if (in_array_ && first == ']') {
    window_->Skip(1);
    in_array_ = false;
    layout_ = JsonLayout::kValues;
    return std::optional<JsonPiece>();
  }
  if (first == '{') {
    HEALIX_TRY(const bool opened, IsOpened());
    if (opened) {
      place_ = Place::kMembers;
      array_seen_ = false;
      return TakeBracket(JsonPieceKind::kOpen, 1);
    }
  }
  if (layout_ == JsonLayout::kLines) {
    HEALIX_TRY(CutValue cut, values_.ByLine());
    return Take(JsonPieceKind::kValue, std::move(cut));
  }
  if (kNoValueStarts.find(first) != std::string_view::npos) return RejectStray();
  HEALIX_TRY(CutValue cut, values_.ByStructure(0, NewlineRule::kBlank));
  return Take(JsonPieceKind::kValue, std::move(cut));
}

/// Asks the opener about the object at the front, showing it no more than the object's own line.
Result<bool> JsonCutter::Implementation::IsOpened() {
  if (options_.opens == nullptr) return false;
  while (window_->text().size() < kOpenerHeadBytes) {
    HEALIX_TRY(const bool more, window_->More());
    if (!more) break;
  }
  std::string_view head = window_->text().substr(0, kOpenerHeadBytes);
  if (layout_ == JsonLayout::kLines) head = head.substr(0, head.find('\n'));
  return options_.opens(head);
}

Result<std::optional<JsonPiece>> JsonCutter::Implementation::StepMembers(char first) {
  if (first == '}') {
    place_ = Place::kOuter;
    return TakeBracket(JsonPieceKind::kClose, 1);
  }
  if (first == '\n') {
    place_ = Place::kAbandoned;
    return EmptyRejection();
  }
  HEALIX_TRY(const auto head, ReadMemberHead(*window_, newline_rule()));
  if (!head) return RejectRestOfObject();
  const std::string_view text = window_->text();
  const bool is_array = text[head->value_begin] == '[';
  if (is_array && !array_seen_ && Spells(head->NameIn(text), options_.array_name)) {
    array_seen_ = true;
    window_->Skip(head->value_begin + 1);
    place_ = Place::kElements;
    return std::optional<JsonPiece>();
  }
  HEALIX_TRY(CutValue cut, values_.ByStructure(head->value_begin, newline_rule()));
  JsonPiece piece = Take(JsonPieceKind::kMember, std::move(cut));
  if (!piece.rejection) piece.name = head->NameIn(piece.bytes);
  return piece;
}

Result<std::optional<JsonPiece>> JsonCutter::Implementation::StepElements(char first) {
  if (first == ']') {
    window_->Skip(1);
    place_ = Place::kMembers;
    return std::optional<JsonPiece>();
  }
  if (first == '\n') {
    place_ = Place::kAbandoned;
    return EmptyRejection();
  }
  if (kNoValueStarts.find(first) != std::string_view::npos) return RejectStray();
  HEALIX_TRY(CutValue cut, values_.ByStructure(0, newline_rule()));
  is_element_ = true;
  element_accepted_ = !cut.rejection;
  return Take(JsonPieceKind::kElement, std::move(cut));
}

/// Rejects characters that no value starts with.
Result<std::optional<JsonPiece>> JsonCutter::Implementation::RejectStray() {
  const bool inside = place_ != Place::kOuter || in_array_;
  const Error error = ErrorAt(ErrorCode::kJsonInvalid, window_->offset());
  HEALIX_TRY(CutValue cut, values_.Stray(inside ? ":}" : kNoValueStarts, error));
  return Take(JsonPieceKind::kRejected, std::move(cut));
}

/// Rejects what is left of an opened object whose members can't be told apart any more.
Result<std::optional<JsonPiece>> JsonCutter::Implementation::RejectRestOfObject() {
  const Error error = ErrorAt(ErrorCode::kJsonInvalid, window_->offset());
  HEALIX_TRY(CutValue cut, values_.RestOfObject(newline_rule(), error));
  JsonPiece piece = Take(JsonPieceKind::kRejected, std::move(cut));
  place_ = Place::kAbandoned;
  return piece;
}

/// `bytes` is 0 for the closing bracket of an object that was abandoned.
JsonPiece JsonCutter::Implementation::TakeBracket(JsonPieceKind kind, std::size_t bytes) {
  handed_out_ = bytes;
  truncation_known_ = false;
  JsonPiece piece;
  piece.kind = kind;
  piece.offset = window_->offset();
  piece.length = bytes;
  piece.bytes = window_->text().substr(0, bytes);
  return piece;
}

JsonPiece JsonCutter::Implementation::EmptyRejection() {
  return Take(JsonPieceKind::kRejected,
              values_.Reject(0, ErrorAt(ErrorCode::kInputTruncated, window_->offset())));
}

JsonPiece JsonCutter::Implementation::Take(JsonPieceKind kind, CutValue cut) {
  JsonPiece piece;
  piece.kind = kind;
  piece.length = cut.length;
  handed_out_ = cut.bytes;
  piece.offset = cut.bytes > 0 ? window_->offset() : window_->offset() - cut.length;
  truncation_known_ = cut.rejection && cut.rejection->error.code() == ErrorCode::kInputTruncated;
  if (!cut.rejection) {
    piece.bytes = window_->text().substr(0, cut.bytes);
    if (kind != JsonPieceKind::kMember) account_.record_bytes += cut.length;
    return piece;
  }
  piece.kind = JsonPieceKind::kRejected;
  piece.bytes = values_.rejected_head();
  piece.rejection = std::move(cut.rejection);
  account_.rejected_bytes += cut.length;
  if (cut.line_ended && place_ != Place::kOuter) place_ = Place::kAbandoned;
  return piece;
}

JsonCutter::JsonCutter(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
JsonCutter::~JsonCutter() = default;

Result<std::unique_ptr<JsonCutter>> JsonCutter::Create(std::unique_ptr<StreamWindow> window,
                                                       JsonCutterOptions options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  auto implementation = std::make_unique<Implementation>(std::move(window), std::move(options));
  HEALIX_RETURN_IF_ERROR(implementation->SniffLayout());
  return std::unique_ptr<JsonCutter>(new JsonCutter(std::move(implementation)));
}

Result<std::optional<JsonPiece>> JsonCutter::Next() { return implementation_->Next(); }

bool JsonCutter::CanGiveBack(std::size_t kept_bytes) const {
  return implementation_->can_give_back(kept_bytes);
}

void JsonCutter::GiveBack(std::size_t kept_bytes) { implementation_->GiveBack(kept_bytes); }

const ByteAccount& JsonCutter::account() const { return implementation_->account(); }

}  // namespace healix::formats::json
