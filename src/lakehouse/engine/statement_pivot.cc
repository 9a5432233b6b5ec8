// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/statement_parser.h"
#include "lakehouse/engine/tree_walk_internal.h"

namespace healix::lakehouse::engine {
namespace {

/// Lists the values of pivots.
class PivotFiller final : public TreeWalker {
 public:
  using Values = std::map<std::string, std::vector<std::string>>;
  explicit PivotFiller(const Values& values) : values_(values) {}

 protected:
  void OnTable(duckdb::BaseTableRef&) override {}
  void OnTableFunction(const std::string&, const duckdb::ParsedExpression&) override {}
  void OnFunction(const std::string&, const duckdb::ParsedExpression&) override {}
  void OnShow(duckdb::ShowRef&) override {}
  void OnPivot(duckdb::PivotRef& pivot) override {
    for (duckdb::PivotColumn& column : pivot.pivots) {
      const auto found = values_.find(column.pivot_enum);
      if (found == values_.end()) continue;
      column.pivot_enum.clear();
      for (const std::string& value : found->second) {
        duckdb::PivotColumnEntry entry;
        entry.values.emplace_back(value);
        column.entries.push_back(std::move(entry));
      }
    }
  }

 private:
  const Values& values_;
};

}  // namespace

Result<std::string> FillPivots(std::string_view sql,
                               const std::map<std::string, std::vector<std::string>>& values) {
  return Guarded([&]() -> Result<std::string> {
    duckdb::Parser parser;
    parser.ParseQuery(std::string(sql));
    if (parser.statements.size() != 1 ||
        parser.statements[0]->type != duckdb::StatementType::SELECT_STATEMENT) {
      return MakeError(ErrorCode::kSqlSyntax, "one SELECT is expected");
    }
    auto& select = parser.statements[0]->Cast<duckdb::SelectStatement>();
    PivotFiller(values).WalkQuery(*select.node);
    return select.ToString();
  });
}

}  // namespace healix::lakehouse::engine
