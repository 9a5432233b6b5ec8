// SPDX-License-Identifier: Apache-2.0
#include "base/log/log_sink.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace healix::base {
namespace {

class StandardErrorSink final : public LogSink {
 public:
  void Write(std::string_view line) override {
    while (!line.empty()) {
      const ssize_t put = ::write(STDERR_FILENO, line.data(), line.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return;
      line.remove_prefix(static_cast<std::size_t>(put));
    }
  }
};

class FileSink final : public LogSink {
 public:
  FileSink(std::unique_ptr<File> file, std::uint64_t end) : file_(std::move(file)), end_(end) {}

  void Write(std::string_view line) override {
    if (file_->WriteAt(end_, AsBytes(line))) end_ += line.size();
  }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t end_;
};

}  // namespace

std::unique_ptr<LogSink> MakeStandardErrorSink() { return std::make_unique<StandardErrorSink>(); }

Result<std::unique_ptr<LogSink>> OpenFileSink(FileSystem& files, const std::string& path) {
  HEALIX_TRY(std::unique_ptr<File> file, files.Open(path, OpenMode::kReadWrite));
  HEALIX_TRY(const std::uint64_t size, file->Size());
  return std::unique_ptr<LogSink>(std::make_unique<FileSink>(std::move(file), size));
}

}  // namespace healix::base
