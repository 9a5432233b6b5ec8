// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Cuts a stream of JSON text into values without loading the whole.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result/result.h"
#include "formats/cutting/byte_account.h"
#include "formats/cutting/rejection.h"
#include "formats/cutting/stream_window.h"

namespace healix::formats::json {

/// Looks at the front of an object (at most kOpenerHeadBytes of it) and says whether to step into
/// it, so that it may be of any size, or to take it as one value.
using JsonObjectOpener = bool (*)(std::string_view head);
inline constexpr std::size_t kOpenerHeadBytes = std::size_t{64} << 10;

/// Says how to cut.
struct JsonCutterOptions {
  std::uint64_t record_bytes_max = 64ULL << 20;  ///< longer values are rejected
  JsonObjectOpener opens = nullptr;              ///< asked for each object; none: never opened
  /// Member of an opened object to be cut: `entry`. When it stands twice the second is a member
  /// like others, and so is one that is no array.
  std::string array_name{};

  /// Errors   kInvalidArgument for a record_bytes_max of 0 or of 4 GiB and more.
  Status Validate() const;
};

enum class JsonPieceKind : std::uint8_t {
  kValue,     ///< a whole value: a line, a value among values, an element of the outer array
  kOpen,      ///< the `{` of an opened object
  kMember,    ///< `"name": value` of an opened object, other than the cut array
  kElement,   ///< an element of the cut array
  kClose,     ///< the `}` of an opened object
  kRejected,  ///< bytes that are none of these
};

/// One piece of the input. Views live until the next call of Next().
/// PHI      bytes and name.
struct JsonPiece {
  JsonPieceKind kind = JsonPieceKind::kValue;
  std::uint64_t offset = 0;            ///< first source byte
  std::uint64_t length = 0;            ///< source bytes
  std::string_view bytes;              ///< all of it as UTF-8; of a rejected one the first 64 KiB
  std::string_view name;               ///< of a member: the text between the quotes of its name
  std::optional<Rejection> rejection;  ///< set exactly when kind is kRejected
};

/// Cuts by brackets, strings and lines; whether a piece is valid JSON is for JsonParser to say.
///
/// Three layouts, told apart by the input itself. Lines (NDJSON): the first value ends with its
/// line, or the second line starts with `{` in its first column. Values: one after the other, over
/// any number of lines. Array: the first character is `[`, and its elements are cut. In lines a
/// newline ends whatever is open, so one bad line harms no other. Commas between values may
/// be missing or doubled: separators and blanks are envelope and are not judged.
///
/// Rejected, with everything behind it still read: values over record_bytes_max (kRecordTooLarge),
/// an input or line that ends inside a value or an opened object (kInputTruncated, of length 0
/// when only the closing brackets are missing), bytes where no value can start (kJsonInvalid).
/// Speed    lines: memchr; else 64 bytes at a time.
/// Owns     its window; memory is record_bytes_max and a buffer at most.
/// Threads  one at a time.
/// Example  JsonCutterTest.CutsTheEntriesOfAnOpenedObject
class JsonCutter final {
 public:
  /// Takes a window that is open and stands at the front of the text.
  /// Errors   those of Validate() and of the stream.
  static Result<std::unique_ptr<JsonCutter>> Create(std::unique_ptr<StreamWindow> window,
                                                    JsonCutterOptions options);
  ~JsonCutter();
  JsonCutter(const JsonCutter&) = delete;
  JsonCutter& operator=(const JsonCutter&) = delete;

  /// Returns the next piece, nothing at the end.
  /// Errors   those of the stream (damage comes last: what lies before it is handed out first, what
  ///          it cut off is rejected); the cutter is of no use afterwards.
  Result<std::optional<JsonPiece>> Next();

  /// Says that only the first `kept_bytes` of the element last handed out (or rejected, because it
  /// did not end) belong to it: what is behind them is cut again. For elements without their
  /// closing bracket, which swallow the next ones. Only when CanGiveBack().
  void GiveBack(std::size_t kept_bytes);
  /// True while the last piece is an element that is still in memory and at least that long, and
  /// no more than 16 times record_bytes_max was given back so far.
  bool CanGiveBack(std::size_t kept_bytes) const;

  /// Values and elements are records; members and all between is envelope. Complete at the end.
  const ByteAccount& account() const;

 private:
  class Implementation;
  explicit JsonCutter(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace healix::formats::json
