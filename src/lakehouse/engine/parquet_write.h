// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says what to write as Parquet, how, and what was written.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/arrow_abi.h"
#include "lakehouse/engine/scope.h"
#include "lakehouse/iceberg/schema.h"

namespace healix::lakehouse::engine {

/// Takes rows from a SELECT over a scope. Columns are matched to the schema by position and cast.
struct SqlSource {
  std::shared_ptr<const Scope> scope;
  std::string sql;
};

/// Takes rows from Arrow batches. Columns are matched to the schema by position; types must be
/// those of the schema, or cast without loss. The stream is pulled from one thread.
struct ArrowSource {
  ArrowStreamOwner stream;
};

using WriteSource = std::variant<SqlSource, ArrowSource>;

enum class Compression : std::uint8_t {
  kZstd,      ///< level 3
  kZstdFast,  ///< level 1: a third less time and some tenths more bytes, for files to be compacted
  kSnappy,
  kNone
};

struct SortColumn {
  std::string name;
  enum class Order : std::uint8_t { kAscendingNullsFirst, kDescendingNullsLast };
  Order order = Order::kAscendingNullsFirst;
};

struct WriteOptions {
  iceberg::Schema schema;  ///< names, types and field ids as they go into the files
  std::string folder;      ///< must exist
  std::string base_name;   ///< [A-Za-z0-9_.-]+
  /// A new file is begun when one has grown over this; a row group is never split.
  std::uint64_t target_file_bytes = std::uint64_t{128} << 20;
  /// Before compression, approximate. A reader holds a few times this per thread: one page may be a
  /// whole column of a group.
  std::uint64_t row_group_bytes = std::uint64_t{8} << 20;
  std::uint64_t row_group_rows = 122'880;  ///< at most; a multiple of 2,048
  Compression compression = Compression::kZstd;
  std::vector<SortColumn> sort_columns;
  std::map<std::string, std::string> key_value_metadata;  ///< stored in each file

  /// Errors kInvalidArgument.
  Status Validate() const;
};

/// Counts and bounds of one field in one file; only leaf fields have them. `column_bytes` is the
/// compressed size. Bounds are in Iceberg's binary form, text and binary cut to 16 characters (an
/// upper bound is rounded up); no bounds when all values are NULL or NaN.
struct FieldStatistics {
  std::uint64_t column_bytes = 0;
  std::uint64_t value_count = 0;  ///< with NULLs
  std::uint64_t null_count = 0;
  std::optional<std::uint64_t> nan_count;  ///< float and double only
  std::optional<std::string> lower_bound;
  std::optional<std::string> upper_bound;
};

struct WrittenFile {
  std::string path;
  std::uint64_t size_bytes = 0;
  std::uint64_t record_count = 0;
  std::map<std::int32_t, FieldStatistics> fields;  ///< by field id
  std::vector<std::int64_t> split_offsets;         ///< where row groups begin, ascending
};

}  // namespace healix::lakehouse::engine
