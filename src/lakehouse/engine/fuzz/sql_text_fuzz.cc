// SPDX-License-Identifier: Apache-2.0
// Any text: no crash; what a query prints as parses again to the same tables.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result/check.h"
#include "lakehouse/engine/statement_parser.h"

using namespace healix::lakehouse::engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view sql(reinterpret_cast<const char*>(data), size);
  const auto statements = ParseStatements(sql);
  if (!statements) return 0;
  for (const ParsedStatement& statement : *statements) {
    HEALIX_CHECK(statement.offset <= size, "a statement begins behind the text");
    if (statement.kind != StatementKind::kSelect || statement.query_sql.empty()) continue;
    const auto again = ParseStatements(statement.query_sql);
    if (!again || again->size() != 1) continue;  // DuckDB prints a few trees it can't parse
    HEALIX_CHECK(again->front().tables.size() == statement.tables.size(), "a table was lost");
  }
  return 0;
}
