// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/sql/pivot_values_internal.h"

namespace healix::lakehouse::sql {
namespace {

constexpr std::size_t kValuesMax = 10'000;

Result<std::vector<std::string>> ValuesOf(engine::Engine& engine,
                                          const std::shared_ptr<const engine::Scope>& scope,
                                          const engine::PivotValues& pivot) {
  HEALIX_TRY(const auto rows, engine.Query(scope, pivot.query_sql, {}));
  std::vector<std::string> values;
  while (true) {
    HEALIX_TRY(const auto block, rows->NextRows());
    if (block.empty()) break;
    for (const engine::TextRow& row : block) {
      if (row[0].kind != engine::TextCell::Kind::kNull) values.push_back(row[0].text);
    }
    if (values.size() > kValuesMax) {
      return MakeError(ErrorCode::kLimitExceeded, "a PIVOT has more than {} values", kValuesMax);
    }
  }
  if (values.empty()) return MakeError(ErrorCode::kQueryFailed, "a PIVOT has no values");
  return values;
}

}  // namespace

Result<std::string> SqlWithPivotValues(engine::Engine& engine,
                                       const std::shared_ptr<const engine::Scope>& scope,
                                       const engine::ParsedStatement& statement) {
  if (statement.pivots.empty()) return statement.sql;
  std::map<std::string, std::vector<std::string>> values;
  for (const engine::PivotValues& pivot : statement.pivots) {
    HEALIX_TRY(values[pivot.name], ValuesOf(engine, scope, pivot));
  }
  return engine::FillPivots(statement.sql, values);
}

}  // namespace healix::lakehouse::sql
