// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says where log lines go.

#include <cstdint>
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

struct FileSinkOptions {
  std::string path;
  std::uint64_t bytes_max = std::uint64_t{16} << 20;  ///< of one file; 0 for no bound
  int old_files_max = 3;                              ///< >= 0: `<path>.1` is the newest of them
};

/// Returns a sink that appends to a file, made when absent. Before a line that would make the file
/// larger than allowed, the file becomes `<path>.1`, that one `<path>.2` and so on; the oldest
/// goes. Lines are not synced. Another process must not write the same file. Errors   those of
/// FileSystem::Open. Example  LogTest.TurnsFullFilesOver
Result<std::unique_ptr<LogSink>> OpenFileSink(FileSystem& files, const FileSinkOptions& options);

}  // namespace healix::base
