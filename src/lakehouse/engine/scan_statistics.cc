// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "lakehouse/engine/scan_statistics_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::BaseStatistics;
using duckdb::Value;
using iceberg::Field;
using iceberg::TypeId;
using Statistics = duckdb::unique_ptr<BaseStatistics>;

enum class Kind : std::uint8_t { kNone, kNumbers, kText };

Kind KindOf(const iceberg::Type& type) {
  switch (type.id) {
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kFloat:
    case TypeId::kDouble:
    case TypeId::kDecimal:
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return Kind::kNumbers;
    case TypeId::kString:
      return Kind::kText;
    default:
      return Kind::kNone;
  }
}

bool IsFloat(const Field& field) {
  return field.type.id == TypeId::kFloat || field.type.id == TypeId::kDouble;
}

bool IsNaN(const Value& value) {
  return value.type() == duckdb::LogicalType::FLOAT ? std::isnan(value.GetValueUnsafe<float>())
                                                    : std::isnan(value.GetValueUnsafe<double>());
}

Value NaN(const Field& field) {
  return field.type.id == TypeId::kFloat ? Value::FLOAT(std::nanf(""))
                                         : Value::DOUBLE(std::nan(""));
}

// A bound that can't be read must not hide rows.
std::optional<Value> Bound(const BoundsByFieldId& bounds, const Field& field) {
  const auto found = bounds.find(field.id);
  if (found == bounds.end()) return std::nullopt;
  Result<Value> value = ValueFromBinary(found->second, field.type);
  if (!value || (IsFloat(field) && IsNaN(*value))) return std::nullopt;
  return *std::move(value);
}

// A file without the column is filled up from elsewhere, whatever its counts say.
std::optional<std::uint64_t> NullCount(const ScanFile& file, const Field& field) {
  const auto found = file.null_counts.find(field.id);
  if (found == file.null_counts.end() || found->second < 0) return std::nullopt;
  if (field.initial_default || file.partition_constants.contains(field.id)) return std::nullopt;
  return static_cast<std::uint64_t>(found->second);
}

bool MayHoldNaN(const ScanFile& file, const Field& field) {
  if (!IsFloat(field)) return false;
  const auto found = file.nan_counts.find(field.id);
  return found == file.nan_counts.end() || found->second != 0;
}

bool MayHoldNaN(const ScanTable& table, const std::vector<Field>& fields) {
  return std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
    const auto& files = table.files;
    return MayHoldNaN(table, field.type.fields) ||
           (IsFloat(field) && std::any_of(files.begin(), files.end(), [&](const ScanFile& file) {
              return MayHoldNaN(file, field);
            }));
  });
}

void Include(std::optional<Value>& least, const Value& value) {
  if (!least || duckdb::ValueOperations::LessThan(value, *least)) least = value;
}

// Adds what `other` may hold. Bounds are lost where either side has values without them.
void Merge(ColumnFacts& all, const ColumnFacts& other) {
  all.may_hold_null = all.may_hold_null || other.may_hold_null;
  if (!other.may_hold_values) return;
  const bool first = !all.may_hold_values;
  all.may_hold_values = true;
  if (first) {
    all.lower = other.lower;
    all.upper = other.upper;
    return;
  }
  if (!other.lower) all.lower.reset();
  if (!other.upper) all.upper.reset();
  if (all.lower) Include(all.lower, *other.lower);
  if (all.upper && duckdb::ValueOperations::GreaterThan(*other.upper, *all.upper)) {
    all.upper = other.upper;
  }
}

Statistics StatisticsFrom(const ColumnFacts& facts, const Field& field) {
  const duckdb::LogicalType type = LogicalTypeFrom(field.type);
  const bool text = KindOf(field.type) == Kind::kText;
  Statistics statistics =
      (text ? duckdb::StringStats::CreateUnknown(type) : duckdb::NumericStats::CreateUnknown(type))
          .ToUnique();
  if (!facts.may_hold_null) statistics->Set(duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
  if (!facts.may_hold_values) statistics->Set(duckdb::StatsInfo::CANNOT_HAVE_VALID_VALUES);
  if (text) {
    if (facts.lower)
      duckdb::StringStats::SetMin(*statistics, duckdb::StringValue::Get(*facts.lower));
    if (facts.upper)
      duckdb::StringStats::SetMax(*statistics, duckdb::StringValue::Get(*facts.upper));
  } else if (facts.lower && facts.upper) {
    duckdb::NumericStats::SetMin(*statistics, *facts.lower);
    duckdb::NumericStats::SetMax(*statistics, *facts.upper);
  }
  return statistics;
}

/// Shows one file to DuckDB as a row group. Lives no longer than the optimizer's run.
class FileStatistics final : public duckdb::PartitionRowGroup {
 public:
  FileStatistics(const ScanFile& file, const iceberg::Schema& schema)
      : file_(file), schema_(schema) {}

  Statistics GetColumnStatistics(const duckdb::StorageIndex& index) override {
    if (index.GetPrimaryIndex() >= schema_.fields.size()) return nullptr;
    const Field& field = schema_.fields[index.GetPrimaryIndex()];
    if (KindOf(field.type) == Kind::kNone) return nullptr;
    return StatisticsFrom(FactsOf(file_, field), field);
  }
  // Iceberg asks of a bound only that no value lies beyond it.
  bool MinMaxIsExact(const BaseStatistics&, const duckdb::StorageIndex&) override { return false; }

 private:
  const ScanFile& file_;
  const iceberg::Schema& schema_;
};

bool HasDeletes(const ScanFile& file) {
  return !file.position_deletes.empty() || !file.equality_deletes.empty() ||
         file.deletion_vector.has_value();
}

}  // namespace

ColumnFacts FactsOf(const ScanFile& file, const Field& field) {
  ColumnFacts facts;
  const auto null_count = NullCount(file, field);
  facts.may_hold_null = null_count != std::uint64_t{0};
  facts.may_hold_values = null_count != file.record_count;
  facts.lower = Bound(file.lower_bounds, field);
  if (MayHoldNaN(file, field)) {
    // Without a lower bound all values may be NaN; one that bounds the others bounds NaN too.
    if (facts.lower) facts.upper = NaN(field);
  } else {
    facts.upper = Bound(file.upper_bounds, field);
  }
  return facts;
}

bool MayHoldNaN(const ScanTable& table) { return MayHoldNaN(table, table.schema.fields); }

Statistics StatisticsOfColumn(const ScanFileList& files, duckdb::column_t column) {
  const ScanTable& table = *files.source().table;
  if (column >= table.schema.fields.size() || files.indexes().empty()) return nullptr;
  const Field& field = table.schema.fields[column];
  if (KindOf(field.type) == Kind::kNone) return nullptr;
  ColumnFacts all;
  all.may_hold_null = false;
  all.may_hold_values = false;
  for (const std::size_t index : files.indexes()) Merge(all, FactsOf(table.files[index], field));
  return StatisticsFrom(all, field);
}

duckdb::vector<duckdb::PartitionStatistics> StatisticsPerFile(const ScanFileList& files) {
  const ScanTable& table = *files.source().table;
  duckdb::vector<duckdb::PartitionStatistics> all;
  for (const std::size_t index : files.indexes()) {
    const ScanFile& file = table.files[index];
    if (HasDeletes(file)) return {};
    duckdb::PartitionStatistics one;
    one.count = file.record_count;
    one.count_type = duckdb::CountType::COUNT_EXACT;
    one.partition_row_group = duckdb::make_shared_ptr<FileStatistics>(file, table.schema);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace healix::lakehouse::engine
