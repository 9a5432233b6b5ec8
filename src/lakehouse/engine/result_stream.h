// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Streams the rows of a running query, as Arrow batches or as text.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/arrow_abi.h"
#include "lakehouse/iceberg/schema.h"

namespace healix::lakehouse::engine {

/// Names one column of a result.
struct ResultColumn {
  std::string name;
  std::string sql_type;  ///< `BIGINT`, `DECIMAL(9,2)`, `STRUCT(a INTEGER)[]`
  /// The Iceberg type that stores it (field ids 0), or none where Iceberg has no such type.
  std::optional<iceberg::Type> iceberg_type;
};

/// Holds one value as text.
struct TextCell {
  enum class Kind : std::uint8_t {
    kNull,
    kText,     ///< plain text: quote it for JSON
    kLiteral,  ///< a JSON number, true or false
    kJson,     ///< a JSON array or object (lists, structs, maps, unions)
  };
  Kind kind = Kind::kNull;
  std::string text;
};
using TextRow = std::vector<TextCell>;

/// Delivers a result once, front to back, by Next() or by NextRows(), not by both.
/// Text forms: dates, times and timestamps in ISO 8601 (`2024-01-31T08:00:00`, with zone in UTC
/// and `Z`), decimals and integers of any size as plain digits, binary as base64, floats in their
/// shortest exact form, NaN and infinities as text, maps as arrays of {"key", "value"}.
/// Threads  Cancel() and Progress() from any thread; the rest from one at a time.
/// Errors   those of a running query in Engine.
class ResultStream {
 public:
  virtual ~ResultStream() = default;

  /// Names are as in the statement; they may repeat (see UniqueNames()).
  virtual const std::vector<ResultColumn>& columns() const = 0;
  /// Returns the Arrow schema of the batches: a struct with one child per column.
  virtual Result<ArrowSchemaOwner> Schema() = 0;
  /// Returns the next batch, or nothing at the end.
  virtual Result<std::optional<ArrowBatch>> Next() = 0;
  /// Returns the next rows as text (a few thousand at a time), or nothing at the end.
  virtual Result<std::vector<TextRow>> NextRows() = 0;

  /// Asks the query to stop; the pending or next call answers kCancelled.
  virtual void Cancel() = 0;
  /// Returns how far the query is, in 0..1; below 0 when unknown.
  virtual double Progress() const = 0;
};

/// Returns the names of the columns with `_2`, `_3` … behind those that repeat.
std::vector<std::string> UniqueNames(const std::vector<ResultColumn>& columns);

/// Appends a row as one JSON object, `{"a": 1, "b": "x"}`, to `out`. `names` has one per cell.
void AppendJsonObject(std::string& out, const std::vector<std::string>& names, const TextRow& row);

/// Appends text as a JSON string with its quotes.
void AppendJsonText(std::string& out, std::string_view text);

}  // namespace healix::lakehouse::engine
