// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes what happened as one JSON object per line.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/log/log_field.h"
#include "base/log/log_sink.h"
#include "base/time/clock.h"

namespace healix::base {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

/// Reads a value of the setting log.level: `debug`, `info`, `warning`, `error`.
std::optional<LogLevel> ParseLogLevel(std::string_view text);

/// Writes events at or above a level:
/// `{"time":"...","level":"info","event":"ingest.batch_committed","records":12}`.
/// Owns     the sink; borrows the clock.
/// Threads  any; lines of several threads never mix.
/// PHI      none can enter: see LogField.
/// Example  LogTest.WritesOneObjectPerLine
class Log final {
 public:
  using Fields = std::initializer_list<LogField>;

  Log(const Clock& clock, std::unique_ptr<LogSink> sink, LogLevel least);

  void Debug(LogName event, Fields fields = {}) { Write(LogLevel::kDebug, event, fields); }
  void Info(LogName event, Fields fields = {}) { Write(LogLevel::kInfo, event, fields); }
  void Warning(LogName event, Fields fields = {}) { Write(LogLevel::kWarning, event, fields); }
  void Error(LogName event, Fields fields = {}) { Write(LogLevel::kError, event, fields); }

 private:
  void Write(LogLevel level, LogName event, Fields fields);

  const Clock& clock_;
  const LogLevel least_;
  std::mutex mutex_;
  std::unique_ptr<LogSink> sink_;
};

}  // namespace healix::base
