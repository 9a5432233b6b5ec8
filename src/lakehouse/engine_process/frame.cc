// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <utility>

#include "base/result/check.h"
#include "lakehouse/engine_process/frame_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

static_assert(std::endian::native == std::endian::little);

struct Header {
  std::array<char, 4> word = {'H', 'X', 'E', 'P'};
  std::uint32_t payload_bytes = 0;
  std::uint32_t conversation = 0;
  MessageKind kind = MessageKind::kFailure;
  std::array<std::uint8_t, 3> zeros = {};
};
static_assert(sizeof(Header) == kFrameHeaderBytes);

// Reserved before the first byte, and then grown by.
constexpr std::size_t kStepBytes = std::size_t{4} << 20;

}  // namespace

std::array<std::byte, kFrameHeaderBytes> HeaderOf(const Frame& frame) {
  HEALIX_CHECK(frame.payload.size() <= kPayloadBytesMax, "a payload over its limit");
  Header header;
  header.payload_bytes = static_cast<std::uint32_t>(frame.payload.size());
  header.conversation = frame.conversation;
  header.kind = frame.kind;
  return std::bit_cast<std::array<std::byte, kFrameHeaderBytes>>(header);
}

std::span<std::byte> FrameDecoder::Space() {
  if (header_filled_ < header_.size()) return std::span(header_).subspan(header_filled_);
  if (payload_filled_ == frame_.payload.size()) {
    frame_.payload.resize(std::min(payload_bytes_, payload_filled_ + kStepBytes));
  }
  return std::as_writable_bytes(std::span(frame_.payload)).subspan(payload_filled_);
}

Status FrameDecoder::ReadHeader() {
  const auto header = std::bit_cast<Header>(header_);
  if (header.word != Header().word || header.payload_bytes > kPayloadBytesMax ||
      header.kind > kLastMessageKind || header.zeros != Header().zeros) {
    return MakeError(ErrorCode::kEngineFailed, "bytes that are no frame of the engine's process");
  }
  frame_.conversation = header.conversation;
  frame_.kind = header.kind;
  payload_bytes_ = header.payload_bytes;
  return {};
}

Result<std::optional<Frame>> FrameDecoder::Commit(std::size_t count) {
  if (header_filled_ < header_.size()) {
    header_filled_ += count;
    if (header_filled_ < header_.size()) return std::optional<Frame>();
    HEALIX_RETURN_IF_ERROR(ReadHeader());
  } else {
    payload_filled_ += count;
  }
  if (payload_filled_ < payload_bytes_) return std::optional<Frame>();
  header_filled_ = payload_filled_ = payload_bytes_ = 0;
  return std::optional<Frame>(std::exchange(frame_, Frame()));
}

}  // namespace healix::lakehouse::engine_process
