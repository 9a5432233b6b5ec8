// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp>
#include <duckdb/function/table/arrow.hpp>

#include "base/io/sync_points.h"
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/hx_file_system_internal.h"
#include "lakehouse/engine/inner_query_internal.h"
#include "lakehouse/engine/parquet_statistics_internal.h"
#include "lakehouse/engine/parquet_writer_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::Value;

constexpr const char* kArrowScan = "arrow_scan_dumb";

/// Gives one Arrow stream to DuckDB's Arrow scan, once.
class StreamFactory final {
 public:
  explicit StreamFactory(ArrowStreamOwner stream) : stream_(std::move(stream)) {}

  std::size_t column_count() {
    ArrowSchemaOwner schema;
    ReadSchema(*schema.Receive());
    return static_cast<std::size_t>(schema.get().n_children);
  }

  static duckdb::unique_ptr<duckdb::ArrowArrayStreamWrapper> Produce(
      uintptr_t factory, duckdb::ArrowStreamParameters&) {
    auto wrapper = duckdb::make_uniq<duckdb::ArrowArrayStreamWrapper>();
    wrapper->arrow_array_stream = reinterpret_cast<StreamFactory*>(factory)->stream_.Release();
    wrapper->number_of_rows = -1;
    return wrapper;
  }
  static void GetSchema(ArrowArrayStream* factory, ArrowSchema& schema) {
    reinterpret_cast<StreamFactory*>(factory)->ReadSchema(schema);
  }

 private:
  void ReadSchema(ArrowSchema& schema) {
    ArrowArrayStream* stream = stream_.Receive();
    if (stream->get_schema == nullptr || stream->get_schema(stream, &schema) != 0) {
      ThrowError(MakeError(ErrorCode::kInvalidArgument, "the Arrow stream gives no schema"));
    }
  }

  ArrowStreamOwner stream_;
};

/// Begins an Arrow scan as DuckDB does, for one thread.
duckdb::unique_ptr<duckdb::GlobalTableFunctionState> BeginOnOneThread(
    duckdb::ClientContext& context, duckdb::TableFunctionInitInput& input) {
  auto state = duckdb::ArrowTableFunction::ArrowScanInitGlobal(context, input);
  state->Cast<duckdb::ArrowScanGlobalState>().max_threads = 1;
  return state;
}

duckdb::unique_ptr<duckdb::SelectStatement> ArrowSelect(StreamFactory& factory) {
  duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> arguments;
  for (const uintptr_t pointer :
       {reinterpret_cast<uintptr_t>(&factory), reinterpret_cast<uintptr_t>(&StreamFactory::Produce),
        reinterpret_cast<uintptr_t>(&StreamFactory::GetSchema)}) {
    arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(Value::POINTER(pointer)));
  }
  auto table = duckdb::make_uniq<duckdb::TableFunctionRef>();
  table->function = duckdb::make_uniq<duckdb::FunctionExpression>(kArrowScan, std::move(arguments));
  auto node = duckdb::make_uniq<duckdb::SelectNode>();
  node->select_list.push_back(duckdb::make_uniq<duckdb::StarExpression>());
  node->from_table = std::move(table);
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(node);
  return statement;
}

Status CheckColumnCount(std::size_t got, const WriteOptions& options) {
  if (got == options.schema.fields.size()) return {};
  return MakeError(ErrorCode::kInvalidArgument, "the source has {} columns, the schema {}", got,
                   options.schema.fields.size());
}

// Puts the rows to write in the place that CopySql() keeps for them.
duckdb::unique_ptr<duckdb::SQLStatement> CopyOf(duckdb::unique_ptr<duckdb::SelectStatement> rows,
                                                const WriteOptions& options) {
  duckdb::Parser parser;
  parser.ParseQuery(CopySql(options));
  auto copy = std::move(parser.statements.at(0));
  auto& select = copy->Cast<duckdb::CopyStatement>().info->select_statement;
  select->Cast<duckdb::SelectNode>().from_table->Cast<duckdb::SubqueryRef>().subquery =
      std::move(rows);
  return copy;
}

void RemoveAll(base::FileSystem& files, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) static_cast<void>(files.Remove(path));
}

Status CheckRequired(const std::vector<WrittenFile>& files, const WriteOptions& options) {
  for (const WrittenFile& file : files) {
    for (const iceberg::Field& field : options.schema.fields) {
      const auto found = file.fields.find(field.id);
      if (field.required && found != file.fields.end() && found->second.null_count > 0) {
        return MakeError(ErrorCode::kQueryFailed, "the required column {} would hold NULL",
                         SafeName(field.name));
      }
    }
  }
  return {};
}

Result<std::vector<WrittenFile>> RunCopy(const ScanServices& services,
                                         duckdb::Connection& connection,
                                         duckdb::unique_ptr<duckdb::SQLStatement> copy,
                                         const WriteOptions& options) {
  auto report = connection.Query(std::move(copy));
  if (report->HasError()) return ErrorFrom(report->GetErrorObject());
  base::SyncPoint("engine.write.files_synced");
  HEALIX_TRY(std::vector<WrittenFile> files, FilesFromReport(*report, options.schema));
  // A thread that ends just as the file grew full leaves an empty one behind.
  std::erase_if(files, [&](const WrittenFile& file) {
    if (file.record_count == 0) RemoveAll(*services.files, {file.path});
    return file.record_count == 0;
  });
  HEALIX_RETURN_IF_ERROR(CheckRequired(files, options));
  for (WrittenFile& file : files) {
    // The report says how large a file was before its footer was mended.
    HEALIX_TRY(const base::FileInfo info, services.files->Stat(file.path));
    file.size_bytes = info.size_bytes;
  }
  AddFooterFacts(services, options.schema, files);
  std::sort(files.begin(), files.end(),
            [](const WrittenFile& a, const WrittenFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace

void ScanArrowOnOneThread(duckdb::DatabaseInstance& database) {
  duckdb::Connection connection(database);
  connection.BeginTransaction();
  duckdb::Catalog& system = duckdb::Catalog::GetSystemCatalog(database);
  auto& entry = system.GetEntry<duckdb::TableFunctionCatalogEntry>(*connection.context,
                                                                   DEFAULT_SCHEMA, kArrowScan);
  for (duckdb::TableFunction& function : entry.functions.functions) {
    function.init_global = BeginOnOneThread;
  }
  connection.Rollback();
}

Status WriteOptions::Validate() const {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
  };
  if (schema.fields.empty()) {
    return MakeError(ErrorCode::kInvalidArgument, "a file needs at least one column");
  }
  if (base_name.empty() || !std::all_of(base_name.begin(), base_name.end(), plain)) {
    return MakeError(ErrorCode::kInvalidArgument, "base_name must match [A-Za-z0-9_.-]+");
  }
  if (target_file_bytes == 0 || row_group_bytes == 0 || row_group_rows == 0) {
    return MakeError(ErrorCode::kInvalidArgument, "sizes of files and row groups must not be 0");
  }
  if (row_group_rows % STANDARD_VECTOR_SIZE != 0) {
    return MakeError(ErrorCode::kInvalidArgument, "row_group_rows must be a multiple of 2,048");
  }
  return {};
}

Result<std::vector<WrittenFile>> WriteParquetFiles(const ScanServices& services, WriteSource source,
                                                   const WriteOptions& options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  std::optional<StreamFactory> arrow;
  std::shared_ptr<const Scope> scope;
  if (auto* sql = std::get_if<SqlSource>(&source)) scope = sql->scope;
  if (!scope) scope = std::make_shared<const Scope>();
  const auto connection = Connect(services, scope);
  const auto log = duckdb::make_shared_ptr<WriteLog>();
  connection->context->registered_state->Insert(WriteLog::kKey, log);
  // Without, DuckDB could not bound row groups in bytes.
  connection->context->config.user_settings.SetUserSetting(
      duckdb::PreserveInsertionOrderSetting::SettingIndex, Value::BOOLEAN(false));

  duckdb::unique_ptr<duckdb::SelectStatement> rows;
  if (auto* stream = std::get_if<ArrowSource>(&source)) {
    arrow.emplace(std::move(stream->stream));
    HEALIX_RETURN_IF_ERROR(CheckColumnCount(arrow->column_count(), options));
    rows = ArrowSelect(*arrow);
  } else {
    auto parsed = ParseSelect(*connection, std::get_if<SqlSource>(&source)->sql);
    const auto prepared = connection->Prepare(parsed->Copy());
    if (prepared->HasError()) return ErrorFrom(prepared->GetErrorObject(), Phase::kBinding);
    HEALIX_RETURN_IF_ERROR(CheckColumnCount(prepared->ColumnCount(), options));
    rows =
        duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(std::move(parsed));
  }
  auto written = Guarded(
      [&] { return RunCopy(services, *connection, CopyOf(std::move(rows), options), options); });
  if (!written) RemoveAll(*services.files, log->paths());
  // DuckDB's allocator keeps what was freed for ten seconds: by then the next files are written,
  // and what it held grew to 97 MiB in an ingest of 2 GiB, of which 3 were in use.
  duckdb::Allocator::FlushAll();
  return written;
}

}  // namespace healix::lakehouse::engine
