// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <thread>

#include "lakehouse/engine/bucket_hash_internal.h"
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/hx_file_system_internal.h"
#include "lakehouse/engine/inner_query_internal.h"
#include "lakehouse/engine/instance_internal.h"
#include "lakehouse/engine/parquet_writer_internal.h"
#include "lakehouse/engine/scope_catalog_internal.h"
#include "lakehouse/engine/value_sizes_internal.h"

namespace healix::lakehouse::engine {
namespace {

std::string Bytes(std::uint64_t count) { return std::to_string(count) + "B"; }

// Half of what the buffer manager may hold, but enough for the rows of a few operators.
std::uint64_t VectorBytesMax(const EngineOptions& options) {
  constexpr std::uint64_t kVectorBytesMin = std::uint64_t{64} << 20;
  return std::max(options.memory_bytes_max / 2, kVectorBytesMin);
}

std::uint32_t ThreadCount(const EngineOptions& options) {
  return options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
}

void Configure(duckdb::DBConfig& config, const EngineOptions& options,
               const std::string& spill_folder) {
  config.SetOptionByName("threads", duckdb::Value::BIGINT(ThreadCount(options)));
  config.SetOptionByName("memory_limit", duckdb::Value(Bytes(options.memory_bytes_max)));
  config.SetOptionByName("temp_directory", duckdb::Value(spill_folder));
  config.SetOptionByName("autoinstall_known_extensions", duckdb::Value::BOOLEAN(false));
  config.SetOptionByName("autoload_known_extensions", duckdb::Value::BOOLEAN(false));
  config.SetOptionByName("allow_community_extensions", duckdb::Value::BOOLEAN(false));
  config.SetOptionByName("custom_user_agent", duckdb::Value("healix"));
  RegisterScopeCatalog(config);
}

void Run(duckdb::Connection& connection, const std::string& sql) {
  const auto result = connection.Query(sql);
  if (result->HasError()) result->ThrowError();
}

// What can only be set once DuckDB is open; the last line closes the door behind it.
void LockDown(duckdb::Connection& connection, const EngineOptions& options, bool spills) {
  Run(connection, std::string("ATTACH 'scope' AS ") + kCatalogName + " (TYPE healix)");
  Run(connection, "SET GLOBAL TimeZone = 'UTC'");
  if (spills) {
    Run(connection,
        "SET GLOBAL max_temp_directory_size = " + Literal(Bytes(options.temp_bytes_max)));
  }
  if (options.footer_cache == EngineOptions::FooterCache::kOn) {
    Run(connection, "SET GLOBAL parquet_metadata_cache = true");
  }
  Run(connection, "SET GLOBAL allowed_directories = ['hx://']");
  Run(connection, "SET GLOBAL enable_external_access = false");
  Run(connection, "SET GLOBAL lock_configuration = true");
}

// Spill of an engine that did not end well would stay for ever.
void RemoveOldSpill(const std::string& temp_folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(temp_folder, ignored)) {
    if (entry.path().filename().string().starts_with("spill-")) {
      std::filesystem::remove_all(entry.path(), ignored);
    }
  }
}

}  // namespace

Result<std::shared_ptr<Instance>> Instance::Open(base::FileSystem& files,
                                                 const EngineOptions& options,
                                                 const std::string& spill_folder) {
  return Guarded([&]() -> Result<std::shared_ptr<Instance>> {
    duckdb::DBConfig config;
    Configure(config, options, spill_folder);
    // The buffer manager keeps to the limit itself; as much again is left to lists that grow.
    config.allocator = MakeBoundedAllocator(2 * options.memory_bytes_max);
    std::shared_ptr<Instance> instance(new Instance(VectorBytesMax(options)));
    instance->database_ = std::make_unique<duckdb::DuckDB>(nullptr, &config);
    duckdb::DatabaseInstance& database = *instance->database_->instance;
    database.GetFileSystem().RegisterSubSystem(duckdb::make_uniq<HxFileSystem>(files));
    duckdb::DBConfig::GetConfig(database).replacement_scans.clear();
    RegisterBucketHash(database);
    ScanArrowOnOneThread(database);
    GuardValueSizes(database, VectorBytesMax(options) / 2);
    duckdb::Connection connection(database);
    LockDown(connection, options, !spill_folder.empty());
    instance->services_ = {&files, &database, options.stop};
    return instance;
  });
}

Result<std::shared_ptr<Instance>> InstanceSlot::Get() {
  const std::lock_guard guard(mutex_);
  if (instance_) return instance_;
  std::string spill_folder;
  if (!options_.temp_folder.empty()) {
    if (opened_count_ == 0) RemoveOldSpill(options_.temp_folder);
    spill_folder = options_.temp_folder + "/spill-" + std::to_string(opened_count_);
    HEALIX_RETURN_IF_ERROR(files_.MakeFolders(spill_folder));
  }
  HEALIX_TRY(instance_, Instance::Open(files_, options_, spill_folder));
  ++opened_count_;
  return instance_;
}

void InstanceSlot::Judge(const Error& error, const std::shared_ptr<Instance>& used) {
  if (!SpoilsTheInstance(error)) return;
  const std::lock_guard guard(mutex_);
  if (instance_ == used) instance_.reset();
}

}  // namespace healix::lakehouse::engine
