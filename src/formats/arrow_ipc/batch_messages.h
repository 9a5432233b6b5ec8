// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Carries record batches between two processes as messages of the Arrow IPC stream format.
/// Source   https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result/result.h"

extern "C" struct ArrowSchema;
extern "C" struct ArrowArray;

namespace healix::formats::arrow_ipc {

/// Writes batches of one schema. A large batch leaves in pieces of whole rows, so that neither end
/// holds much more than one piece beside it.
/// Threads  one at a time.
/// Errors   kUnsupported for a type Arrow can't send, kInvalidArgument.
/// Example  BatchMessagesTest.LargeBatchesLeaveInPieces
class BatchEncoder final {
 public:
  /// Takes `schema` (C data interface) over. Pieces aim at `piece_bytes` at most; one row may be
  /// larger.
  static Result<BatchEncoder> Create(ArrowSchema* schema, std::uint64_t piece_bytes);
  BatchEncoder(BatchEncoder&&) noexcept;
  BatchEncoder& operator=(BatchEncoder&&) noexcept;
  ~BatchEncoder();

  /// Returns the message that a BatchDecoder begins with.
  const std::string& schema_message() const;
  /// Takes `batch` over, once all pieces of the one before were taken.
  Status Put(ArrowArray* batch);
  /// Returns the next piece of the batch, or nothing when all of it was taken.
  Result<std::optional<std::string>> NextPiece();

 private:
  struct State;
  explicit BatchEncoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Reads what a BatchEncoder wrote, without a copy of the values. Bytes are not trusted: lengths,
/// offsets and texts are checked before a batch is given out.
/// Threads  one at a time.
/// Errors   kInvalidArgument for bytes that are not one message of the stream.
class BatchDecoder final {
 public:
  static Result<BatchDecoder> Create(std::string schema_message);
  BatchDecoder(BatchDecoder&&) noexcept;
  BatchDecoder& operator=(BatchDecoder&&) noexcept;
  ~BatchDecoder();

  /// Stores the schema in `out`; the caller releases it.
  Status ExportSchema(ArrowSchema* out) const;
  /// Stores the batch of one piece in `out`; the caller releases it.
  Status Decode(std::string piece, ArrowArray* out);

 private:
  struct State;
  explicit BatchDecoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace healix::formats::arrow_ipc
