// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Streams the rows of a query that runs in this process.

#include <atomic>
#include <memory>

#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/instance_internal.h"
#include "lakehouse/engine/result_stream.h"

namespace healix::lakehouse::engine {

/// Returns the columns of a result.
std::vector<ResultColumn> ColumnsFrom(const duckdb::vector<duckdb::string>& names,
                                      const duckdb::vector<duckdb::LogicalType>& types);

/// Returns one value as text, as ResultStream describes.
TextCell CellFrom(const duckdb::Value& value);

/// What a stream keeps alive while it runs.
struct RunningQuery {
  std::shared_ptr<InstanceSlot> slot;
  std::shared_ptr<Instance> instance;
  duckdb::unique_ptr<duckdb::Connection> connection;
  duckdb::unique_ptr<duckdb::PendingQueryResult> pending;
};

/// Fetches from DuckDB as it is asked to. Nothing runs before the first fetch, so that Cancel() can
/// reach a query that computes for long before it has a row.
class QueryStream final : public ResultStream {
 public:
  QueryStream(RunningQuery query, std::uint32_t batch_rows);
  ~QueryStream() override;

  const std::vector<ResultColumn>& columns() const override { return columns_; }
  Result<ArrowSchemaOwner> Schema() override;
  Result<std::optional<ArrowBatch>> Next() override;
  Result<std::vector<TextRow>> NextRows() override;
  void Cancel() override;
  double Progress() const override;

 private:
  template <typename Work>
  auto Fetched(Work&& work) -> decltype(work());
  duckdb::QueryResult& Started();

  RunningQuery query_;
  duckdb::unique_ptr<duckdb::QueryResult> result_;
  std::uint32_t batch_rows_;
  std::vector<ResultColumn> columns_;
  std::unique_ptr<duckdb::QueryResultChunkScanState> scan_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace healix::lakehouse::engine
