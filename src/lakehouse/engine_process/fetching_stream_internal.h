// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Streams the rows of a query that runs in a worker process.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/arrow_ipc/batch_messages.h"
#include "lakehouse/engine/result_stream.h"
#include "lakehouse/engine_process/worker_process_internal.h"

namespace healix::lakehouse::engine_process {

/// Asks for batches or rows as it is asked, one answer at a time. Keeps the process alive.
class FetchingStream final : public engine::ResultStream {
 public:
  FetchingStream(std::shared_ptr<WorkerProcess> worker, std::shared_ptr<Conversation> conversation,
                 std::vector<engine::ResultColumn> columns)
      : worker_(std::move(worker)),
        conversation_(std::move(conversation)),
        columns_(std::move(columns)) {}
  ~FetchingStream() override;

  const std::vector<engine::ResultColumn>& columns() const override { return columns_; }
  Result<engine::ArrowSchemaOwner> Schema() override;
  Result<std::optional<engine::ArrowBatch>> Next() override;
  Result<std::vector<engine::TextRow>> NextRows() override;
  void Cancel() override;
  double Progress() const override;

 private:
  Result<formats::arrow_ipc::BatchDecoder*> Decoder();

  std::shared_ptr<WorkerProcess> worker_;
  std::shared_ptr<Conversation> conversation_;
  std::vector<engine::ResultColumn> columns_;
  std::optional<formats::arrow_ipc::BatchDecoder> decoder_;
};

}  // namespace healix::lakehouse::engine_process
