// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/data_files.h"

#include "lakehouse/tables/parquet_files_internal.h"
#include "lakehouse/tables/partition_sql_internal.h"

namespace healix::lakehouse::tables {
namespace {

using iceberg::DataFile;

/// The partition a set of rows belongs to, and the condition that picks them.
struct PartitionRows {
  std::vector<iceberg::Value> values;
  std::string condition;
};

/// Refuses files with a NULL where the schema doesn't allow one.
Status CheckRequired(const std::vector<iceberg::Field>& fields, const DataFile& file) {
  for (const iceberg::Field& field : fields) {
    const auto nulls = file.null_value_counts.find(field.id);
    if (field.required && nulls != file.null_value_counts.end() && nulls->second > 0) {
      return MakeError(ErrorCode::kQueryFailed, "column {} must not be NULL", SafeName(field.name));
    }
  }
  return {};
}

std::string Joined(const std::vector<PartitionSql>& fields) {
  std::string text;
  for (const PartitionSql& field : fields) text += (text.empty() ? "" : ", ") + field.expression;
  return text;
}

Result<std::vector<PartitionRows>> FindPartitions(const WarehouseParts& parts,
                                                  const std::shared_ptr<const engine::Scope>& scope,
                                                  const std::vector<PartitionSql>& fields) {
  std::vector<PartitionRows> partitions;
  const auto on_row = [&](const engine::TextRow& row) -> Status {
    if (partitions.size() == DataFileWriter::kPartitionsMax) {
      return MakeError(ErrorCode::kLimitExceeded, "more than {} partitions in one write",
                       DataFileWriter::kPartitionsMax);
    }
    PartitionRows partition;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      HEALIX_TRY(auto value, PartitionValueOf(fields[i], row[i]));
      partition.values.push_back(std::move(value));
      partition.condition += (i == 0 ? "" : " AND ") + EqualsSql(fields[i], row[i]);
    }
    partitions.push_back(std::move(partition));
    return {};
  };
  HEALIX_RETURN_IF_ERROR(
      EachTextRow(parts, scope, "SELECT DISTINCT " + Joined(fields) + " FROM staged", on_row));
  return partitions;
}

}  // namespace

WriteTarget TargetOf(const TableSnapshot& snapshot) {
  const iceberg::TableMetadata& metadata = snapshot.metadata();
  return {metadata.location, metadata.CurrentSchema(), metadata.DefaultSpec()};
}

WriteTarget TargetOf(const TablePlan& plan) {
  return {plan.metadata.location, plan.metadata.CurrentSchema(), plan.metadata.DefaultSpec()};
}

Result<std::vector<DataFile>> DataFileWriter::WritePartition(
    const WriteTarget& target, const std::vector<iceberg::Value>& partition,
    engine::WriteSource source) {
  ParquetJob job{target.location, {}, std::move(source)};
  job.options.schema = target.schema;
  job.options.compression = target.compression;
  job.options.target_file_bytes = options_.file_bytes_target;
  HEALIX_TRY(std::vector<DataFile> files, WriteParquetFiles(parts_, std::move(job)));
  for (DataFile& file : files) {
    file.spec_id = target.spec.spec_id;
    file.partition = partition;
    if (const Status valid = CheckRequired(target.schema.fields, file); !valid) {
      Discard(files);
      return valid.error();
    }
  }
  return files;
}

Result<std::vector<DataFile>> DataFileWriter::Write(const WriteTarget& target,
                                                    engine::WriteSource source) {
  if (target.spec.IsUnpartitioned()) return WritePartition(target, {}, std::move(source));
  std::vector<PartitionSql> fields;
  for (const iceberg::PartitionField& field : target.spec.fields) {
    HEALIX_TRY(PartitionSql sql, PartitionSqlOf(field, target.schema));
    fields.push_back(std::move(sql));
  }
  HEALIX_TRY(const std::vector<DataFile> staged, WritePartition(target, {}, std::move(source)));
  std::vector<DataFile> files;
  const Status sorted = [&]() -> Status {
    HEALIX_TRY(auto table, ScanOf(parts_, target.schema, staged));
    const auto scope = ScopeOf("staged", std::move(table));
    HEALIX_TRY(const auto partitions, FindPartitions(parts_, scope, fields));
    for (const PartitionRows& partition : partitions) {
      HEALIX_TRY(auto written,
                 WritePartition(target, partition.values,
                                engine::SqlSource{
                                    scope, "SELECT * FROM staged WHERE " + partition.condition}));
      files.insert(files.end(), written.begin(), written.end());
    }
    return {};
  }();
  Discard(staged);
  if (sorted) return files;
  Discard(files);
  return sorted.error();
}

void DataFileWriter::Discard(const std::vector<DataFile>& files) { RemoveFiles(parts_, files); }

}  // namespace healix::lakehouse::tables
