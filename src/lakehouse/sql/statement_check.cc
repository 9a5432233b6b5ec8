// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/sql/allowed_functions.h"
#include "lakehouse/sql/statement_check_internal.h"

namespace healix::lakehouse::sql {
namespace {

constexpr std::string_view kByName = "BY NAME";

}  // namespace

bool IsByName(const engine::ParsedStatement& statement) {
  const auto& parts = statement.unsupported_parts;
  return statement.kind == engine::StatementKind::kInsert &&
         std::find(parts.begin(), parts.end(), kByName) != parts.end();
}

Error Refused(std::string_view what) {
  return MakeError(ErrorCode::kSqlRefused, "{} is not allowed", SafeName(what));
}

Status CheckAllowed(const engine::ParsedStatement& statement) {
  if (statement.kind == engine::StatementKind::kOther) return Refused(statement.kind_name);
  for (const std::string& part : statement.unsupported_parts) {
    if (IsByName(statement) && part == kByName) continue;
    return Refused(statement.kind_name + " with " + part);
  }
  for (const engine::FunctionReference& function : statement.functions) {
    if (!IsAllowed(function)) return Refused("the function " + function.name);
  }
  return {};
}

std::string FoldCase(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

Result<tables::TableName> Qualify(const engine::TableName& name,
                                  const std::string& default_schema) {
  if (!name.catalog.empty()) {
    return MakeError(ErrorCode::kTableNotFound, "there is no catalogue {}", SafeName(name.catalog));
  }
  return tables::TableName{name.schema.empty() ? default_schema : FoldCase(name.schema),
                           FoldCase(name.name)};
}

Result<tables::TableName> QualifyTarget(const engine::TableName& name,
                                        const std::string& default_schema) {
  HEALIX_TRY(tables::TableName target, Qualify(name, default_schema));
  if (target.schema == "raw" || target.schema == "information_schema") {
    return Refused("changing schema " + target.schema);
  }
  HEALIX_RETURN_IF_ERROR(tables::Validate(target));
  return target;
}

}  // namespace healix::lakehouse::sql
