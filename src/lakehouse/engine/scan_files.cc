// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "lakehouse/engine/hx_file_system_internal.h"
#include "lakehouse/engine/scan_files_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::ExpressionType;
using duckdb::TableFilter;
using duckdb::TableFilterType;
using duckdb::Value;

/// Holds the bounds of one column in one file, in the column's type of today.
struct Bounds {
  std::optional<Value> lower;
  std::optional<Value> upper;
};

std::optional<Value> Bound(const BoundsByFieldId& bounds, const iceberg::Field& field) {
  const auto found = bounds.find(field.id);
  if (found == bounds.end()) return std::nullopt;
  const Result<Value> value = ValueFromBinary(found->second, field.type);
  if (!value) return std::nullopt;  // a bound we can't read must not hide rows
  return *value;
}

bool IsFloat(const iceberg::Field& field) {
  return field.type.id == iceberg::TypeId::kFloat || field.type.id == iceberg::TypeId::kDouble;
}

bool HasOrderedNumbers(const iceberg::Type& type) {
  switch (type.id) {
    case iceberg::TypeId::kInt:
    case iceberg::TypeId::kLong:
    case iceberg::TypeId::kDecimal:
    case iceberg::TypeId::kDate:
    case iceberg::TypeId::kTimestamp:
    case iceberg::TypeId::kTimestampTz:
      return true;
    default:
      return false;
  }
}

// Whether `value` lies below all values of the file, or above them.
bool Below(const Value& value, const Bounds& bounds) {
  return bounds.lower && duckdb::ValueOperations::LessThan(value, *bounds.lower);
}
bool Above(const Value& value, const Bounds& bounds) {
  return bounds.upper && duckdb::ValueOperations::GreaterThan(value, *bounds.upper);
}

bool ComparisonExcludes(const duckdb::ConstantFilter& filter, const Bounds& bounds) {
  const Value& value = filter.constant;
  if (value.IsNull()) return false;
  switch (filter.comparison_type) {
    case ExpressionType::COMPARE_EQUAL:
      return Below(value, bounds) || Above(value, bounds);
    case ExpressionType::COMPARE_LESSTHAN:
      return bounds.lower && duckdb::ValueOperations::LessThanEquals(value, *bounds.lower);
    case ExpressionType::COMPARE_LESSTHANOREQUALTO:
      return Below(value, bounds);
    case ExpressionType::COMPARE_GREATERTHAN:
      return bounds.upper && duckdb::ValueOperations::GreaterThanEquals(value, *bounds.upper);
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO:
      return Above(value, bounds);
    default:
      return false;
  }
}

bool Excludes(const TableFilter& filter, const Bounds& bounds);

bool DynamicExcludes(const duckdb::DynamicFilter& filter, const Bounds& bounds) {
  if (!filter.filter_data) return false;
  const std::lock_guard guard(filter.filter_data->lock);
  return filter.filter_data->initialized && filter.filter_data->filter &&
         ComparisonExcludes(*filter.filter_data->filter, bounds);
}

bool Excludes(const TableFilter& filter, const Bounds& bounds) {
  const auto child_excludes = [&](const auto& child) { return Excludes(*child, bounds); };
  switch (filter.filter_type) {
    case TableFilterType::CONSTANT_COMPARISON:
      return ComparisonExcludes(filter.Cast<duckdb::ConstantFilter>(), bounds);
    case TableFilterType::IN_FILTER: {
      const auto& values = filter.Cast<duckdb::InFilter>().values;
      return std::all_of(values.begin(), values.end(), [&](const Value& value) {
        return !value.IsNull() && (Below(value, bounds) || Above(value, bounds));
      });
    }
    case TableFilterType::CONJUNCTION_AND: {
      const auto& children = filter.Cast<duckdb::ConjunctionAndFilter>().child_filters;
      return std::any_of(children.begin(), children.end(), child_excludes);
    }
    case TableFilterType::CONJUNCTION_OR: {
      const auto& children = filter.Cast<duckdb::ConjunctionOrFilter>().child_filters;
      return std::all_of(children.begin(), children.end(), child_excludes);
    }
    case TableFilterType::OPTIONAL_FILTER: {
      const auto& child = filter.Cast<duckdb::OptionalFilter>().child_filter;
      return child && Excludes(*child, bounds);
    }
    case TableFilterType::DYNAMIC_FILTER:
      return DynamicExcludes(filter.Cast<duckdb::DynamicFilter>(), bounds);
    default:
      return false;
  }
}

}  // namespace

bool CanSkip(const ScanFile& file, const iceberg::Field& field, const TableFilter& filter) {
  Bounds bounds{Bound(file.lower_bounds, field), Bound(file.upper_bounds, field)};
  // DuckDB sorts NaN above all numbers and Iceberg's bounds leave it out.
  if (IsFloat(field)) bounds.upper.reset();
  if (!bounds.lower && !bounds.upper) return false;
  return Excludes(filter, bounds);
}

duckdb::unique_ptr<duckdb::BaseStatistics> BoundsOfColumn(const ScanFileList& files,
                                                          duckdb::column_t column) {
  const ScanTable& table = *files.source().table;
  if (column >= table.schema.fields.size() || files.indexes().empty()) return nullptr;
  const iceberg::Field& field = table.schema.fields[column];
  if (!HasOrderedNumbers(field.type)) return nullptr;
  std::optional<Value> lowest;
  std::optional<Value> highest;
  for (const std::size_t index : files.indexes()) {
    const std::optional<Value> lower = Bound(table.files[index].lower_bounds, field);
    const std::optional<Value> upper = Bound(table.files[index].upper_bounds, field);
    if (!lower || !upper) return nullptr;
    if (!lowest || duckdb::ValueOperations::LessThan(*lower, *lowest)) lowest = lower;
    if (!highest || duckdb::ValueOperations::GreaterThan(*upper, *highest)) highest = upper;
  }
  auto statistics = duckdb::NumericStats::CreateUnknown(LogicalTypeFrom(field.type));
  duckdb::NumericStats::SetMin(statistics, *lowest);
  duckdb::NumericStats::SetMax(statistics, *highest);
  return statistics.ToUnique();
}

ScanFileList::ScanFileList(std::shared_ptr<const ScanSource> source)
    : source_(std::move(source)), indexes_(source_->table->files.size()) {
  std::iota(indexes_.begin(), indexes_.end(), std::size_t{0});
}

duckdb::unique_ptr<duckdb::MultiFileList> ScanFileList::DynamicFilterPushdown(
    duckdb::ClientContext&, const duckdb::MultiFileOptions&, const duckdb::vector<duckdb::string>&,
    const duckdb::vector<duckdb::LogicalType>&, const duckdb::vector<duckdb::column_t>& column_ids,
    duckdb::TableFilterSet& filters) const {
  const auto& fields = source_->table->schema.fields;
  const auto skipped = [&](std::size_t index) {
    return std::any_of(filters.filters.begin(), filters.filters.end(), [&](const auto& filter) {
      const duckdb::column_t column = column_ids[filter.first];
      return column < fields.size() &&
             CanSkip(source_->table->files[index], fields[column], *filter.second);
    });
  };
  std::vector<std::size_t> kept;
  std::copy_if(indexes_.begin(), indexes_.end(), std::back_inserter(kept),
               [&](std::size_t index) { return !skipped(index); });
  if (kept.size() == indexes_.size()) return nullptr;
  return duckdb::make_uniq<ScanFileList>(*this, std::move(kept));
}

duckdb::vector<duckdb::OpenFileInfo> ScanFileList::GetAllFiles() const {
  duckdb::vector<duckdb::OpenFileInfo> files;
  for (std::size_t i = 0; i < indexes_.size(); ++i) files.push_back(GetFile(i));
  return files;
}

duckdb::FileExpandResult ScanFileList::GetExpandResult() const {
  // For one file DuckDB would ask a reader that binding has not opened for its row groups.
  return indexes_.empty() ? duckdb::FileExpandResult::NO_FILES
                          : duckdb::FileExpandResult::MULTIPLE_FILES;
}

duckdb::unique_ptr<duckdb::NodeStatistics> ScanFileList::GetCardinality(
    duckdb::ClientContext&) const {
  std::uint64_t rows = 0;
  for (const std::size_t index : indexes_) rows += source_->table->files[index].record_count;
  return duckdb::make_uniq<duckdb::NodeStatistics>(rows);
}

duckdb::OpenFileInfo ScanFileList::GetFile(duckdb::idx_t index) const {
  if (index >= indexes_.size()) return duckdb::OpenFileInfo();
  duckdb::OpenFileInfo info(ToHxPath(source_->table->files[indexes_[index]].path));
  info.extended_info = duckdb::make_shared_ptr<duckdb::ExtendedOpenFileInfo>();
  info.extended_info->options[kFileIndexOption] = Value::UBIGINT(indexes_[index]);
  return info;
}

}  // namespace healix::lakehouse::engine
