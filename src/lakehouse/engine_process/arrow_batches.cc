// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <memory>
#include <utility>

#include "lakehouse/engine_process/arrow_batches_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

using formats::arrow_ipc::BatchDecoder;
using formats::arrow_ipc::BatchEncoder;

/// Is behind the Arrow stream that DuckDB reads from.
struct PulledBatches {
  BatchDecoder decoder;
  PullPiece pull;

  Status Next(ArrowArray* out) {
    HEALIX_TRY(auto piece, pull());
    if (piece.empty()) {
      *out = ArrowArray{};
      return {};
    }
    return decoder.Decode(std::move(piece), out);
  }

  static PulledBatches& Of(ArrowArrayStream* stream) {
    return *static_cast<PulledBatches*>(stream->private_data);
  }
};

}  // namespace

Result<ArrowBatchSource> ArrowBatchSource::Create(engine::ArrowStreamOwner stream) {
  ArrowArrayStream* const source = stream.Receive();
  ArrowSchema schema{};
  if (source->get_schema == nullptr || source->get_schema(source, &schema) != 0) {
    return MakeError(ErrorCode::kInvalidArgument, "the Arrow stream gives no schema");
  }
  HEALIX_TRY(auto encoder, BatchEncoder::Create(&schema, kPieceBytes));
  return ArrowBatchSource(std::move(stream), std::move(encoder));
}

Result<std::string> ArrowBatchSource::NextPiece() {
  while (true) {
    HEALIX_TRY(auto piece, encoder_.NextPiece());
    if (piece) return std::move(*piece);
    ArrowArrayStream* const source = stream_.Receive();
    ArrowArray batch{};
    if (source->get_next(source, &batch) != 0) {
      return MakeError(ErrorCode::kQueryFailed, "the Arrow stream ended with an error");
    }
    if (batch.release == nullptr) return std::string();
    HEALIX_RETURN_IF_ERROR(encoder_.Put(&batch));
  }
}

Result<engine::ArrowStreamOwner> StreamFromPieces(std::string schema_message, PullPiece pull) {
  HEALIX_TRY(auto decoder, BatchDecoder::Create(std::move(schema_message)));
  ArrowArrayStream stream{};
  stream.private_data = new PulledBatches{std::move(decoder), std::move(pull)};
  stream.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
    return PulledBatches::Of(self).decoder.ExportSchema(out) ? 0 : EINVAL;
  };
  stream.get_next = [](ArrowArrayStream* self, ArrowArray* out) {
    return PulledBatches::Of(self).Next(out) ? 0 : EIO;
  };
  stream.get_last_error = [](ArrowArrayStream*) -> const char* { return "the batches ended"; };
  stream.release = [](ArrowArrayStream* self) {
    delete static_cast<PulledBatches*>(self->private_data);
    self->release = nullptr;
  };
  return engine::ArrowStreamOwner(stream);
}

}  // namespace healix::lakehouse::engine_process
