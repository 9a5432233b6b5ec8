// SPDX-License-Identifier: Apache-2.0
#include "formats/arrow_ipc/arrow_file.h"

#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/util/compression.h>

#include <filesystem>
#include <memory>
#include <optional>

namespace healix::formats::arrow_ipc {
namespace {

/// Hands what Arrow writes to base::File and keeps its error.
class FileSink final : public arrow::io::OutputStream {
 public:
  explicit FileSink(base::File& file) : file_(file) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> Tell() const override { return static_cast<std::int64_t>(offset_); }
  using arrow::io::OutputStream::Write;
  arrow::Status Write(const void* data, std::int64_t bytes) override {
    const auto size = static_cast<std::size_t>(bytes);
    const Status written = file_.WriteAt(offset_, {static_cast<const std::byte*>(data), size});
    if (!written) {
      error_ = written.error();
      return arrow::Status::IOError("the file refused the bytes");
    }
    offset_ += size;
    return arrow::Status::OK();
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  base::File& file_;
  std::uint64_t offset_ = 0;
  bool closed_ = false;
  std::optional<Error> error_;
};

Error FromArrow(const arrow::Status& status) {
  if (status.IsNotImplemented() || status.IsTypeError()) {
    return MakeError(ErrorCode::kUnsupported, "an Arrow file can't hold a column of this type");
  }
  return MakeError(ErrorCode::kQueryFailed, "the rows ended with an error");
}

arrow::Result<std::uint64_t> CopyBatches(ArrowArrayStream* stream, FileSink& sink) {
  ARROW_ASSIGN_OR_RAISE(const auto reader, arrow::ImportRecordBatchReader(stream));
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  ARROW_ASSIGN_OR_RAISE(options.codec, arrow::util::Codec::Create(arrow::Compression::ZSTD));
  options.use_threads = false;
  ARROW_ASSIGN_OR_RAISE(const auto writer,
                        arrow::ipc::MakeFileWriter(&sink, reader->schema(), options));
  std::uint64_t rows = 0;
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader->ReadNext(&batch));
    if (batch == nullptr) break;
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*batch));
    rows += static_cast<std::uint64_t>(batch->num_rows());
  }
  ARROW_RETURN_NOT_OK(writer->Close());
  return rows;
}

Result<std::uint64_t> WriteSynced(base::FileSystem& files, const std::string& path,
                                  ArrowArrayStream* stream) {
  HEALIX_TRY(const auto file, files.Open(path, base::OpenMode::kCreateNew));
  FileSink sink(*file);
  const auto rows = CopyBatches(stream, sink);
  if (!rows.ok()) return sink.error() ? *sink.error() : FromArrow(rows.status());
  HEALIX_RETURN_IF_ERROR(file->Sync());
  return *rows;
}

}  // namespace

Result<std::uint64_t> WriteArrowFile(base::FileSystem& files, const std::string& path,
                                     ArrowArrayStream* stream) {
  const std::string temporary = path + ".tmp";
  if (files.Stat(temporary)) HEALIX_RETURN_IF_ERROR(files.Remove(temporary));
  const auto rows = WriteSynced(files, temporary, stream);
  if (!rows) {
    if (files.Stat(temporary)) HEALIX_RETURN_IF_ERROR(files.Remove(temporary));
    return rows.error();
  }
  HEALIX_RETURN_IF_ERROR(files.Rename(temporary, path));
  const std::string folder = std::filesystem::path(path).parent_path().string();
  HEALIX_RETURN_IF_ERROR(files.SyncFolder(folder.empty() ? "." : folder));
  return *rows;
}

Result<std::uint64_t> CountRows(const std::string& path) {
  const auto count = [&]() -> arrow::Result<std::int64_t> {
    ARROW_ASSIGN_OR_RAISE(const auto file, arrow::io::ReadableFile::Open(path));
    ARROW_ASSIGN_OR_RAISE(const auto reader, arrow::ipc::RecordBatchFileReader::Open(file));
    return reader->CountRows();
  }();
  if (!count.ok()) {
    return MakeError(ErrorCode::kInvalidArgument, "{} is not an Arrow IPC file", SafePath(path));
  }
  return static_cast<std::uint64_t>(*count);
}

}  // namespace healix::formats::arrow_ipc
