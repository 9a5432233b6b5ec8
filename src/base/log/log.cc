// SPDX-License-Identifier: Apache-2.0
#include "base/log/log.h"

#include <array>
#include <string>
#include <utility>

#include "base/time/instant.h"

namespace healix::base {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

}  // namespace

std::optional<LogLevel> ParseLogLevel(std::string_view text) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == text) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

Log::Log(const Clock& clock, std::unique_ptr<LogSink> sink, LogLevel least)
    : clock_(clock), least_(least), sink_(std::move(sink)) {}

void Log::Write(LogLevel level, LogName event, Fields fields) {
  if (level < least_) return;
  std::string line =
      fmt::format(R"({{"time":"{}","level":"{}","event":"{}")", FormatInstant(clock_.Now()),
                  kLevelNames[static_cast<std::size_t>(level)], event.text());
  for (const LogField& field : fields) {
    line += fmt::format(R"(,"{}":{})", field.name().text(), field.json());
  }
  line += "}\n";
  const std::lock_guard lock(mutex_);
  sink_->Write(line);
}

}  // namespace healix::base
