// SPDX-License-Identifier: Apache-2.0
#include "storage/records/store.h"

namespace healix::storage::records {

Result<Rows> Reader::Query(std::string_view sql, const std::vector<Value>& parameters) {
  Rows rows;
  HEALIX_RETURN_IF_ERROR(Each(sql, parameters, [&](const Row& row) -> Status {
    rows.push_back(row);
    return {};
  }));
  return rows;
}

Result<std::optional<Row>> Reader::QueryFirst(std::string_view sql,
                                              const std::vector<Value>& parameters) {
  std::optional<Row> first;
  HEALIX_RETURN_IF_ERROR(Each(sql, parameters, [&](const Row& row) -> Status {
    if (!first) first = row;
    return {};
  }));
  return first;
}

}  // namespace healix::storage::records
