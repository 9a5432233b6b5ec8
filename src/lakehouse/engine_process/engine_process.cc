// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine_process/engine_process.h"

#include <utility>

#include "lakehouse/engine_process/arrow_batches_internal.h"
#include "lakehouse/engine_process/fetching_stream_internal.h"
#include "lakehouse/engine_process/worker_process_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

QueryMessage QueryMessageFrom(std::shared_ptr<const engine::Scope> scope, std::string_view sql,
                              engine::QueryOptions options) {
  if (!scope) scope = std::make_shared<const engine::Scope>();
  return {std::move(scope), std::string(sql), std::move(options)};
}

/// Asks one question of one answer.
template <typename T>
Result<T> AskOnce(WorkerProcess& worker, MessageKind kind, std::string payload) {
  HEALIX_TRY(const auto answer, worker.Begin()->Ask(kind, std::move(payload)));
  return worker.Read<T>(answer);
}

/// Gives the worker a batch whenever it asks for one, until it has written all.
Result<std::string> FeedUntilWritten(Conversation& conversation,
                                     std::optional<ArrowBatchSource>& batches) {
  while (true) {
    HEALIX_TRY(Frame frame, conversation.Receive());
    if (frame.kind != MessageKind::kPullBatch) return AnswerIn(std::move(frame));
    if (!batches) return MakeError(ErrorCode::kEngineFailed, "batches asked for that are not");
    HEALIX_RETURN_IF_ERROR(conversation.Answer(batches->NextPiece()));
  }
}

}  // namespace

Status EngineProcessOptions::Validate() const {
  HEALIX_RETURN_IF_ERROR(engine.Validate());
  if (command.empty()) return MakeError(ErrorCode::kInvalidArgument, "a command needs a program");
  if (headroom_bytes < (std::uint64_t{64} << 20)) {
    return MakeError(ErrorCode::kInvalidArgument, "headroom_bytes must be at least 64 MiB");
  }
  return {};
}

Result<std::unique_ptr<EngineProcess>> EngineProcess::Create(EngineProcessOptions options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  std::unique_ptr<EngineProcess> engine(new EngineProcess(std::move(options)));
  HEALIX_TRY(const auto worker, engine->Worker());
  return engine;
}

EngineProcess::EngineProcess(EngineProcessOptions options)
    : options_(std::move(options)), on_stop_(options_.engine.stop, [this] { CancelAll(); }) {}

EngineProcess::~EngineProcess() = default;

void EngineProcess::CancelAll() {
  const std::lock_guard guard(mutex_);
  if (!worker_ || worker_->has_ended()) return;
  static_cast<void>(worker_->Begin()->Send(MessageKind::kCancel, Encode(kEveryStatement)));
}

Result<std::shared_ptr<WorkerProcess>> EngineProcess::Worker() {
  if (options_.engine.stop.stop_requested()) {
    return MakeError(ErrorCode::kCancelled, "the statement was cancelled");
  }
  const std::lock_guard guard(mutex_);
  if (worker_ && !worker_->has_ended()) return worker_;
  HEALIX_TRY(worker_, WorkerProcess::Start(options_));
  return worker_;
}

Result<std::unique_ptr<engine::ResultStream>> EngineProcess::Query(
    std::shared_ptr<const engine::Scope> scope, std::string_view sql,
    engine::QueryOptions options) {
  HEALIX_TRY(auto worker, Worker());
  auto conversation = worker->Begin();
  HEALIX_TRY(const auto answer,
             conversation->Ask(MessageKind::kQuery, Encode(QueryMessageFrom(std::move(scope), sql,
                                                                            std::move(options)))));
  HEALIX_TRY(auto columns, worker->Read<std::vector<engine::ResultColumn>>(answer));
  return std::unique_ptr<engine::ResultStream>(std::make_unique<FetchingStream>(
      std::move(worker), std::move(conversation), std::move(columns)));
}

Result<std::vector<engine::ResultColumn>> EngineProcess::Describe(
    std::shared_ptr<const engine::Scope> scope, std::string_view sql) {
  HEALIX_TRY(const auto worker, Worker());
  return AskOnce<std::vector<engine::ResultColumn>>(
      *worker, MessageKind::kDescribe, Encode(QueryMessageFrom(std::move(scope), sql, {})));
}

Result<std::vector<engine::WrittenFile>> EngineProcess::WriteParquet(
    engine::WriteSource source, const engine::WriteOptions& options) {
  HEALIX_TRY(const auto worker, Worker());
  WriteMessage message{std::nullopt, {}, options};
  std::optional<ArrowBatchSource> batches;
  if (auto* arrow = std::get_if<engine::ArrowSource>(&source)) {
    HEALIX_TRY(batches, ArrowBatchSource::Create(std::move(arrow->stream)));
    message.arrow_schema = batches->schema_message();
  } else {
    message.query = std::move(*std::get_if<engine::SqlSource>(&source));
    if (!message.query->scope) message.query->scope = std::make_shared<const engine::Scope>();
  }
  const auto conversation = worker->Begin();
  HEALIX_RETURN_IF_ERROR(conversation->Send(MessageKind::kWriteParquet, Encode(message)));
  HEALIX_TRY(const auto answer, FeedUntilWritten(*conversation, batches));
  return worker->Read<std::vector<engine::WrittenFile>>(answer);
}

Result<engine::ParquetInfo> EngineProcess::InspectParquet(const std::string& path) {
  HEALIX_TRY(const auto worker, Worker());
  return AskOnce<engine::ParquetInfo>(*worker, MessageKind::kInspectParquet, path);
}

std::optional<int> EngineProcess::process_id() const {
  const std::lock_guard guard(mutex_);
  if (!worker_ || worker_->has_ended()) return std::nullopt;
  return worker_->process_id();
}

}  // namespace healix::lakehouse::engine_process
