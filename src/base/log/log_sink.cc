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
  FileSink(FileSystem& files, FileSinkOptions options)
      : files_(files), options_(std::move(options)) {}

  Status Open() {
    HEALIX_TRY(file_, files_.Open(options_.path, OpenMode::kReadWrite));
    HEALIX_TRY(end_, file_->Size());
    return {};
  }

  void Write(std::string_view line) override {
    const bool is_full =
        options_.bytes_max > 0 && end_ > 0 && end_ + line.size() > options_.bytes_max;
    if (is_full) TurnOver();
    if (file_ != nullptr && file_->WriteAt(end_, AsBytes(line))) end_ += line.size();
  }

 private:
  std::string OldPath(int age) const { return fmt::format("{}.{}", options_.path, age); }

  /// Makes room. Where that fails the log goes on in the file it has.
  void TurnOver() {
    for (int age = options_.old_files_max; age > 1; --age) {
      (void)files_.Rename(OldPath(age - 1), OldPath(age)).has_value();  // absent at first
    }
    const Status moved = options_.old_files_max > 0 ? files_.Rename(options_.path, OldPath(1))
                                                    : files_.Remove(options_.path);
    if (moved) (void)Open().has_value();
  }

  FileSystem& files_;
  const FileSinkOptions options_;
  std::unique_ptr<File> file_;
  std::uint64_t end_ = 0;
};

}  // namespace

std::unique_ptr<LogSink> MakeStandardErrorSink() { return std::make_unique<StandardErrorSink>(); }

Result<std::unique_ptr<LogSink>> OpenFileSink(FileSystem& files, const FileSinkOptions& options) {
  auto sink = std::make_unique<FileSink>(files, options);
  HEALIX_RETURN_IF_ERROR(sink->Open());
  return std::unique_ptr<LogSink>(std::move(sink));
}

}  // namespace healix::base
