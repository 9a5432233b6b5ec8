// SPDX-License-Identifier: Apache-2.0
#include "formats/xml/xml_cutter.h"

#include <utility>

#include "formats/cutting/drain.h"
#include "formats/xml/xml_declaration_internal.h"
#include "formats/xml/xml_names_internal.h"
#include "formats/xml/xml_scanner_internal.h"

namespace healix::formats::xml {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kTagBytesMax = std::size_t{64} << 10;

/// Finds the end of the next `</name ...>` in text that comes in parts.
class EndTagFinder final {
 public:
  explicit EndTagFinder(std::string_view name) : opening_("</" + std::string(name)) {}

  DrainStep operator()(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      const char c = text[at];
      if (matched_ == opening_.size()) {  // `<` is only at its front, so nothing is lost here
        if (c == '>') return {true, at + 1};
        if (kBlanks.find(c) == std::string_view::npos) matched_ = c == '<' ? 1 : 0;
      } else if (c == opening_[matched_]) {
        ++matched_;
      } else {
        matched_ = c == '<' ? 1 : 0;
      }
    }
    return {false, text.size()};
  }

 private:
  std::string opening_;
  std::size_t matched_ = 0;
};

DrainStep ScanEverything(std::string_view text) { return {false, text.size()}; }

DrainStep ScanToNextTag(std::string_view text) {
  const std::size_t open = text.find('<');
  if (open == std::string_view::npos) return {false, text.size()};
  return {true, open};
}

}  // namespace

Status XmlCutterOptions::Validate() const {
  if (record_bytes_max == 0 || depth_max == 0) {
    return MakeError(ErrorCode::kInvalidArgument, "XML limits must be over 0");
  }
  return {};
}

/// Stands either outside of root elements or among the children of an opened one. A step hands out
/// a piece, or steps over envelope and hands out nothing.
class XmlCutter::Implementation final {
 public:
  Implementation(std::unique_ptr<StreamWindow> window, XmlCutterOptions options)
      : options_(std::move(options)), window_(std::move(window)) {
    Settle();
  }

  Result<std::optional<XmlPiece>> Next();
  TextEncoding encoding() const { return window_->encoding(); }
  const ByteAccount& account() const { return account_; }

 private:
  enum class Place : std::uint8_t { kOuter, kChildren, kAbandoned, kEnd };
  using Piece = std::optional<XmlPiece>;

  Result<Piece> Step();
  Result<Piece> StepAtEnd();
  Result<Piece> StepMarkup();
  Result<Piece> StepEndTag();
  Result<Piece> StepElement();

  Result<bool> Ensure(std::size_t bytes);
  Result<std::optional<std::size_t>> FindTagEnd();
  Result<Piece> SkipSection(std::string_view end);
  Result<Piece> Cut(XmlPieceKind kind, std::string_view name);
  Result<Piece> RejectMalformed(std::size_t scanned, std::string_view name);

  XmlPiece Take(XmlPieceKind kind, std::size_t bytes);
  Result<Piece> RejectDrained(Result<Drained> drained);
  Error ErrorHere(ErrorCode code, std::size_t ahead = 0) const;
  void Settle();

  XmlCutterOptions options_;
  std::unique_ptr<StreamWindow> window_;
  Place place_ = Place::kOuter;
  std::size_t handed_out_ = 0;     // bytes of the window that the last piece still looks at
  bool truncation_known_ = false;  // a rejection has said that the input ends too early
  std::string rejected_head_;
  ByteAccount account_;
};

Result<std::optional<XmlPiece>> XmlCutter::Implementation::Next() {
  window_->Skip(std::exchange(handed_out_, 0));
  while (place_ != Place::kEnd) {
    HEALIX_TRY(Piece piece, Step());
    Settle();
    if (piece) return piece;
  }
  HEALIX_RETURN_IF_ERROR(window_->CheckEnd());
  return Piece();
}

/// All bytes that are neither record nor rejected are envelope.
void XmlCutter::Implementation::Settle() {
  const std::uint64_t seen =
      window_->offset() + window_->SourceBytesOf(window_->text().substr(0, handed_out_));
  account_.envelope_bytes = seen - account_.record_bytes - account_.rejected_bytes;
}

Result<std::optional<XmlPiece>> XmlCutter::Implementation::Step() {
  if (place_ == Place::kAbandoned) {
    place_ = Place::kOuter;
    return Piece(Take(XmlPieceKind::kClose, 0));
  }
  const std::size_t blanks = window_->text().find_first_not_of(kBlanks);
  if (blanks == std::string_view::npos) {
    window_->Skip(window_->text().size());
    HEALIX_TRY(const bool more, window_->More());
    if (!more) return StepAtEnd();
    return Piece();
  }
  window_->Skip(blanks);
  if (window_->text().front() != '<') {
    return RejectDrained(
        Drain(*window_, {false, 0}, ScanToNextTag, ErrorHere(ErrorCode::kXmlInvalid)));
  }
  HEALIX_TRY(const bool enough, Ensure(2));
  if (!enough) return RejectMalformed(1, "");
  switch (window_->text()[1]) {
    case '?':
      return SkipSection("?>");
    case '!':
      return StepMarkup();
    case '/':
      return StepEndTag();
    default:
      return StepElement();
  }
}

Result<std::optional<XmlPiece>> XmlCutter::Implementation::StepAtEnd() {
  const bool inside = place_ == Place::kChildren;
  place_ = inside ? Place::kAbandoned : Place::kEnd;
  if (!inside || truncation_known_) return Piece();
  return RejectDrained(
      Drain(*window_, {true, 0}, ScanEverything, ErrorHere(ErrorCode::kInputTruncated)));
}

/// Stands at `<!`: a comment is envelope, everything else is refused.
Result<std::optional<XmlPiece>> XmlCutter::Implementation::StepMarkup() {
  HEALIX_TRY(const bool enough, Ensure(4));
  if (enough && window_->text().starts_with("<!--")) return SkipSection("-->");
  const Error error = ErrorHere(ErrorCode::kXmlInvalid);
  if (place_ == Place::kChildren) {
    return RejectDrained(Drain(*window_, {false, 1}, ScanToNextTag, error));
  }
  return RejectDrained(Drain(*window_, {false, 0}, ScanEverything, error));
}

Result<std::optional<XmlPiece>> XmlCutter::Implementation::StepEndTag() {
  HEALIX_TRY(const auto end, FindTagEnd());
  const std::string_view text = window_->text();
  const bool closes = end && place_ == Place::kChildren &&
                      LocalName(TagName(text.substr(1))) == options_.opened_name;
  if (closes) {
    place_ = Place::kOuter;
    return Piece(Take(XmlPieceKind::kClose, *end));
  }
  return RejectDrained(
      Drain(*window_, {false, 1}, ScanToNextTag, ErrorHere(ErrorCode::kXmlInvalid)));
}

Result<std::optional<XmlPiece>> XmlCutter::Implementation::StepElement() {
  HEALIX_TRY(const auto end, FindTagEnd());
  const std::string_view text = window_->text();
  const std::string name(TagName(text));
  if (!end) return RejectMalformed(1, place_ == Place::kChildren ? name : "");
  if (place_ == Place::kChildren) {
    const bool is_record = LocalName(name) == options_.element_name;
    return Cut(is_record ? XmlPieceKind::kElement : XmlPieceKind::kChild, name);
  }
  const bool is_empty = text[*end - 2] == '/';
  if (is_empty || LocalName(name) != options_.opened_name) return Cut(XmlPieceKind::kValue, "");
  place_ = Place::kChildren;
  return Piece(Take(XmlPieceKind::kOpen, *end));
}

/// Reads until the window has that much text, or the input ends.
Result<bool> XmlCutter::Implementation::Ensure(std::size_t bytes) {
  while (window_->text().size() < bytes) {
    HEALIX_TRY(const bool more, window_->More());
    if (!more) return false;
  }
  return true;
}

/// Finds the place behind the `>` of the tag at the front; nothing when the tag is longer than
/// 64 KiB or the input ends in it.
Result<std::optional<std::size_t>> XmlCutter::Implementation::FindTagEnd() {
  for (;;) {
    const std::string_view text = window_->text().substr(0, kTagBytesMax);
    if (const auto end = TagBytes(text)) return end;
    if (text.size() == kTagBytesMax) return std::optional<std::size_t>();
    HEALIX_TRY(const bool more, window_->More());
    if (!more) return std::optional<std::size_t>();
  }
}

/// Steps over a comment or processing instruction. One that never ends is rejected whole: it may
/// have taken elements in.
Result<std::optional<XmlPiece>> XmlCutter::Implementation::SkipSection(std::string_view end) {
  const std::uint64_t offset = window_->offset();
  RejectedRange range;
  const auto skip = [&](std::size_t bytes) {
    range.Add(window_->text().substr(0, bytes));
    window_->Skip(bytes);
  };
  skip(end == "-->" ? 4 : 2);
  for (;;) {
    const std::size_t at = window_->text().find(end);
    if (at != std::string_view::npos) {
      window_->Skip(at + end.size());
      return Piece();
    }
    const std::size_t size = window_->text().size();
    skip(size < end.size() ? 0 : size - end.size() + 1);
    HEALIX_TRY(const bool more, window_->More());
    if (more) continue;
    const Error error = ErrorHere(ErrorCode::kInputTruncated);
    skip(window_->text().size());
    return RejectDrained(
        Drained{offset, window_->offset() - offset, range.Finish(error), range.head()});
  }
}

/// Cuts the element at the front. `name` is that of a child, empty for a root element.
Result<std::optional<XmlPiece>> XmlCutter::Implementation::Cut(XmlPieceKind kind,
                                                               std::string_view name) {
  XmlScanner scanner;
  const auto scan = [&scanner](std::string_view text) -> DrainStep {
    const ScanStep step = scanner.Scan(text);
    return {step.outcome != ScanOutcome::kMore, step.bytes};
  };
  std::size_t scanned = 0;
  for (;;) {
    const ScanStep step = scanner.Scan(window_->text().substr(scanned));
    scanned += step.bytes;
    const bool ended = step.outcome != ScanOutcome::kMore;
    if (scanned > options_.record_bytes_max) {
      return RejectDrained(
          Drain(*window_, {ended, scanned}, scan, ErrorHere(ErrorCode::kRecordTooLarge)));
    }
    if (step.outcome == ScanOutcome::kRefused) return RejectMalformed(scanned, name);
    if (ended) break;
    HEALIX_TRY(const bool more, window_->More());
    if (more) continue;
    return RejectDrained(
        Drain(*window_, {true, scanned}, scan, ErrorHere(ErrorCode::kInputTruncated)));
  }
  if (scanner.depth_max_seen() > options_.depth_max) {
    return RejectDrained(
        Drain(*window_, {true, scanned}, scan, ErrorHere(ErrorCode::kNestingTooDeep)));
  }
  return Piece(Take(kind, scanned));
}

/// Rejects an element whose markup is broken behind `scanned`: a child up to the next end tag of
/// its name, a root element with the rest of the input.
Result<std::optional<XmlPiece>> XmlCutter::Implementation::RejectMalformed(std::size_t scanned,
                                                                           std::string_view name) {
  const Error error = ErrorHere(ErrorCode::kXmlInvalid, scanned);
  if (name.empty()) return RejectDrained(Drain(*window_, {false, 0}, ScanEverything, error));
  EndTagFinder finder(name);
  // The wrong end tag that broke the element may itself be the one that closes it.
  const std::size_t tag = window_->text().substr(0, scanned).rfind('<');
  return RejectDrained(Drain(*window_, {false, tag}, std::ref(finder), error));
}

XmlPiece XmlCutter::Implementation::Take(XmlPieceKind kind, std::size_t bytes) {
  XmlPiece piece;
  piece.kind = kind;
  piece.offset = window_->offset();
  piece.bytes = window_->text().substr(0, bytes);
  piece.length = window_->SourceBytesOf(piece.bytes);
  handed_out_ = bytes;
  truncation_known_ = false;
  const bool is_record = kind == XmlPieceKind::kValue || kind == XmlPieceKind::kElement;
  if (is_record) account_.record_bytes += piece.length;
  return piece;
}

Result<std::optional<XmlPiece>> XmlCutter::Implementation::RejectDrained(Result<Drained> drained) {
  if (!drained) return drained.error();
  XmlPiece piece;
  piece.kind = XmlPieceKind::kRejected;
  piece.offset = drained->offset;
  piece.length = drained->length;
  rejected_head_ = std::move(drained->head);
  piece.bytes = rejected_head_;
  truncation_known_ = drained->rejection.error.code() == ErrorCode::kInputTruncated;
  piece.rejection = std::move(drained->rejection);
  account_.rejected_bytes += piece.length;
  return Piece(std::move(piece));
}

Error XmlCutter::Implementation::ErrorHere(ErrorCode code, std::size_t ahead) const {
  const auto describe = [&]() -> Error {
    switch (code) {
      case ErrorCode::kRecordTooLarge:
        return MakeError(code, "an element is longer than {} bytes", options_.record_bytes_max);
      case ErrorCode::kNestingTooDeep:
        return MakeError(code, "nested deeper than {} levels", options_.depth_max);
      case ErrorCode::kInputTruncated:
        return MakeError(code, "the input ends inside an element");
      default:
        return MakeError(code, "the markup is not that of an element, or is a DTD");
    }
  };
  const std::string_view before = window_->text().substr(0, ahead);
  const std::uint64_t offset = window_->offset() + window_->SourceBytesOf(before);
  return describe().At({.file = {}, .byte_offset = offset, .line = std::nullopt});
}

XmlCutter::XmlCutter(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
XmlCutter::~XmlCutter() = default;

Result<std::unique_ptr<XmlCutter>> XmlCutter::Create(std::unique_ptr<StreamWindow> window,
                                                     XmlCutterOptions options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  HEALIX_RETURN_IF_ERROR(FollowDeclaration(*window));
  return std::unique_ptr<XmlCutter>(
      new XmlCutter(std::make_unique<Implementation>(std::move(window), std::move(options))));
}

Result<std::optional<XmlPiece>> XmlCutter::Next() { return implementation_->Next(); }
TextEncoding XmlCutter::encoding() const { return implementation_->encoding(); }
const ByteAccount& XmlCutter::account() const { return implementation_->account(); }

}  // namespace healix::formats::xml
