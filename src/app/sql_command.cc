// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/commands.h"
#include "app/result_output.h"
#include "app/stack.h"
#include "lakehouse/sql/session.h"

namespace healix::app {
namespace {

namespace sql = lakehouse::sql;

constexpr std::uint64_t kStatementBytesMax = std::uint64_t{1} << 20;

/// Reads standard input to its end, or until stop is asked for.
Result<std::string> ReadStandardInput(const std::stop_token& stop) {
  constexpr int kPollMs = 100;
  std::string text;
  std::array<char, 1 << 16> buffer;
  while (true) {
    if (stop.stop_requested()) {
      return MakeError(ErrorCode::kCancelled, "reading the statements was cancelled");
    }
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, kPollMs) == 0) continue;
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return MakeError(ErrorCode::kIoFailed, "can't read standard input: {}",
                       SafeReason(std::strerror(errno)));
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > kStatementBytesMax) {
      return MakeError(ErrorCode::kLimitExceeded, "standard input is longer than {} bytes",
                       kStatementBytesMax);
    }
  }
}

/// Returns the text of the statements: from -c, a file or standard input.
Result<std::string> ReadStatements(const SqlArguments& arguments, base::FileSystem& files,
                                   const std::stop_token& stop) {
  if (!arguments.statement.empty()) return arguments.statement;
  if (arguments.file != "-") return base::ReadFile(files, arguments.file, kStatementBytesMax);
  return ReadStandardInput(stop);
}

/// Refuses an output file whose folder is not there or lies in the home, which is healix's own.
Status CheckOutputFile(const std::string& file, const Stack& stack) {
  if (file.empty()) return {};
  std::error_code failed;
  const auto folder =
      std::filesystem::canonical(std::filesystem::absolute(file).parent_path(), failed);
  if (failed) {
    return MakeError(ErrorCode::kFileNotFound, "the folder of {} is not there", SafePath(file));
  }
  const auto home = std::filesystem::canonical(stack.layout().root, failed);
  const auto [end, ignored] = std::mismatch(home.begin(), home.end(), folder.begin(), folder.end());
  if (end != home.end()) return {};
  return MakeError(ErrorCode::kUsage, "-o can't write into the home folder");
}

SqlArguments::Format FormatOf(const SqlArguments& arguments, Style style) {
  if (arguments.format) return *arguments.format;
  return style == Style::kJson ? SqlArguments::Format::kJson : SqlArguments::Format::kTable;
}

}  // namespace

Result<ExitCode> RunCommand(const Context& context, const SqlArguments& arguments) {
  const std::stop_token stop = context.stop.Listen();
  HEALIX_TRY(const auto stack, Stack::Open(context.home_folder, stop));
  HEALIX_RETURN_IF_ERROR(CheckOutputFile(arguments.output_file, *stack));
  HEALIX_TRY(const auto text, ReadStatements(arguments, stack->files(), stop));
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
