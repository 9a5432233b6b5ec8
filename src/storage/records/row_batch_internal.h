// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Looks into a RowBatch and spells its INSERT.

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "storage/records/store.h"

namespace healix::storage::records {

inline std::size_t RowCount(const RowBatch& batch) {
  HEALIX_CHECK(!batch.columns.empty() && batch.values.size() % batch.columns.size() == 0,
               "a batch holds whole rows");
  HEALIX_CHECK(batch.key_columns >= 1 && batch.key_columns <= batch.columns.size(),
               "the key is a prefix of the columns");
  return batch.values.size() / batch.columns.size();
}

/// Returns the first `count` columns, separated by commas.
inline std::string ColumnList(const RowBatch& batch, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? "" : ", ") + batch.columns[i];
  return list;
}

/// Returns `(?, ?, ?)` with one mark for each column.
inline std::string RowOfMarks(const RowBatch& batch) {
  std::string marks = "(";
  for (std::size_t i = 0; i < batch.columns.size(); ++i) marks += i == 0 ? "?" : ", ?";
  return marks + ")";
}

/// Returns the numbers of the rows in the order of their keys; rows with one key keep their order.
/// A B-tree takes sorted rows much faster.
inline std::vector<std::size_t> OrderByKey(const RowBatch& batch) {
  std::vector<std::size_t> order(RowCount(batch));
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t width = batch.columns.size();
  const auto is_before = [&](std::size_t left, std::size_t right) {
    const Value* a = &batch.values[left * width];
    const Value* b = &batch.values[right * width];
    return std::lexicographical_compare(a, a + batch.key_columns, b, b + batch.key_columns);
  };
  if (std::is_sorted(order.begin(), order.end(), is_before)) return order;
  std::stable_sort(order.begin(), order.end(), is_before);
  return order;
}

}  // namespace healix::storage::records
