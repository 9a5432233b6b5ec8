// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/query_stream_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {

std::vector<ResultColumn> ColumnsFrom(const duckdb::vector<duckdb::string>& names,
                                      const duckdb::vector<duckdb::LogicalType>& types) {
  std::vector<ResultColumn> columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.push_back({names[i], types[i].ToString(), IcebergTypeFrom(types[i])});
  }
  return columns;
}

namespace {

/// A list becomes one object per element before it is text.
constexpr std::uint64_t kCellElementsMax = 1'000'000;

void CheckElements(duckdb::DataChunk& chunk) {
  for (duckdb::Vector& column : chunk.data) {
    if (column.GetType().InternalType() != duckdb::PhysicalType::LIST) continue;
    duckdb::UnifiedVectorFormat lists;
    column.ToUnifiedFormat(chunk.size(), lists);
    const auto* const entries = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(lists);
    for (duckdb::idx_t row = 0; row < chunk.size(); ++row) {
      const duckdb::idx_t at = lists.sel->get_index(row);
      if (!lists.validity.RowIsValid(at) || entries[at].length <= kCellElementsMax) continue;
      throw duckdb::OutOfMemoryException("a list has too many elements to be shown as text");
    }
  }
}

}  // namespace

QueryStream::QueryStream(RunningQuery query, std::uint32_t batch_rows)
    : query_(std::move(query)),
      batch_rows_(batch_rows),
      columns_(ColumnsFrom(query_.pending->names, query_.pending->types)) {}

QueryStream::~QueryStream() {
  scan_.reset();
  result_.reset();
  query_.pending.reset();
  query_.connection.reset();
}

template <typename Work>
auto QueryStream::Fetched(Work&& work) -> decltype(work()) {
  if (cancelled_) return MakeError(ErrorCode::kCancelled, "the statement was cancelled");
  auto fetched = Guarded(std::forward<Work>(work));
  if (fetched) return fetched;
  query_.slot->Judge(fetched.error(), query_.instance);
  if (cancelled_) return MakeError(ErrorCode::kCancelled, "the statement was cancelled");
  return fetched;
}

duckdb::QueryResult& QueryStream::Started() {
  if (!result_) {
    result_ = query_.pending->Execute();
    if (result_->HasError()) result_->ThrowError();
  }
  return *result_;
}

Result<ArrowSchemaOwner> QueryStream::Schema() {
  return Guarded([&]() -> Result<ArrowSchemaOwner> {
    ArrowSchemaOwner schema;
    auto properties = query_.connection->context->GetClientProperties();
    duckdb::ArrowConverter::ToArrowSchema(schema.Receive(), query_.pending->types,
                                          query_.pending->names, properties);
    return schema;
  });
}

Result<std::optional<ArrowBatch>> QueryStream::Next() {
  return Fetched([&]() -> Result<std::optional<ArrowBatch>> {
    if (!scan_) scan_ = std::make_unique<duckdb::QueryResultChunkScanState>(Started());
    const auto properties = query_.connection->context->GetClientProperties();
    ArrowBatch batch;
    duckdb::idx_t row_count = 0;
    duckdb::ErrorData failure;
    const auto extensions = duckdb::ArrowTypeExtensionData::GetExtensionTypes(
        *query_.connection->context, query_.pending->types);
    if (!duckdb::ArrowUtil::TryFetchChunk(*scan_, properties, batch_rows_, batch.Receive(),
                                          row_count, failure, extensions)) {
      return ErrorFrom(failure);
    }
    if (row_count == 0) return std::optional<ArrowBatch>();
    return std::optional<ArrowBatch>(std::move(batch));
  });
}

Result<std::vector<TextRow>> QueryStream::NextRows() {
  return Fetched([&]() -> Result<std::vector<TextRow>> {
    std::vector<TextRow> rows;
    duckdb::unique_ptr<duckdb::DataChunk> chunk;
    duckdb::ErrorData failure;
    if (!Started().TryFetch(chunk, failure)) return ErrorFrom(failure);
    if (!chunk) return rows;
    CheckElements(*chunk);
    rows.resize(chunk->size());
    for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
      for (duckdb::idx_t column = 0; column < chunk->ColumnCount(); ++column) {
        rows[row].push_back(CellFrom(chunk->GetValue(column, row)));
      }
    }
    return rows;
  });
}

void QueryStream::Cancel() {
  cancelled_ = true;
  query_.connection->Interrupt();
}

double QueryStream::Progress() const {
  const double percentage = query_.connection->context->GetQueryProgress().GetPercentage();
  return percentage < 0 ? -1 : percentage / 100;
}

}  // namespace healix::lakehouse::engine
