// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/hx_file_system_internal.h"
#include "lakehouse/engine/inner_query_internal.h"
#include "lakehouse/engine/parquet_inspect_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::LogicalTypeId;
using duckdb::MultiFileColumnDefinition;
using Columns = duckdb::vector<MultiFileColumnDefinition>;

std::int32_t HighestId(const Columns& columns) {
  std::int32_t highest = 0;
  for (const MultiFileColumnDefinition& column : columns) {
    if (!column.identifier.IsNull()) highest = std::max(highest, column.GetIdentifierFieldId());
    highest = std::max(highest, HighestId(column.children));
  }
  return highest;
}

/// Gives every field an id, the file's own or a new one, and notes the new ones in a name mapping.
class IdAssigner final {
 public:
  explicit IdAssigner(std::int32_t highest_id) : next_id_(highest_id + 1) {}

  MappedField Assign(iceberg::Field& field, const MultiFileColumnDefinition& column) {
    const bool has_id = !column.identifier.IsNull();
    field.id = has_id ? column.GetIdentifierFieldId() : next_id_++;
    MappedField mapped{field.id, {column.name}, {}};
    const Columns& parts = column.type.id() == LogicalTypeId::MAP && column.children.size() == 1
                               ? column.children[0].children
                               : column.children;
    for (std::size_t i = 0; i < field.type.fields.size() && i < parts.size(); ++i) {
      mapped.fields.push_back(Assign(field.type.fields[i], parts[i]));
    }
    return mapped;
  }

 private:
  std::int32_t next_id_;
};

// The columns as DuckDB's reader sees them, with the field ids of the file.
Columns ReadColumns(duckdb::Connection& connection, const std::string& path) {
  Columns columns;
  duckdb::ClientContext& context = *connection.context;
  context.RunFunctionInTransaction([&] {
    auto& system = duckdb::Catalog::GetSystemCatalog(context);
    auto& entry =
        system.GetEntry<duckdb::TableFunctionCatalogEntry>(context, DEFAULT_SCHEMA, "parquet_scan");
    duckdb::TableFunction function =
        entry.functions.GetFunctionByArguments(context, {duckdb::LogicalType::VARCHAR});
    duckdb::vector<duckdb::Value> inputs = {duckdb::Value(ToHxPath(path))};
    duckdb::named_parameter_map_t parameters;
    parameters["hive_partitioning"] = duckdb::Value::BOOLEAN(false);
    duckdb::vector<duckdb::LogicalType> types;
    duckdb::vector<duckdb::string> names;
    const duckdb::TableFunctionRef no_reference;
    duckdb::TableFunctionBindInput input(inputs, parameters, types, names, nullptr, nullptr,
                                         function, no_reference);
    duckdb::vector<duckdb::LogicalType> bound_types;
    duckdb::vector<duckdb::string> bound_names;
    const auto bound = function.bind(context, input, bound_types, bound_names);
    columns = bound->Cast<duckdb::MultiFileBindData>().initial_reader->GetColumns();
  });
  return columns;
}

void ReadRowGroups(const ScanServices& services, const std::string& path, ParquetInfo& info) {
  InnerResult groups =
      RunInside(services, nullptr,
                "SELECT row_group_id, any_value(row_group_num_rows) FROM parquet_metadata(" +
                    Literal(ToHxPath(path)) + ") GROUP BY ALL ORDER BY row_group_id");
  while (auto chunk = groups.rows->Fetch()) {
    for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
      const auto rows = chunk->GetValue(1, row).GetValue<std::uint64_t>();
      info.row_groups.push_back({info.record_count, rows});
      info.record_count += rows;
    }
  }
  if (groups.rows->HasError()) groups.rows->ThrowError();
}

void ReadMetadata(const ScanServices& services, const std::string& path, ParquetInfo& info) {
  InnerResult pairs = RunInside(
      services, nullptr,
      "SELECT decode(key), value FROM parquet_kv_metadata(" + Literal(ToHxPath(path)) + ")");
  while (auto chunk = pairs.rows->Fetch()) {
    for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
      const duckdb::Value value = chunk->GetValue(1, row);
      info.key_value_metadata[chunk->GetValue(0, row).ToString()] =
          value.IsNull() ? "" : duckdb::StringValue::Get(value);
    }
  }
  if (pairs.rows->HasError()) pairs.rows->ThrowError();
}

}  // namespace

Result<ParquetInfo> InspectParquetFile(const ScanServices& services, const std::string& path) {
  HEALIX_TRY(const base::FileInfo file_info, services.files->Stat(path));
  const auto connection = Connect(services, nullptr);
  const Columns columns = ReadColumns(*connection, path);
  ParquetInfo info;
  IdAssigner ids(HighestId(columns));
  for (const MultiFileColumnDefinition& column : columns) {
    const auto type = IcebergTypeFrom(column.type);
    if (!type) {
      return MakeError(ErrorCode::kUnsupported, "the column {} has the type {}",
                       SafeName(column.name), SafeName(column.type.ToString()));
    }
    iceberg::Field field;
    field.name = column.name;
    field.type = *type;
    info.table.name_mapping.push_back(ids.Assign(field, column));
    info.table.schema.fields.push_back(std::move(field));
  }
  ReadRowGroups(services, path, info);
  ReadMetadata(services, path, info);
  ScanFile file;
  file.path = path;
  file.location = path;
  file.size_bytes = file_info.size_bytes;
  file.record_count = info.record_count;
  info.table.files.push_back(std::move(file));
  return info;
}

}  // namespace healix::lakehouse::engine
