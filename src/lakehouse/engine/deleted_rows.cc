// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/deleted_rows_internal.h"
#include "lakehouse/engine/equality_deletes_internal.h"
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/hx_file_system_internal.h"
#include "lakehouse/engine/inner_query_internal.h"

namespace healix::lakehouse::engine {
namespace {

constexpr std::uint64_t kDeletionVectorBytesMax = std::uint64_t{1} << 30;

/// Keeps the rows that are not marked.
class MarkFilter final : public duckdb::DeleteFilter {
 public:
  explicit MarkFilter(RowMarks marks) : marks_(std::move(marks)) {}

  duckdb::idx_t Filter(duckdb::row_t start_row_index, duckdb::idx_t count,
                       duckdb::SelectionVector& result_sel) override {
    result_sel.Initialize(STANDARD_VECTOR_SIZE);
    const auto start = static_cast<std::uint64_t>(start_row_index);
    duckdb::idx_t kept = 0;
    for (duckdb::idx_t i = 0; i < count; ++i) {
      result_sel.set_index(kept, i);
      kept += marks_.IsMarked(start + i) ? 0 : 1;
    }
    return kept;
  }

 private:
  RowMarks marks_;
};

std::string ReadBlob(base::FileSystem& files, const DeletionVector& vector) {
  if (vector.length_bytes > kDeletionVectorBytesMax) {
    ThrowError(MakeError(ErrorCode::kLimitExceeded, "a deletion vector of {} bytes is too large",
                         vector.length_bytes));
  }
  auto file = files.Open(vector.path, base::OpenMode::kRead);
  if (!file) ThrowFileError(file.error());
  std::string blob(vector.length_bytes, '\0');
  const auto read = (*file)->ReadAt(vector.offset_bytes,
                                    std::as_writable_bytes(std::span(blob.data(), blob.size())));
  if (!read) ThrowFileError(read.error());
  blob.resize(*read);
  return blob;
}

}  // namespace

duckdb::unique_ptr<duckdb::DeleteFilter> DeletedRows::FilterFor(std::size_t file_index) {
  const ScanFile& file = source_->table->files[file_index];
  RowMarks marks(file.record_count);
  for (const std::string& path : file.position_deletes) {
    const PositionsByLocation& positions = Positions(path);
    const auto found = positions.find(file.location);
    if (found == positions.end()) continue;
    for (const std::uint64_t row : found->second) marks.Mark(row);
  }
  if (file.deletion_vector) {
    const std::string blob = ReadBlob(*source_->services.files, *file.deletion_vector);
    const Status marked = MarkDeletionVector(blob, marks);
    if (!marked) ThrowError(marked.error());
  }
  if (!file.equality_deletes.empty()) MarkEqualityDeletes(*source_, file_index, marks);
  if (!marks.Any()) return nullptr;
  return duckdb::make_uniq<MarkFilter>(std::move(marks));
}

const DeletedRows::PositionsByLocation& DeletedRows::Positions(const std::string& path) {
  DeleteFile* file = nullptr;
  {
    const std::lock_guard guard(mutex_);
    file = &delete_files_[path];
  }
  std::call_once(file->loaded, [&] {
    InnerResult result = RunInside(source_->services, nullptr,
                                   "SELECT file_path, pos FROM parquet_scan(" +
                                       Literal(ToHxPath(path)) + ", hive_partitioning = false)");
    while (auto chunk = result.rows->Fetch()) {
      chunk->Flatten();
      const auto* locations = duckdb::FlatVector::GetData<duckdb::string_t>(chunk->data[0]);
      const auto* positions = duckdb::FlatVector::GetData<std::int64_t>(chunk->data[1]);
      std::vector<std::uint64_t>* rows = nullptr;
      for (duckdb::idx_t i = 0; i < chunk->size(); ++i) {
        if (rows == nullptr || locations[i] != locations[i - 1]) {
          rows = &file->positions[locations[i].GetString()];
        }
        rows->push_back(static_cast<std::uint64_t>(positions[i]));
      }
    }
    if (result.rows->HasError()) result.rows->ThrowError();
  });
  return file->positions;
}

}  // namespace healix::lakehouse::engine
