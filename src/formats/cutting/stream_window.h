// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Shows the front of a stream as one piece of UTF-8 text that grows on demand.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/io/byte_stream.h"
#include "base/result/result.h"
#include "formats/cutting/text_encoding.h"

namespace healix::formats {

/// Lets a cutter look at text from its position on, ask for more and step forward, while positions
/// stay those of the source bytes. Memory is what lies between position and end of the view.
/// Damage of the stream (see IsDamage) ends the text, so that what was read before it can be cut;
/// cutters return damage() when they have come to the end. Other errors are returned at once: they
/// may be gone the next time.
/// Owns     its buffers; borrows the stream for its life.
/// Threads  one at a time.
/// Example  StreamWindowTest.PositionsAreThoseOfTheSource
class StreamWindow final {
 public:
  explicit StreamWindow(base::ByteStream& stream);
  StreamWindow(const StreamWindow&) = delete;
  StreamWindow& operator=(const StreamWindow&) = delete;

  /// Reads the first bytes, skips a byte order mark and decides the encoding: `given`, else what
  /// the mark says, else UTF-8. Call once, first.
  /// Errors   those of the stream but damage; kEncodingUnsupported.
  Status Open(std::optional<TextEncoding> given);
  /// Changes the encoding of all that is still unread; only before the first Skip().
  void Redecode(TextEncoding encoding);

  /// The text from the position on, as far as it has been read.
  std::string_view text() const { return {buffer_.get() + begin_, end_ - begin_}; }
  /// Reads more behind text(), which moves: views into it are gone. False at the end.
  /// Errors   those of the stream but damage.
  Result<bool> More();
  /// Why the text ended before its time.
  const std::optional<Error>& damage() const { return damage_; }
  /// Fails with damage() if there is any: for cutters that have come to the end.
  Status CheckEnd() const;
  /// Steps over `utf8_bytes` of text().
  void Skip(std::size_t utf8_bytes);

  /// Source bytes before the position; a byte order mark counts.
  std::uint64_t offset() const { return offset_; }
  /// Source bytes that became `utf8`, a part of text().
  std::uint64_t SourceBytesOf(std::string_view utf8) const {
    return encoding_ == TextEncoding::kUtf8 ? utf8.size() : SourceBytes(encoding_, utf8);
  }
  TextEncoding encoding() const { return encoding_; }
  /// Memory held for text, read and unread.
  std::size_t capacity_bytes() const { return capacity_; }
  /// Length of the byte order mark, 0 when there is none.
  std::uint64_t byte_order_mark_bytes() const { return byte_order_mark_bytes_; }

 private:
  Result<std::size_t> ReadSource(std::span<char> room);
  Status ReadPlain();
  Status ReadDecoded();
  void NoteRead(std::size_t bytes);
  void Decode();
  void Append(std::string_view utf8);
  void MakeRoom(std::size_t bytes);

  base::ByteStream& stream_;
  TextEncoding encoding_ = TextEncoding::kUtf8;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t read_bytes_;  // size of the next read; grows, so that small inputs stay small
  std::string undecoded_;   // source bytes that are not text yet (only when encoding_ != UTF-8)
  std::uint64_t offset_ = 0;
  std::uint64_t byte_order_mark_bytes_ = 0;
  bool at_end_ = false;
  std::optional<Error> damage_;
};

/// True for what the same bytes give each time they are read: a damaged or hostile compression.
bool IsDamage(ErrorCode code);

}  // namespace healix::formats
