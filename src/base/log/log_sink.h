// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says where log lines go.

#include <memory>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::base {

/// Takes whole lines, each with its newline.
/// Threads  one at a time; Log sees to it.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void Write(std::string_view line) = 0;
};

/// Returns the sink that writes to standard error. A log that can't be written is not an error.
std::unique_ptr<LogSink> MakeStandardErrorSink();

/// Returns a sink that appends to a file, made when absent. Lines are not synced.
/// Errors   those of FileSystem::Open.
Result<std::unique_ptr<LogSink>> OpenFileSink(FileSystem& files, const std::string& path);

}  // namespace healix::base
