// SPDX-License-Identifier: Apache-2.0
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "base/io/file_system.h"
#include "lakehouse/engine_process/arrow_batches_internal.h"
#include "lakehouse/engine_process/process_limits_internal.h"
#include "lakehouse/engine_process/statement_desk_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

Error Unasked() {
  return MakeError(ErrorCode::kEngineFailed, "a message that does not belong here");
}

/// Does work that may run into the memory limit of this process.
template <typename Work>
auto WithinMemory(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return MakeError(ErrorCode::kMemoryExceeded, "the engine's process got no more memory");
  }
}

/// Serves the fetches of one query.
class Fetches final {
 public:
  explicit Fetches(engine::ResultStream& result) : result_(result) {}

  Result<std::string> Answer(MessageKind kind) {
    switch (kind) {
      case MessageKind::kFetchSchema:
        return Schema();
      case MessageKind::kFetchBatch:
        return Batch();
      case MessageKind::kFetchRows: {
        HEALIX_TRY(const auto rows, result_.NextRows());
        return Encode(rows);
      }
      default:
        return Unasked();
    }
  }

 private:
  Result<std::string> Schema() {
    if (!encoder_) {
      HEALIX_TRY(auto schema, result_.Schema());
      ArrowSchema taken = schema.Release();
      HEALIX_TRY(encoder_, formats::arrow_ipc::BatchEncoder::Create(&taken, kPieceBytes));
    }
    return encoder_->schema_message();
  }

  Result<std::string> Batch() {
    if (!encoder_) return Unasked();
    while (true) {
      HEALIX_TRY(auto piece, encoder_->NextPiece());
      if (piece) return std::move(*piece);
      HEALIX_TRY(auto batch, result_.Next());
      if (!batch) return std::string();
      ArrowArray taken = batch->Release();
      HEALIX_RETURN_IF_ERROR(encoder_->Put(&taken));
    }
  }

  engine::ResultStream& result_;
  std::optional<formats::arrow_ipc::BatchEncoder> encoder_;
};

}  // namespace

StatementDesk::~StatementDesk() {
  std::unique_lock lock(mutex_);
  for (const auto& [number, stream] : running_) stream->Cancel();
  served_.wait(lock, [&] { return conversations_ == 0; });
}

void StatementDesk::Take(std::shared_ptr<Conversation> conversation, Frame first) {
  if (first.kind == MessageKind::kCancel) return Cancel(first.payload);
  {
    const std::lock_guard guard(mutex_);
    ++conversations_;
  }
  std::thread([this, conversation = std::move(conversation), first = std::move(first)]() mutable {
    Serve(*conversation, first);
    conversation.reset();
    std::unique_lock lock(mutex_);
    --conversations_;
    std::notify_all_at_thread_exit(served_, std::move(lock));
  }).detach();
}

void StatementDesk::Serve(Conversation& conversation, const Frame& first) {
  if (first.kind == MessageKind::kQuery) return ServeQuery(conversation, first.payload);
  static_cast<void>(
      conversation.Answer(WithinMemory([&] { return AnswerTo(conversation, first); })));
}

Result<std::string> StatementDesk::AnswerTo(Conversation& conversation, const Frame& first) {
  switch (first.kind) {
    case MessageKind::kOpen:
      HEALIX_RETURN_IF_ERROR(Open(first.payload));
      return std::string();
    case MessageKind::kDescribe:
      return Describe(first.payload);
    case MessageKind::kWriteParquet:
      return Write(conversation, first.payload);
    case MessageKind::kInspectParquet:
      return Inspect(first.payload);
    case MessageKind::kProgress:
      return Progress(first.payload);
    default:
      return Unasked();
  }
}

Status StatementDesk::Open(const std::string& payload) {
  HEALIX_TRY(auto message, Decode<OpenMessage>(payload));
  message.options.stop = stop_.get_token();
  HEALIX_RETURN_IF_ERROR(BoundMemory(message.data_bytes_max));
  HEALIX_TRY(auto opened, engine::Engine::Create(base::PosixFileSystem(), message.options));
  const std::lock_guard guard(mutex_);
  if (engine_) return Unasked();
  engine_ = std::move(opened);
  return {};
}

Result<engine::Engine*> StatementDesk::Engine() {
  const std::lock_guard guard(mutex_);
  if (!engine_) return Unasked();
  return engine_.get();
}

Result<std::string> StatementDesk::Describe(const std::string& payload) {
  HEALIX_TRY(const auto message, Decode<QueryMessage>(payload));
  HEALIX_TRY(auto* const engine, Engine());
  HEALIX_TRY(const auto columns, engine->Describe(message.scope, message.sql));
  return Encode(columns);
}

Result<std::string> StatementDesk::Write(Conversation& conversation, const std::string& payload) {
  HEALIX_TRY(auto message, Decode<WriteMessage>(payload));
  HEALIX_TRY(auto* const engine, Engine());
  engine::WriteSource source;
  if (message.query) {
    source = std::move(*message.query);
  } else {
    HEALIX_TRY(auto stream, StreamFromPieces(std::move(message.arrow_schema), [&conversation] {
                 return conversation.Ask(MessageKind::kPullBatch, {});
               }));
    source = engine::ArrowSource{std::move(stream)};
  }
  HEALIX_TRY(const auto files, engine->WriteParquet(std::move(source), message.options));
  return Encode(files);
}

Result<std::string> StatementDesk::Inspect(const std::string& path) {
  HEALIX_TRY(auto* const engine, Engine());
  HEALIX_TRY(const auto info, engine->InspectParquet(path));
  return Encode(info);
}

Result<std::string> StatementDesk::Progress(const std::string& payload) {
  HEALIX_TRY(const auto number, Decode<std::uint32_t>(payload));
  const std::lock_guard guard(mutex_);
  const auto found = running_.find(number);
  return Encode(found == running_.end() ? -1.0 : found->second->Progress());
}

void StatementDesk::Cancel(const std::string& payload) {
  const auto number = Decode<std::uint32_t>(payload);
  if (!number) return;
  if (*number == kEveryStatement) {
    stop_.request_stop();
    return;
  }
  const std::lock_guard guard(mutex_);
  const auto found = running_.find(*number);
  if (found != running_.end()) found->second->Cancel();
}

void StatementDesk::ServeQuery(Conversation& conversation, const std::string& payload) {
  auto stream = WithinMemory([&]() -> Result<std::unique_ptr<engine::ResultStream>> {
    HEALIX_TRY(auto message, Decode<QueryMessage>(payload));
    HEALIX_TRY(auto* const engine, Engine());
    return engine->Query(message.scope, message.sql, std::move(message.options));
  });
  if (!stream) {
    static_cast<void>(conversation.Answer(stream.error()));
    return;
  }
  {
    const std::lock_guard guard(mutex_);
    running_[conversation.number()] = stream->get();
  }
  static_cast<void>(conversation.Answer(Encode((*stream)->columns())));
  Fetches fetches(**stream);
  while (true) {
    const auto frame = conversation.Receive();
    if (!frame || frame->kind == MessageKind::kClose) break;
    static_cast<void>(
        conversation.Answer(WithinMemory([&] { return fetches.Answer(frame->kind); })));
  }
  const std::lock_guard guard(mutex_);
  running_.erase(conversation.number());
}

}  // namespace healix::lakehouse::engine_process
