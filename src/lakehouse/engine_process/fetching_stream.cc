// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "lakehouse/engine_process/fetching_stream_internal.h"

namespace healix::lakehouse::engine_process {

using formats::arrow_ipc::BatchDecoder;

FetchingStream::~FetchingStream() {
  static_cast<void>(conversation_->Send(MessageKind::kClose, {}));
}

Result<BatchDecoder*> FetchingStream::Decoder() {
  if (!decoder_) {
    HEALIX_TRY(auto message, conversation_->Ask(MessageKind::kFetchSchema, {}));
    HEALIX_TRY(decoder_, BatchDecoder::Create(std::move(message)));
  }
  return &*decoder_;
}

Result<engine::ArrowSchemaOwner> FetchingStream::Schema() {
  HEALIX_TRY(const auto* decoder, Decoder());
  engine::ArrowSchemaOwner schema;
  HEALIX_RETURN_IF_ERROR(decoder->ExportSchema(schema.Receive()));
  return schema;
}

Result<std::optional<engine::ArrowBatch>> FetchingStream::Next() {
  HEALIX_TRY(auto* decoder, Decoder());
  HEALIX_TRY(auto piece, conversation_->Ask(MessageKind::kFetchBatch, {}));
  if (piece.empty()) return std::optional<engine::ArrowBatch>();
  engine::ArrowBatch batch;
  const Status decoded = decoder->Decode(std::move(piece), batch.Receive());
  if (!decoded) {
    worker_->Kill();
    return MakeError(ErrorCode::kEngineFailed, "the engine's process sent a damaged batch");
  }
  return std::optional<engine::ArrowBatch>(std::move(batch));
}

Result<std::vector<engine::TextRow>> FetchingStream::NextRows() {
  HEALIX_TRY(const auto answer, conversation_->Ask(MessageKind::kFetchRows, {}));
  return worker_->Read<std::vector<engine::TextRow>>(answer);
}

void FetchingStream::Cancel() {
  static_cast<void>(worker_->Begin()->Send(MessageKind::kCancel, Encode(conversation_->number())));
}

double FetchingStream::Progress() const {
  const auto answer =
      worker_->Begin()->Ask(MessageKind::kProgress, Encode(conversation_->number()));
  const auto share = answer ? worker_->Read<double>(*answer) : Result<double>(answer.error());
  return share ? *share : -1;
}

}  // namespace healix::lakehouse::engine_process
