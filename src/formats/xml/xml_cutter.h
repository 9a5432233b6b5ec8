// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Cuts a stream of XML into elements without loading the whole.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result/result.h"
#include "formats/cutting/byte_account.h"
#include "formats/cutting/rejection.h"
#include "formats/cutting/stream_window.h"

namespace healix::formats::xml {

/// Says how to cut.
struct XmlCutterOptions {
  std::uint64_t record_bytes_max = 64ULL << 20;  ///< longer elements are rejected
  std::uint32_t depth_max = 256;                 ///< elements nested deeper are rejected
  std::string opened_name{};   ///< a root element of this name is cut into its children: `Bundle`
  std::string element_name{};  ///< of those, the ones that are records: `entry`

  /// Errors   kInvalidArgument for a limit of 0.
  Status Validate() const;
};

enum class XmlPieceKind : std::uint8_t {
  kValue,     ///< a whole root element
  kOpen,      ///< the start tag of an opened root element
  kChild,     ///< a child of it that is no record
  kElement,   ///< a child of it that is a record
  kClose,     ///< its end tag
  kRejected,  ///< bytes that are none of these
};

/// One piece of the input. Views live until the next call of Next().
/// PHI      bytes.
struct XmlPiece {
  XmlPieceKind kind = XmlPieceKind::kValue;
  std::uint64_t offset = 0;              ///< first source byte
  std::uint64_t length = 0;              ///< source bytes
  std::string_view bytes{};              ///< as UTF-8; of a rejected one the first 64 KiB
  std::optional<Rejection> rejection{};  ///< set exactly when kind is kRejected
};

/// Cuts by markup alone; whether a piece is well-formed is for XmlParser to say.
///
/// A stream may hold several documents. Comments, processing instructions and blanks between
/// elements are envelope. Names are compared without their prefix.
///
/// Rejected, with what is behind still read: elements over record_bytes_max (kRecordTooLarge) or
/// depth_max (kNestingTooDeep), text between elements, `<` in a tag, a wrong end tag (kXmlInvalid:
/// of a child, up to the next end tag of its name), an input that ends too early (kInputTruncated).
/// A DTD is never read: it is rejected with the rest of the input (kXmlInvalid).
/// Owns     its window; memory is record_bytes_max and a buffer at most.
/// Threads  one at a time.
/// Example  XmlCutterTest.CutsTheEntriesOfABundle
class XmlCutter final {
 public:
  /// Takes a window that is open and stands at the front; an encoding that the XML declaration
  /// names is set.
  /// Errors   those of Validate() and of the stream; kEncodingUnsupported.
  static Result<std::unique_ptr<XmlCutter>> Create(std::unique_ptr<StreamWindow> window,
                                                   XmlCutterOptions options);
  ~XmlCutter();
  XmlCutter(const XmlCutter&) = delete;
  XmlCutter& operator=(const XmlCutter&) = delete;

  /// Returns the next piece, nothing at the end.
  /// Errors   those of the stream (damage comes last: what lies before it is handed out first, what
  ///          it cut off is rejected); the cutter is of no use afterwards.
  Result<std::optional<XmlPiece>> Next();

  TextEncoding encoding() const;
  /// Values and elements are records; all else is envelope. Complete at the end.
  const ByteAccount& account() const;

 private:
  class Implementation;
  explicit XmlCutter(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace healix::formats::xml
