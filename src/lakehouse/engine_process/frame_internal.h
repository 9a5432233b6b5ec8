// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Cuts the bytes between the two processes into frames.
///
/// A frame is a header of 16 bytes (the word `HXEP`, bytes of payload, number of the conversation,
/// kind, three zeros; little endian) and its payload.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result/result.h"

namespace healix::lakehouse::engine_process {

/// What a frame says. The payload is a struct of messages_internal.h, or what stands here.
enum class MessageKind : std::uint8_t {
  // Asked of the worker; each begins a conversation.
  kOpen,            ///< OpenMessage; answer: nothing
  kQuery,           ///< QueryMessage; answer: columns. The conversation then fetches until kClose.
  kDescribe,        ///< QueryMessage; answer: columns
  kWriteParquet,    ///< WriteMessage; answer: written files, perhaps after kPullBatch
  kInspectParquet,  ///< path; answer: ParquetInfo
  kProgress,        ///< number of a query's conversation; answer: double
  kCancel,          ///< number of a query's conversation; no answer
  // Asked of the worker within the conversation of a query.
  kFetchSchema,  ///< answer: schema message of Arrow IPC
  kFetchBatch,   ///< answer: one piece of a batch, or nothing at the end
  kFetchRows,    ///< answer: text rows, none at the end
  kClose,        ///< no answer; ends the conversation
  // Asked by the worker.
  kPullBatch,  ///< within kWriteParquet; answer: one piece of a batch, or nothing at the end
  kSyncPoint,  ///< name; begins a conversation; answer: nothing
  // Answers.
  kAnswer,
  kFailure,  ///< FailureMessage
};
inline constexpr MessageKind kLastMessageKind = MessageKind::kFailure;

struct Frame {
  std::uint32_t conversation = 0;
  MessageKind kind = MessageKind::kFailure;
  std::string payload;
};

inline constexpr std::size_t kFrameHeaderBytes = 16;
inline constexpr std::uint64_t kPayloadBytesMax = std::uint64_t{1} << 30;

/// Returns the header of a frame with this payload, of at most kPayloadBytesMax.
std::array<std::byte, kFrameHeaderBytes> HeaderOf(const Frame& frame);

/// Puts frames together from bytes as they come. Memory follows what came, not what a header
/// promises.
/// Threads  one at a time.
/// Example  FrameTest.FramesArriveInPieces
class FrameDecoder final {
 public:
  /// Returns where the next bytes belong; never empty.
  std::span<std::byte> Space();
  /// Takes `count` bytes that were put at the front of Space(), and returns a frame when it is
  /// whole. Errors kEngineFailed for bytes that are no frame; the decoder is then of no more use.
  Result<std::optional<Frame>> Commit(std::size_t count);

 private:
  Status ReadHeader();

  std::array<std::byte, kFrameHeaderBytes> header_{};
  std::size_t header_filled_ = 0;
  Frame frame_;
  std::size_t payload_filled_ = 0;
  std::size_t payload_bytes_ = 0;
};

}  // namespace healix::lakehouse::engine_process
