// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Asks one raw table a question through the engine.

#include <functional>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/engine.h"
#include "lakehouse/ingest/parts.h"
#include "lakehouse/tables/table_name.h"

namespace healix::lakehouse::ingest {

/// A question: a SELECT over relation `input`, with `?` for parameters.
struct TableQuestion {
  tables::TableName table;
  std::string sql;
  std::vector<engine::Parameter> parameters = {};
};

/// Runs the question over the newest snapshot of the table and calls `on_row` with each row as
/// text. Errors   kTableNotFound, those of Engine::Query and of `on_row`.
Status ReadTable(const Parts& parts, const TableQuestion& question,
                 const std::function<Status(const engine::TextRow&)>& on_row);

/// Returns the columns of the newest snapshot. Errors kTableNotFound.
Result<iceberg::Schema> SchemaOf(const Parts& parts, const tables::TableName& table);

}  // namespace healix::lakehouse::ingest
