// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "lakehouse/engine/hx_file_system_internal.h"
#include "lakehouse/engine/scan_files_internal.h"
#include "lakehouse/engine/scan_statistics_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::ExpressionType;
using duckdb::TableFilter;
using duckdb::TableFilterType;
using duckdb::Value;

// Whether `value` lies below all values of the file, or above them.
bool Below(const Value& value, const ColumnFacts& facts) {
  return facts.lower && duckdb::ValueOperations::LessThan(value, *facts.lower);
}
bool Above(const Value& value, const ColumnFacts& facts) {
  return facts.upper && duckdb::ValueOperations::GreaterThan(value, *facts.upper);
}

bool ComparisonExcludes(const duckdb::ConstantFilter& filter, const ColumnFacts& facts) {
  const Value& value = filter.constant;
  if (value.IsNull()) return false;
  switch (filter.comparison_type) {
    case ExpressionType::COMPARE_EQUAL:
      return Below(value, facts) || Above(value, facts);
    case ExpressionType::COMPARE_LESSTHAN:
      return facts.lower && duckdb::ValueOperations::LessThanEquals(value, *facts.lower);
    case ExpressionType::COMPARE_LESSTHANOREQUALTO:
      return Below(value, facts);
    case ExpressionType::COMPARE_GREATERTHAN:
      return facts.upper && duckdb::ValueOperations::GreaterThanEquals(value, *facts.upper);
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO:
      return Above(value, facts);
    default:
      return false;
  }
}

bool Excludes(const TableFilter& filter, const ColumnFacts& facts);

bool DynamicExcludes(const duckdb::DynamicFilter& filter, const ColumnFacts& facts) {
  if (!filter.filter_data) return false;
  const std::lock_guard guard(filter.filter_data->lock);
  return filter.filter_data->initialized && filter.filter_data->filter &&
         ComparisonExcludes(*filter.filter_data->filter, facts);
}

bool Excludes(const TableFilter& filter, const ColumnFacts& facts) {
  const auto child_excludes = [&](const auto& child) { return Excludes(*child, facts); };
  switch (filter.filter_type) {
    case TableFilterType::CONSTANT_COMPARISON:
      return ComparisonExcludes(filter.Cast<duckdb::ConstantFilter>(), facts);
    case TableFilterType::IN_FILTER: {
      const auto& values = filter.Cast<duckdb::InFilter>().values;
      return std::all_of(values.begin(), values.end(), [&](const Value& value) {
        return !value.IsNull() && (Below(value, facts) || Above(value, facts));
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
      return child && Excludes(*child, facts);
    }
    case TableFilterType::DYNAMIC_FILTER:
      return DynamicExcludes(filter.Cast<duckdb::DynamicFilter>(), facts);
    default:
      return false;
  }
}

}  // namespace

bool CanSkip(const ScanFile& file, const iceberg::Field& field, const TableFilter& filter) {
  if (filter.filter_type == TableFilterType::STRUCT_EXTRACT) {
    const auto& part = filter.Cast<duckdb::StructFilter>();
    return part.child_idx < field.type.fields.size() &&
           CanSkip(file, field.type.fields[part.child_idx], *part.child_filter);
  }
  const ColumnFacts facts = FactsOf(file, field);
  if (!facts.lower && !facts.upper) return false;
  return Excludes(filter, facts);
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
  if (source_->table->file_changes == ScanTable::FileChanges::kNever) {
    info.extended_info->options["validate_external_file_cache"] = Value::BOOLEAN(false);
  }
  return info;
}

}  // namespace healix::lakehouse::engine
