// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Holds a parsed statement against the allow-lists.

#include "lakehouse/engine/statement_parser.h"
#include "lakehouse/tables/table_name.h"

namespace healix::lakehouse::sql {

/// Errors   kSqlRefused naming the statement, the part or the function that is not allowed.
Status CheckAllowed(const engine::ParsedStatement& statement);

/// Tells whether an INSERT matches columns BY NAME.
bool IsByName(const engine::ParsedStatement& statement);

/// Returns an error that names what was refused.
Error Refused(std::string_view what);

/// Returns the text with the letters A to Z in lower case, as names are compared.
std::string FoldCase(std::string_view text);

/// Folds the name and adds the default schema. Errors kTableNotFound for a name with a catalogue.
Result<tables::TableName> Qualify(const engine::TableName& name, const std::string& default_schema);

/// As Qualify(), for a table or view that a statement changes.
/// Errors   kSqlRefused for schemas that healix keeps itself (`raw`, `information_schema`).
Result<tables::TableName> QualifyTarget(const engine::TableName& name,
                                        const std::string& default_schema);

}  // namespace healix::lakehouse::sql
