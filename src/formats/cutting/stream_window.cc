// SPDX-License-Identifier: Apache-2.0
#include "formats/cutting/stream_window.h"

#include <algorithm>
#include <cstring>

namespace healix::formats {
namespace {

constexpr std::size_t kFirstReadBytes = std::size_t{64} << 10;
constexpr std::size_t kReadBytesMax = std::size_t{1} << 20;
constexpr std::size_t kMarkBytesMax = 4;

}  // namespace

bool IsDamage(ErrorCode code) {
  return code == ErrorCode::kArchiveInvalid || code == ErrorCode::kArchiveBomb ||
         code == ErrorCode::kLimitExceeded;
}

StreamWindow::StreamWindow(base::ByteStream& stream)
    : stream_(stream), read_bytes_(kFirstReadBytes) {}

Status StreamWindow::Open(std::optional<TextEncoding> given) {
  while (!at_end_ && undecoded_.size() < kMarkBytesMax) {
    std::string head(kFirstReadBytes, '\0');
    HEALIX_TRY(const std::size_t bytes, ReadSource(head));
    at_end_ = bytes == 0;
    undecoded_.append(head, 0, bytes);
  }
  HEALIX_TRY(const auto mark, FindByteOrderMark(undecoded_));
  const bool certain = mark && mark->bytes > 0;
  encoding_ = certain || (mark && !given) ? mark->encoding : given.value_or(TextEncoding::kUtf8);
  byte_order_mark_bytes_ = certain ? mark->bytes : 0;
  offset_ = byte_order_mark_bytes_;
  undecoded_.erase(0, byte_order_mark_bytes_);
  Decode();
  return {};
}

void StreamWindow::Redecode(TextEncoding encoding) {
  HEALIX_CHECK(encoding_ == TextEncoding::kUtf8 && offset_ == byte_order_mark_bytes_,
               "Redecode() after decoding or Skip()");
  if (encoding == encoding_) return;
  undecoded_.assign(text());
  begin_ = end_ = 0;
  encoding_ = encoding;
  Decode();
}

Result<bool> StreamWindow::More() {
  if (at_end_) return false;
  const std::size_t before = end_ - begin_;
  while (!at_end_ && end_ - begin_ == before) {
    const bool plain = encoding_ == TextEncoding::kUtf8;
    HEALIX_RETURN_IF_ERROR(plain ? ReadPlain() : ReadDecoded());
  }
  return end_ - begin_ > before;
}

void StreamWindow::Skip(std::size_t utf8_bytes) {
  HEALIX_CHECK(utf8_bytes <= end_ - begin_, "Skip() behind the end of the text");
  offset_ += SourceBytesOf(text().substr(0, utf8_bytes));
  begin_ += utf8_bytes;
}

Status StreamWindow::CheckEnd() const { return damage_ ? Status(*damage_) : Status(); }

/// Reads from the stream; damage is kept and reads as the end.
Result<std::size_t> StreamWindow::ReadSource(std::span<char> room) {
  auto bytes = stream_.Read(std::as_writable_bytes(room));
  if (bytes || !IsDamage(bytes.error().code())) return bytes;
  damage_ = bytes.error();
  return std::size_t{0};
}

Status StreamWindow::ReadPlain() {
  MakeRoom(read_bytes_);
  const std::span<char> room(buffer_.get() + end_, read_bytes_);
  HEALIX_TRY(const std::size_t bytes, ReadSource(room));
  end_ += bytes;
  NoteRead(bytes);
  return {};
}

Status StreamWindow::ReadDecoded() {
  const std::size_t kept = undecoded_.size();
  undecoded_.resize(kept + read_bytes_);
  const std::span<char> room(undecoded_.data() + kept, read_bytes_);
  HEALIX_TRY(const std::size_t bytes, ReadSource(room));
  undecoded_.resize(kept + bytes);
  NoteRead(bytes);
  Decode();
  return {};
}

/// Reads more at once from streams that deliver as much as they are asked for.
void StreamWindow::NoteRead(std::size_t bytes) {
  at_end_ = bytes == 0;
  if (bytes == read_bytes_) read_bytes_ = std::min(2 * read_bytes_, kReadBytesMax);
}

void StreamWindow::Decode() {
  if (encoding_ == TextEncoding::kUtf8) {
    Append(undecoded_);
    undecoded_.clear();
    return;
  }
  std::string utf8;
  if (at_end_) {
    AppendRestAsUtf8(encoding_, undecoded_, utf8);
    undecoded_.clear();
  } else {
    undecoded_.erase(0, AppendAsUtf8(encoding_, undecoded_, utf8));
  }
  Append(utf8);
}

void StreamWindow::Append(std::string_view utf8) {
  if (utf8.empty()) return;
  MakeRoom(utf8.size());
  std::memcpy(buffer_.get() + end_, utf8.data(), utf8.size());
  end_ += utf8.size();
}

void StreamWindow::MakeRoom(std::size_t bytes) {
  if (capacity_ - end_ >= bytes) return;
  const std::size_t size = end_ - begin_;
  if (capacity_ - size >= bytes && begin_ >= size) {  // no overlap, and rare enough to be cheap
    std::memcpy(buffer_.get(), buffer_.get() + begin_, size);
  } else {
    capacity_ = size + size / 2 + 2 * bytes;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
    if (size > 0) std::memcpy(larger.get(), buffer_.get() + begin_, size);
    buffer_ = std::move(larger);
  }
  begin_ = 0;
  end_ = size;
}

}  // namespace healix::formats
