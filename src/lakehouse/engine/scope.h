// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Describes everything a statement may see: relations, their files and their deletes.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lakehouse/iceberg/schema.h"

namespace healix::lakehouse::engine {

/// Values by field id, each in Iceberg's binary single-value form (Appendix D of the
/// specification). In partition constants a missing entry is "not known", an empty optional NULL.
using BoundsByFieldId = std::map<std::int32_t, std::string>;
using ConstantsByFieldId = std::map<std::int32_t, std::optional<std::string>>;
/// Counts by field id; a missing entry is "not known".
using CountsByFieldId = std::map<std::int32_t, std::int64_t>;

/// Points to a `deletion-vector-v1` blob inside a Puffin file.
struct DeletionVector {
  std::string path;
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
  std::uint64_t cardinality = 0;
};

/// Names a Parquet file of equality deletes. Rows whose `field_ids` equal a row of it are gone.
struct EqualityDelete {
  std::string path;
  std::vector<std::int32_t> field_ids;
};

/// Names one Parquet data file and the deletes that apply to it (the caller has applied the rules
/// of sequence numbers and partitions).
struct ScanFile {
  std::string path;      ///< where base::FileSystem finds it
  std::string location;  ///< its URI in the metadata: what `_file` shows and position deletes name
  std::uint64_t size_bytes = 0;
  std::uint64_t record_count = 0;
  /// Values of identity-partition columns, used where the file lacks the column.
  ConstantsByFieldId partition_constants;
  /// Bounds of the values in the file that are neither NULL nor NaN, used to skip it and to answer
  /// from them what they decide. No value lies beyond one; none needs to equal it.
  BoundsByFieldId lower_bounds;
  BoundsByFieldId upper_bounds;
  /// How many values of a top-level column are NULL or NaN, deleted rows included. Must be exact.
  CountsByFieldId null_counts;
  CountsByFieldId nan_counts;
  std::vector<std::string> position_deletes;  ///< paths of Parquet files
  std::optional<DeletionVector> deletion_vector;
  std::vector<EqualityDelete> equality_deletes;
};

/// Maps column names of files written without field ids to ids (`schema.name-mapping.default`).
struct MappedField {
  std::optional<std::int32_t> field_id;
  std::vector<std::string> names;
  std::vector<MappedField> fields;
};

/// Holds one snapshot of a table: its columns and its files.
/// Beside its columns a query may name the two of PlaceColumns(); `SELECT *` does not show them.
struct ScanTable {
  iceberg::Schema schema;
  std::vector<ScanFile> files;
  /// Whether what DuckDB keeps of a file in memory is checked against the file at each open.
  enum class FileChanges : std::uint8_t { kPossible, kNever } file_changes = FileChanges::kPossible;
  /// Fields of earlier schemas that equality deletes still name.
  std::vector<iceberg::Field> dropped_fields;
  std::vector<MappedField> name_mapping;
};

/// Names the columns that say where a row lies, as SQL text.
struct RowPlace {
  std::string file;      ///< the location of its data file: text
  std::string position;  ///< its position in the file, from 0: BIGINT
};

/// Returns `_file` and `_pos`, or, where a column of the table has that name in any case, the
/// first of `_file_2`, `_file_3` ... that is free. Statements of ours must ask, not guess.
/// Example  ScopeTest.PlaceColumnsNeverMeetColumnsOfTheTable
RowPlace PlaceColumns(const iceberg::Schema& schema);

/// Holds a view: one SELECT whose names are looked up in the same scope.
struct ViewText {
  std::string sql;
  std::string default_schema = {};             ///< for unqualified names inside it
  std::vector<std::string> column_names = {};  ///< empty: those of the SELECT
};

/// Names one relation. `at` is set for time travel: it holds the text that ParseStatements() gave
/// for the reference (`TableReference::at->text`), so `t` and `t AT (VERSION => 3)` are two
/// relations.
struct Relation {
  std::string schema_name;
  std::string name;
  std::optional<std::string> at = std::nullopt;
  std::variant<std::shared_ptr<const ScanTable>, ViewText> content;
};

/// Says where a statement runs.
enum class Isolation : std::uint8_t {
  kNone,
  /// In a process of its own: it calls what takes memory that DuckDB does not count, so that only
  /// the operating system can hold it to a limit. Engines that can't do that run it all the same.
  kOwnProcess
};

/// Holds all relations a statement may name; any other name is kTableNotFound, found without I/O.
/// Names compare without case. Unqualified names are looked up in `default_schema`.
/// Threads  immutable once given to the engine; share freely.
struct Scope {
  std::vector<Relation> relations;
  std::string default_schema = "main";
  Isolation isolation = Isolation::kNone;
};

}  // namespace healix::lakehouse::engine
