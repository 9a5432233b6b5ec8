// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns values into PostgreSQL's parameters and its results into values.

#include <string>
#include <vector>

#include "storage/records/value.h"

struct pg_result;

namespace healix::storage::records {

/// The arrays that PQsendQueryParams wants. Borrows text and bytes of the values.
struct PostgresParameters {
  std::vector<unsigned> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  std::vector<std::string> numbers;  ///< texts of integers and doubles

  explicit PostgresParameters(const std::vector<Value>& from);
};

/// Reads the row `number` of a result in text form.
Row RowOf(const pg_result* result, int number);

}  // namespace healix::storage::records
