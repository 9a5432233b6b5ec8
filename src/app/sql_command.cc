// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <iterator>

#include "app/commands.h"
#include "app/result_output.h"
#include "app/stack.h"
#include "lakehouse/sql/session.h"

namespace healix::app {
namespace {

namespace sql = lakehouse::sql;

constexpr std::uint64_t kStatementBytesMax = std::uint64_t{1} << 20;

/// Returns the text of the statements: from -c, a file or standard input.
Result<std::string> ReadStatements(const SqlArguments& arguments, base::FileSystem& files) {
  if (!arguments.statement.empty()) return arguments.statement;
  if (arguments.file != "-") return base::ReadFile(files, arguments.file, kStatementBytesMax);
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

SqlArguments::Format FormatOf(const SqlArguments& arguments, Style style) {
  if (arguments.format) return *arguments.format;
  return style == Style::kJson ? SqlArguments::Format::kJson : SqlArguments::Format::kTable;
}

}  // namespace

Result<ExitCode> RunCommand(const Context& context, const SqlArguments& arguments) {
  HEALIX_TRY(const auto stack, Stack::Open(context.home_folder));
  HEALIX_TRY(const auto text, ReadStatements(arguments, stack->files()));
  HEALIX_TRY(const auto output,
             MakeResultOutput({.console = context.console,
                               .files = stack->files(),
                               .engine = stack->engine(),
                               .format = FormatOf(arguments, context.console.style()),
                               .output_file = arguments.output_file}));
  const auto session = stack->NewSession();
  HEALIX_RETURN_IF_ERROR(session->RunAll(
      text, [&](sql::StatementResult result) { return output->Take(std::move(result)); }));
  HEALIX_RETURN_IF_ERROR(output->Finish());
  return ExitCode::kDone;
}

}  // namespace healix::app
