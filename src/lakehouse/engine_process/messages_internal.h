// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says what the two processes tell each other, and how each struct travels.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result/error.h"
#include "lakehouse/engine/engine.h"
#include "lakehouse/engine_process/wire_internal.h"

namespace healix::lakehouse::engine_process {

/// Content of kOpen, the first message to a new process.
struct OpenMessage {
  engine::EngineOptions options;
  /// What the process may hold beyond what it holds at its start.
  std::uint64_t data_bytes_max = 0;
};

/// Content of kQuery; kDescribe uses scope and text only.
struct QueryMessage {
  std::shared_ptr<const engine::Scope> scope;
  std::string sql;
  engine::QueryOptions options;
};

/// Content of kWriteParquet. Rows come from `query`, or, when there is none, are pulled as batches
/// of the schema in `arrow_schema`.
struct WriteMessage {
  std::optional<engine::SqlSource> query;
  std::string arrow_schema;
  engine::WriteOptions options;
};

/// Content of kCancel: the number of a conversation, or all that run and all that come.
inline constexpr std::uint32_t kEveryStatement = 0;

/// Content of kFailure.
struct FailureMessage {
  std::uint16_t code = 0;
  std::string text;
  Position position;
};

/// Returns an error as it travels, and back. A code that does not exist becomes kEngineFailed.
FailureMessage FailureFrom(const Error& error);
Error ErrorFrom(const FailureMessage& failure);

template <>
inline constexpr auto kLast<iceberg::TypeId> = iceberg::TypeId::kVariant;
template <>
inline constexpr auto kLast<engine::ScanTable::FileChanges> =
    engine::ScanTable::FileChanges::kNever;
template <>
inline constexpr auto kLast<engine::Isolation> = engine::Isolation::kOwnProcess;
template <>
inline constexpr auto kLast<engine::Compression> = engine::Compression::kNone;
template <>
inline constexpr auto kLast<engine::SortColumn::Order> =
    engine::SortColumn::Order::kDescendingNullsLast;
template <>
inline constexpr auto kLast<engine::TextCell::Kind> = engine::TextCell::Kind::kJson;
template <>
inline constexpr auto kLast<engine::EngineOptions::FooterCache> =
    engine::EngineOptions::FooterCache::kOn;

HEALIX_SHAPE(Position, file, byte_offset, line);
HEALIX_SHAPE(iceberg::Type, id, precision, scale, length_bytes, fields);
HEALIX_SHAPE(iceberg::Field, id, name, required, type, doc, initial_default, write_default);
HEALIX_SHAPE(iceberg::Schema, schema_id, fields, identifier_field_ids);
HEALIX_SHAPE(engine::DeletionVector, path, offset_bytes, length_bytes, cardinality);
HEALIX_SHAPE(engine::EqualityDelete, path, field_ids);
HEALIX_SHAPE(engine::ScanFile, path, location, size_bytes, record_count, partition_constants,
             lower_bounds, upper_bounds, null_counts, nan_counts, position_deletes, deletion_vector,
             equality_deletes);
HEALIX_SHAPE(engine::MappedField, field_id, names, fields);
HEALIX_SHAPE(engine::ScanTable, schema, files, file_changes, dropped_fields, name_mapping);
HEALIX_SHAPE(engine::ViewText, sql, default_schema, column_names);
HEALIX_SHAPE(engine::Relation, schema_name, name, at, content);
HEALIX_SHAPE(engine::Scope, relations, default_schema, isolation);
template <>
struct Shape<engine::EngineOptions> {  // `stop` can't travel: kCancel does
  static auto Of(auto& value) {
    return std::tie(value.threads, value.memory_bytes_max, value.temp_folder, value.temp_bytes_max,
                    value.footer_cache);
  }
};
HEALIX_SHAPE(engine::QueryOptions, parameters, batch_rows);
HEALIX_SHAPE(engine::SqlSource, scope, sql);
HEALIX_SHAPE(engine::SortColumn, name, order);
HEALIX_SHAPE(engine::WriteOptions, schema, folder, base_name, target_file_bytes, row_group_bytes,
             row_group_rows, compression, sort_columns, key_value_metadata);
HEALIX_SHAPE(engine::FieldStatistics, column_bytes, value_count, null_count, nan_count, lower_bound,
             upper_bound);
HEALIX_SHAPE(engine::WrittenFile, path, size_bytes, record_count, fields, split_offsets);
HEALIX_SHAPE(engine::RowGroupInfo, first_row, row_count);
HEALIX_SHAPE(engine::ParquetInfo, table, record_count, row_groups, key_value_metadata);
HEALIX_SHAPE(engine::ResultColumn, name, sql_type, iceberg_type);
HEALIX_SHAPE(engine::TextCell, kind, text);
HEALIX_SHAPE(OpenMessage, options, data_bytes_max);
HEALIX_SHAPE(QueryMessage, scope, sql, options);
HEALIX_SHAPE(WriteMessage, query, arrow_schema, options);
HEALIX_SHAPE(FailureMessage, code, text, position);

}  // namespace healix::lakehouse::engine_process
