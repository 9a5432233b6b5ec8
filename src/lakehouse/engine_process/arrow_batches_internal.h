// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Sends an Arrow stream in pieces, and makes an Arrow stream of pieces.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result/result.h"
#include "formats/arrow_ipc/batch_messages.h"
#include "lakehouse/engine/arrow_abi.h"

namespace healix::lakehouse::engine_process {

/// Batches leave in pieces of about this size, so that neither process holds much more than one.
inline constexpr std::uint64_t kPieceBytes = std::uint64_t{16} << 20;

/// Reads batches from an Arrow stream and gives them out as messages.
/// Threads  one at a time.
class ArrowBatchSource final {
 public:
  /// Errors kInvalidArgument when the stream gives no schema, kUnsupported.
  static Result<ArrowBatchSource> Create(engine::ArrowStreamOwner stream);

  const std::string& schema_message() const { return encoder_.schema_message(); }
  /// Returns the next piece, empty at the end. Errors kQueryFailed when the stream fails.
  Result<std::string> NextPiece();

 private:
  ArrowBatchSource(engine::ArrowStreamOwner stream, formats::arrow_ipc::BatchEncoder encoder)
      : stream_(std::move(stream)), encoder_(std::move(encoder)) {}

  engine::ArrowStreamOwner stream_;
  formats::arrow_ipc::BatchEncoder encoder_;
};

/// Returns the next piece, empty at the end.
using PullPiece = std::function<Result<std::string>()>;

/// Makes an Arrow stream whose batches are pulled. Errors kInvalidArgument (schema).
Result<engine::ArrowStreamOwner> StreamFromPieces(std::string schema_message, PullPiece pull);

}  // namespace healix::lakehouse::engine_process
