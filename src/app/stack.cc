// SPDX-License-Identifier: Apache-2.0
#include "app/stack.h"

#include <filesystem>

#include "app/change_acts.h"
#include "app/commands.h"
#include "lakehouse/engine_process/isolating_engine.h"
#include "storage/records/postgres_store.h"
#include "storage/records/sqlite_store.h"
#include "trust/journal/journal.h"

namespace healix::app {
namespace {

namespace engine = lakehouse::engine;
namespace records = storage::records;
namespace tables = lakehouse::tables;
using base::Settings;

/// Takes the log of a home that keeps none.
class NoSink final : public base::LogSink {
 public:
  void Write(std::string_view) override {}
};

std::uint64_t Unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

tables::TableOptions TableOptionsFrom(const Settings& settings) {
  tables::TableOptions options;
  options.snapshots_max = Unsigned(settings.Get(base::setting::kTablesSnapshotsMax));
  options.metadata_log_max = static_cast<int>(settings.Get(base::setting::kTablesMetadataLogMax));
  options.file_bytes_target = Unsigned(settings.Get(base::setting::kTablesTargetFileBytes));
  options.commit_attempts_max =
      static_cast<int>(settings.Get(base::setting::kTablesCommitAttemptsMax));
  options.drop_retention = settings.Get(base::setting::kTablesDropRetentionHours);
  options.orphan_age = settings.Get(base::setting::kTablesOrphanAgeHours);
  return options;
}

}  // namespace

Result<std::unique_ptr<Stack>> Stack::Open(const std::string& home_folder, std::stop_token stop,
                                           base::FileSystem& files) {
  if (home_folder.empty()) {
    return MakeError(ErrorCode::kUsage, "name the home folder by --home or HEALIX_HOME");
  }
  std::unique_ptr<Stack> stack(new Stack(files));
  // The settings say how long to wait for the lock, so they come first.
  HEALIX_TRY(
      stack->settings_,
      Settings::Load(files, {.file_path = storage::home::HomeLayout{home_folder}.SettingsFile(),
                             .environment = base::ProcessEnvironment()}));
  HEALIX_TRY(stack->home_,
             storage::home::Home::Open(files, home_folder,
                                       stack->settings_.Get(base::setting::kHomeLockWaitMs)));
  HEALIX_RETURN_IF_ERROR(stack->OpenLog());
  HEALIX_RETURN_IF_ERROR(stack->OpenStores());
  HEALIX_RETURN_IF_ERROR(stack->OpenEngine(std::move(stop)));
  HEALIX_RETURN_IF_ERROR(stack->OpenWarehouse());
  return stack;
}

Status Stack::OpenLog() {
  const std::string& file = settings_.Get(base::setting::kLogFile);
  std::unique_ptr<base::LogSink> sink = std::make_unique<NoSink>();
  if (!file.empty()) {
    const std::filesystem::path path = std::filesystem::path(layout().LogFolder()) / file;
    HEALIX_TRY(
        sink, base::OpenFileSink(
                  files_, {.path = path.string(),
                           .bytes_max = Unsigned(settings_.Get(base::setting::kLogFileBytesMax))}));
  }
  const auto level = base::ParseLogLevel(settings_.Get(base::setting::kLogLevel));
  log_ =
      std::make_unique<base::Log>(clock(), std::move(sink), level.value_or(base::LogLevel::kInfo));
  log_->Info("home.opened", {{"program", SafeName(ProgramName())}});
  return {};
}

/// Opens the store of one concern: a SQLite file of the home, or a PostgreSQL schema that carries
/// the id of the home, so that several homes can share one database.
Result<std::unique_ptr<records::Store>> Stack::OpenStore(const std::string& concern) const {
  const std::string& connection = settings_.Get(base::setting::kRecordsConnection);
  if (!connection.empty()) {
    records::PostgresOptions options;
    options.connection = connection;
    options.schema = "healix_" + home_->id() + "_" + concern;
    return records::OpenPostgres(options);
  }
  records::SqliteOptions options;
  options.path = layout().StoreFile(concern);
  options.temp_folder = layout().TempFolder();
  // Small, so that it is full early and a larger ingest needs no more memory than a small one.
  options.cache_bytes = std::uint64_t{4} << 20;
  return records::OpenSqlite(files_, options);
}

Status Stack::OpenStores() {
  HEALIX_TRY(catalog_, OpenStore("catalog"));
  HEALIX_TRY(jobs_store_, OpenStore("jobs"));
  HEALIX_RETURN_IF_ERROR(trust::journal::MigrateJournal(*catalog_));
  storage::jobs::JobQueueOptions options;
  options.lease = settings_.Get(base::setting::kJobsLeaseMs);
  HEALIX_TRY(jobs_, storage::jobs::JobQueue::Open(*jobs_store_, options));
  HEALIX_RETURN_IF_ERROR(jobs_->ReleaseAbandoned());  // the home is ours alone
  HEALIX_TRY(auto key, trust::keys::SigningKey::Load(files_, layout().KeysFolder()));
  key_ = std::make_unique<trust::keys::SigningKey>(std::move(key));
  ids_ = std::make_unique<base::UuidV7Source>(base::SystemClock(), base::SystemRandomness());
  return {};
}

Status Stack::OpenEngine(std::stop_token stop) {
  engine::EngineOptions options;
  options.threads = static_cast<std::uint32_t>(settings_.Get(base::setting::kEngineThreads));
  options.memory_bytes_max = Unsigned(settings_.Get(base::setting::kEngineMemoryBytesMax));
  options.temp_bytes_max = Unsigned(settings_.Get(base::setting::kEngineTempBytesMax));
  options.temp_folder = layout().TempFolder();
  options.stop = std::move(stop);
  lakehouse::engine_process::EngineProcessOptions process;
  process.engine = std::move(options);
  if (settings_.Get(base::setting::kEngineProcess) == "child") {
    HEALIX_TRY(engine_, lakehouse::engine_process::EngineProcess::Create(std::move(process)));
  } else {
    HEALIX_TRY(engine_,
               lakehouse::engine_process::IsolatingEngine::Create(files_, std::move(process)));
  }
  return {};
}

Status Stack::OpenWarehouse() {
  storage::objects::ObjectStoreOptions objects;
  objects.root = layout().WarehouseFolder();
  HEALIX_TRY(objects_, storage::objects::ObjectStore::Open(files_, objects));
  const tables::WarehouseParts parts{
      .catalog = *catalog_, .objects = *objects_, .engine = *engine_, .files = files_};
  const tables::TableOptions options = TableOptionsFrom(settings_);
  HEALIX_RETURN_IF_ERROR(options.Validate());
  HEALIX_TRY(warehouse_, tables::Warehouse::Open(parts, options));
  data_files_ = std::make_unique<tables::DataFileWriter>(*warehouse_);
  maintenance_ = tables::MakeMaintenance(*warehouse_);
  return {};
}

tables::InTransaction Stack::ActInTransaction(trust::journal::ActKind kind) const {
  return TaskAct(*ids_, clock(), kind);
}

lakehouse::ingest::Parts Stack::ingest_parts() const {
  return {.files = files_,
          .clock = clock(),
          .ids = *ids_,
          .records = *catalog_,
          .warehouse = *warehouse_,
          .data_files = *data_files_,
          .engine = *engine_,
          .key = *key_,
          .program = ProgramName()};
}

lakehouse::ingest::Limits Stack::ingest_limits() const {
  lakehouse::ingest::Limits limits;
  limits.record_bytes_max = Unsigned(settings_.Get(base::setting::kIngestRecordBytesMax));
  limits.batch_bytes_max = Unsigned(settings_.Get(base::setting::kIngestBatchBytesMax));
  limits.inline_bytes_max = Unsigned(settings_.Get(base::setting::kIngestInlineBytesMax));
  limits.depth_max = static_cast<std::uint32_t>(settings_.Get(base::setting::kIngestDepthMax));
  limits.archive.ratio_max = Unsigned(settings_.Get(base::setting::kArchiveRatioMax));
  limits.archive.depth_max = static_cast<int>(settings_.Get(base::setting::kArchiveDepthMax));
  limits.archive.members_max = Unsigned(settings_.Get(base::setting::kArchiveMembersMax));
  limits.kept_bytes_max = Unsigned(settings_.Get(base::setting::kIngestQuarantineHeadBytes));
  const auto encoding =
      formats::ParseTextEncoding(settings_.Get(base::setting::kIngestCsvEncoding));
  HEALIX_CHECK(encoding.has_value(), "the registry lists encodings only");
  limits.csv_encoding = *encoding;
  return limits;
}

std::unique_ptr<lakehouse::sql::Session> Stack::NewSession() const {
  lakehouse::sql::SessionOptions options;
  options.on_change = ChangeActs(*ids_, clock());
  return std::make_unique<lakehouse::sql::Session>(*warehouse_, std::move(options));
}

}  // namespace healix::app
