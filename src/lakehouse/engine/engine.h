// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Runs SELECT statements over a scope and writes Parquet files for Iceberg tables.

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/io/file_system.h"
#include "base/result/result.h"
#include "lakehouse/engine/parquet_info.h"
#include "lakehouse/engine/parquet_write.h"
#include "lakehouse/engine/result_stream.h"
#include "lakehouse/engine/scope.h"

namespace healix::lakehouse::engine {

/// Bounds what one engine may use, over all of its statements together.
struct EngineOptions {
  std::uint32_t threads = 0;  ///< 0: as many as the machine has cores
  std::uint64_t memory_bytes_max = std::uint64_t{256} << 20;
  /// Folder for data that does not fit in memory, made when absent; empty: nothing is spilled.
  std::string temp_folder;
  std::uint64_t temp_bytes_max = std::uint64_t{10} << 30;
  /// Keeps the footers of Parquet files between statements. Data files never change in place.
  enum class FooterCache : std::uint8_t { kOff, kOn } footer_cache = FooterCache::kOn;
  /// When stop is asked for, what runs ends and what comes later does not begin: kCancelled.
  std::stop_token stop = {};

  /// Errors kInvalidArgument.
  Status Validate() const;
};

/// A value for `?` or `$1` in a statement; monostate is NULL.
using Parameter = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

struct QueryOptions {
  std::vector<Parameter> parameters = {};
  std::uint32_t batch_rows = 2048 * 16;  ///< rows per Arrow batch, at most
};

/// Binds and runs statements. One instance serves many at once; its limits are shared by them.
/// Owns     one DuckDB instance. After a failure that spoils it, it is closed and the next
///          call opens a new one: the failed call says kEngineFailed, later ones work.
/// Threads  all members from any thread.
/// Errors   kSqlSyntax, kSqlRefused (not a SELECT, or a function outside the engine's own),
///          kTableNotFound, kColumnNotFound, kQueryFailed, kMemoryExceeded, kTempSpaceExceeded,
///          kCancelled, kEngineFailed, and those of base::FileSystem.
/// PHI      error text never holds a value from inside a record.
/// Example  QueryTest.CountsTheRowsOfATwoFileTable
class Engine {
 public:
  /// Opens an engine in this process. `files` must outlive it.
  static Result<std::unique_ptr<Engine>> Create(base::FileSystem& files, EngineOptions options);
  virtual ~Engine() = default;

  /// Binds one SELECT (or VALUES, or EXPLAIN of one). `scope` is kept until the
  /// stream is destroyed. Nothing runs before the first fetch; failures while running come with it.
  virtual Result<std::unique_ptr<ResultStream>> Query(std::shared_ptr<const Scope> scope,
                                                      std::string_view sql,
                                                      QueryOptions options) = 0;

  /// Binds one SELECT without running it and returns its columns. Reads no file.
  virtual Result<std::vector<ResultColumn>> Describe(std::shared_ptr<const Scope> scope,
                                                     std::string_view sql) = 0;

  /// Writes all rows of `source` as Parquet files named `<folder>/<base_name>-<n>.parquet`.
  /// Every returned file is synced; their folder is not. No file for no rows.
  /// On an error, files already written are removed as far as possible.
  virtual Result<std::vector<WrittenFile>> WriteParquet(WriteSource source,
                                                        const WriteOptions& options) = 0;

  /// Reads the footer of a Parquet file. Errors kParquetInvalid, kUnsupported (a column type).
  virtual Result<ParquetInfo> InspectParquet(const std::string& path) = 0;
};

}  // namespace healix::lakehouse::engine
