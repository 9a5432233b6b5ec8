// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine_process/isolating_engine.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace healix::lakehouse::engine_process {
namespace {

/// Two engines must not meet in one folder: each removes what it finds there.
std::string TempFolderOfChild(const EngineProcessOptions& options) {
  const std::string& folder = options.engine.temp_folder;
  return folder.empty() ? "" : folder + "/isolated";
}

/// The child runs what would grow without limit, so it gets no more beside what DuckDB counts than
/// that once again, and what code and batches under way take.
std::uint64_t HeadroomOfChild(const EngineProcessOptions& options) {
  constexpr std::uint64_t kBatchesAndCode = std::uint64_t{128} << 20;
  return std::min(options.headroom_bytes, options.engine.memory_bytes_max + kBatchesAndCode);
}

/// What a killed program left would stay until the next statement that needs a child.
void RemoveOldFolder(const std::string& folder) {
  std::error_code ignored;
  if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
}

}  // namespace

Result<std::unique_ptr<IsolatingEngine>> IsolatingEngine::Create(base::FileSystem& files,
                                                                 EngineProcessOptions options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  std::unique_ptr<IsolatingEngine> engine(new IsolatingEngine(std::move(options)));
  RemoveOldFolder(TempFolderOfChild(engine->options_));
  HEALIX_TRY(engine->here_, engine::Engine::Create(files, engine->options_.engine));
  return engine;
}

Result<engine::Engine*> IsolatingEngine::For(const engine::Scope* scope) {
  if (scope == nullptr || scope->isolation == engine::Isolation::kNone) return here_.get();
  const std::lock_guard guard(mutex_);
  if (!child_) {
    EngineProcessOptions options = options_;
    options.engine.temp_folder = TempFolderOfChild(options_);
    options.headroom_bytes = HeadroomOfChild(options_);
    HEALIX_TRY(child_, EngineProcess::Create(std::move(options)));
  }
  return child_.get();
}

Result<std::unique_ptr<engine::ResultStream>> IsolatingEngine::Query(
    std::shared_ptr<const engine::Scope> scope, std::string_view sql,
    engine::QueryOptions options) {
  HEALIX_TRY(engine::Engine* const engine, For(scope.get()));
  return engine->Query(std::move(scope), sql, std::move(options));
}

Result<std::vector<engine::ResultColumn>> IsolatingEngine::Describe(
    std::shared_ptr<const engine::Scope> scope, std::string_view sql) {
  HEALIX_TRY(engine::Engine* const engine, For(scope.get()));
  return engine->Describe(std::move(scope), sql);
}

Result<std::vector<engine::WrittenFile>> IsolatingEngine::WriteParquet(
    engine::WriteSource source, const engine::WriteOptions& options) {
  const auto* const query = std::get_if<engine::SqlSource>(&source);
  HEALIX_TRY(engine::Engine* const engine, For(query == nullptr ? nullptr : query->scope.get()));
  return engine->WriteParquet(std::move(source), options);
}

Result<engine::ParquetInfo> IsolatingEngine::InspectParquet(const std::string& path) {
  return here_->InspectParquet(path);
}

std::optional<int> IsolatingEngine::child_process_id() const {
  const std::lock_guard guard(mutex_);
  if (!child_) return std::nullopt;
  return child_->process_id();
}

}  // namespace healix::lakehouse::engine_process
