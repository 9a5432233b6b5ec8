// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/scan_files_internal.h"
#include "lakehouse/engine/scan_reader_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::MultiFileColumnDefinition;
using duckdb::Value;
using Columns = duckdb::vector<MultiFileColumnDefinition>;

/// Keeps what the readers of one running scan share.
struct ScanState final : duckdb::MultiFileReaderGlobalState {
  ScanState(const duckdb::MultiFileList& files, std::shared_ptr<const ScanSource> source)
      : duckdb::MultiFileReaderGlobalState({}, files),
        deleted(std::move(source), static_cast<const ScanFileList&>(files).indexes()) {}

  DeletedRows deleted;
};

Value DefaultOf(const iceberg::Field& field) {
  if (!field.initial_default) return Value(LogicalTypeFrom(field.type));
  Result<Value> value = ValueFromJson(*field.initial_default, field.type);
  if (!value) ThrowError(value.error());
  return *std::move(value);
}

MultiFileColumnDefinition Definition(const iceberg::Field& field) {
  MultiFileColumnDefinition column(field.name, LogicalTypeFrom(field.type));
  column.identifier = Value::INTEGER(field.id);
  column.default_expression = duckdb::make_uniq<duckdb::ConstantExpression>(DefaultOf(field));
  column.children = ColumnDefinitions(field.type.fields);
  return column;
}

const MappedField* FindMapped(const std::vector<MappedField>& mapping, const std::string& name) {
  const auto found = std::find_if(mapping.begin(), mapping.end(), [&](const MappedField& field) {
    return std::find(field.names.begin(), field.names.end(), name) != field.names.end();
  });
  return found == mapping.end() ? nullptr : &*found;
}

/// Gives every column of a file an id: its own, that of the name mapping, or one of no field.
/// DuckDB stops at the first column without.
class FileColumnIds final {
 public:
  void Complete(Columns& columns, const std::vector<MappedField>& mapping) {
    for (MultiFileColumnDefinition& column : columns) {
      CompleteOne(column, FindMapped(mapping, column.name));
    }
  }

 private:
  void CompleteOne(MultiFileColumnDefinition& column, const MappedField* mapped) {
    if (column.identifier.IsNull()) {
      const bool has_id = mapped != nullptr && mapped->field_id.has_value();
      column.identifier = Value::INTEGER(has_id ? *mapped->field_id : next_unknown_--);
    }
    static const std::vector<MappedField> kNone;
    const std::vector<MappedField>& below = mapped != nullptr ? mapped->fields : kNone;
    if (column.type.id() == duckdb::LogicalTypeId::LIST && column.children.size() == 1) {
      CompleteOne(column.children[0], below.empty() ? nullptr : &below[0]);
    } else if (column.type.id() == duckdb::LogicalTypeId::MAP && column.children.size() == 1) {
      Columns& parts = column.children[0].children;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        CompleteOne(parts[i], i < below.size() ? &below[i] : nullptr);
      }
    } else {
      Complete(column.children, below);
    }
  }

  std::int32_t next_unknown_ = -2;
};

bool HasField(const duckdb::BaseFileReader& reader, std::int32_t field_id) {
  return std::any_of(reader.columns.begin(), reader.columns.end(), [&](const auto& column) {
    return !column.identifier.IsNull() && column.GetIdentifierFieldId() == field_id;
  });
}

}  // namespace

Columns ColumnDefinitions(const std::vector<iceberg::Field>& fields) {
  Columns columns;
  for (const iceberg::Field& field : fields) columns.push_back(Definition(field));
  return columns;
}

duckdb::shared_ptr<duckdb::MultiFileList> ScanReader::CreateFileList(
    duckdb::ClientContext&, const duckdb::vector<duckdb::string>&, const duckdb::FileGlobInput&) {
  return duckdb::make_shared_ptr<ScanFileList>(source_);
}

bool ScanReader::Bind(duckdb::MultiFileOptions& options, duckdb::MultiFileList&,
                      duckdb::vector<duckdb::LogicalType>& return_types,
                      duckdb::vector<duckdb::string>& names,
                      duckdb::MultiFileReaderBindData& bind_data) {
  options.auto_detect_hive_partitioning = false;
  options.hive_partitioning = false;
  bind_data.schema = ColumnDefinitions(source_->table->schema.fields);
  bind_data.mapping = duckdb::MultiFileColumnMappingMode::BY_FIELD_ID;
  for (const MultiFileColumnDefinition& column : bind_data.schema) {
    names.push_back(column.name);
    return_types.push_back(column.type);
  }
  return true;
}

duckdb::unique_ptr<duckdb::MultiFileReaderGlobalState> ScanReader::InitializeGlobalState(
    duckdb::ClientContext&, const duckdb::MultiFileOptions&, const duckdb::MultiFileReaderBindData&,
    const duckdb::MultiFileList& files, const Columns&,
    const duckdb::vector<duckdb::ColumnIndex>&) {
  return duckdb::make_uniq<ScanState>(files, source_);
}

void ScanReader::FinalizeBind(duckdb::MultiFileReaderData& reader_data,
                              const duckdb::MultiFileOptions&,
                              const duckdb::MultiFileReaderBindData&, const Columns&,
                              const duckdb::vector<duckdb::ColumnIndex>& global_column_ids,
                              duckdb::ClientContext&,
                              duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> state) {
  duckdb::BaseFileReader& reader = *reader_data.reader;
  const auto& info = *reader.file.extended_info;
  const auto file_index = info.options.at(kFileIndexOption).GetValue<std::uint64_t>();
  FileColumnIds().Complete(reader.columns, source_->table->name_mapping);
  for (std::size_t i = 0; i < global_column_ids.size(); ++i) {
    const duckdb::column_t column = global_column_ids[i].GetPrimaryIndex();
    if (auto constant = ConstantFor(file_index, column, reader)) {
      reader_data.constant_map.Add(duckdb::MultiFileGlobalIndex(i), *std::move(constant));
    }
  }
  reader.deletion_filter = static_cast<ScanState&>(*state).deleted.FilterFor(file_index);
}

std::optional<Value> ScanReader::ConstantFor(std::size_t file_index, duckdb::column_t column,
                                             const duckdb::BaseFileReader& reader) const {
  const ScanFile& file = source_->table->files[file_index];
  if (column == COLUMN_IDENTIFIER_FILENAME) return Value(file.location);
  if (column == COLUMN_IDENTIFIER_FILE_INDEX) return Value::UBIGINT(file_index);
  const auto& fields = source_->table->schema.fields;
  if (column >= fields.size()) return std::nullopt;
  const auto constant = file.partition_constants.find(fields[column].id);
  if (constant == file.partition_constants.end() || HasField(reader, fields[column].id)) {
    return std::nullopt;
  }
  if (!constant->second) return Value(LogicalTypeFrom(fields[column].type));
  Result<Value> value = ValueFromBinary(*constant->second, fields[column].type);
  if (!value) ThrowError(value.error());
  return *std::move(value);
}

}  // namespace healix::lakehouse::engine
