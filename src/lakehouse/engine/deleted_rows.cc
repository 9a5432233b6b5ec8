// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/engine/deleted_rows_internal.h"
#include "lakehouse/engine/equality_deletes_internal.h"
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/inner_query_internal.h"

namespace healix::lakehouse::engine {
namespace {

constexpr std::uint64_t kDeletionVectorBytesMax = std::uint64_t{1} << 30;
constexpr std::size_t kFilesPerRead = 128;
constexpr std::int32_t kFilePathId = 2147483546;
constexpr std::int32_t kPosId = 2147483545;

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

iceberg::Field RequiredField(std::int32_t id, const char* name, iceberg::TypeId type) {
  iceberg::Field field;
  field.id = id;
  field.name = name;
  field.required = true;
  field.type = iceberg::Primitive(type);
  return field;
}

// Shows position-delete files as a table (Iceberg specification, "Position Delete Files").
std::shared_ptr<const Scope> ScopeOfDeletes(const std::set<std::string>& paths,
                                            ScanTable::FileChanges changes) {
  auto table = std::make_shared<ScanTable>();
  table->file_changes = changes;
  table->schema.fields = {RequiredField(kFilePathId, "file_path", iceberg::TypeId::kString),
                          RequiredField(kPosId, "pos", iceberg::TypeId::kLong)};
  table->name_mapping = {{kFilePathId, {"file_path"}, {}}, {kPosId, {"pos"}, {}}};
  for (const std::string& path : paths) {
    ScanFile& file = table->files.emplace_back();
    file.path = path;
    file.location = path;
  }
  auto scope = std::make_shared<Scope>();
  scope->relations = {{"main", "deletes", std::nullopt, std::move(table)}};
  return scope;
}

/// Reads one column of a chunk, in whatever form DuckDB left it.
template <typename T>
class Cells {
 public:
  Cells(duckdb::DataChunk& chunk, duckdb::idx_t column) {
    chunk.data[column].ToUnifiedFormat(chunk.size(), format_);
  }
  bool IsNull(duckdb::idx_t row) const {
    return !format_.validity.RowIsValid(format_.sel->get_index(row));
  }
  const T& operator[](duckdb::idx_t row) const {
    return duckdb::UnifiedVectorFormat::GetData<T>(format_)[format_.sel->get_index(row)];
  }

 private:
  duckdb::UnifiedVectorFormat format_;
};

}  // namespace

/// Keeps the rows that are not marked.
class DeletedRows::MarkFilter final : public duckdb::DeleteFilter {
 public:
  MarkFilter(const ScanSource& source, RowMarks marks)
      : reservation_(source, marks.bytes()), marks_(std::move(marks)) {}

  duckdb::idx_t Filter(duckdb::row_t start_row_index, duckdb::idx_t count,
                       duckdb::SelectionVector& result_sel) override {
    result_sel.Initialize(STANDARD_VECTOR_SIZE);
    const auto start = static_cast<std::uint64_t>(start_row_index);
    duckdb::idx_t kept = 0;
    for (duckdb::idx_t from = 0; from < count; from += 64) {
      const duckdb::idx_t end = std::min<duckdb::idx_t>(from + 64, count);
      std::uint64_t marks = marks_.MarksFrom(start + from);
      for (duckdb::idx_t row = from; row < end; ++row, marks >>= 1) {
        result_sel.set_index(kept, row);
        kept += (marks & 1) == 0 ? 1 : 0;
      }
    }
    return kept;
  }

 private:
  Reservation reservation_;
  RowMarks marks_;
};

DeletedRows::Reservation::Reservation(const ScanSource& source, std::size_t bytes)
    : memory_(duckdb::BufferManager::GetBufferManager(*source.services.database)), bytes_(bytes) {
  memory_.ReserveMemory(bytes_);
}

DeletedRows::Reservation::~Reservation() { memory_.FreeReservedMemory(bytes_); }

DeletedRows::DeletedRows(std::shared_ptr<const ScanSource> source, std::vector<std::size_t> scanned)
    : source_(std::move(source)), scanned_(std::move(scanned)) {}

duckdb::unique_ptr<duckdb::DeleteFilter> DeletedRows::FilterFor(std::size_t file_index) {
  const ScanFile& file = source_->table->files[file_index];
  RowMarks marks =
      file.position_deletes.empty() ? RowMarks(file.record_count) : PositionMarks(file_index);
  if (file.deletion_vector) {
    const std::string blob = ReadBlob(*source_->services.files, *file.deletion_vector);
    const Status marked = MarkDeletionVector(blob, marks);
    if (!marked) ThrowError(marked.error());
  }
  if (!file.equality_deletes.empty()) MarkEqualityDeletes(*source_, file_index, marks);
  if (!marks.Any()) return nullptr;
  return duckdb::make_uniq<MarkFilter>(*source_, std::move(marks));
}

RowMarks DeletedRows::PositionMarks(std::size_t file_index) {
  const ScanFile& file = source_->table->files[file_index];
  const std::lock_guard guard(mutex_);
  const bool all_read =
      std::all_of(file.position_deletes.begin(), file.position_deletes.end(),
                  [&](const std::string& path) { return read_paths_.contains(path); });
  if (!all_read) ReadAhead(file_index);
  const auto found = marks_.find(file_index);
  return found == marks_.end() ? RowMarks(file.record_count) : found->second;
}

// Reads the deletes of this file and of those that will be opened after it.
void DeletedRows::ReadAhead(std::size_t file_index) {
  if (scanned_by_location_.empty()) {
    for (const std::size_t index : scanned_) {
      const ScanFile& file = source_->table->files[index];
      if (!file.position_deletes.empty()) scanned_by_location_.emplace(file.location, index);
    }
  }
  std::set<std::string> paths;
  auto next = std::find(scanned_.begin(), scanned_.end(), file_index);
  for (; next != scanned_.end() && paths.size() < kFilesPerRead; ++next) {
    for (const std::string& path : source_->table->files[*next].position_deletes) {
      if (!read_paths_.contains(path)) paths.insert(path);
    }
  }
  ReadPositions(paths);
  read_paths_.merge(paths);
  std::size_t bytes = 0;
  for (const auto& [index, marks] : marks_) bytes += marks.bytes();
  reservation_ = std::make_unique<Reservation>(*source_, bytes);
}

void DeletedRows::ReadPositions(const std::set<std::string>& paths) {
  InnerResult result =
      RunInside(source_->services, ScopeOfDeletes(paths, source_->table->file_changes),
                "SELECT _file, file_path, pos FROM deletes");
  while (auto chunk = result.rows->Fetch()) {
    const Cells<duckdb::string_t> sources(*chunk, 0);
    const Cells<duckdb::string_t> locations(*chunk, 1);
    const Cells<std::int64_t> positions(*chunk, 2);
    std::vector<RowMarks*> targets;
    duckdb::idx_t run = chunk->size();  // where the rows of one delete file and location begin
    for (duckdb::idx_t i = 0; i < chunk->size(); ++i) {
      if (locations.IsNull(i) || positions.IsNull(i)) continue;
      if (run > i || locations[i] != locations[run] || sources[i] != sources[run]) {
        run = i;
        targets = MarksOf(locations[i].GetString(), sources[i].GetString());
      }
      for (RowMarks* marks : targets) marks->Mark(static_cast<std::uint64_t>(positions[i]));
    }
  }
  if (result.rows->HasError()) result.rows->ThrowError();
}

// A delete file may name data files that it does not apply to.
std::vector<RowMarks*> DeletedRows::MarksOf(const std::string& location,
                                            const std::string& delete_path) {
  std::vector<RowMarks*> found;
  const auto [first, last] = scanned_by_location_.equal_range(location);
  for (auto entry = first; entry != last; ++entry) {
    const ScanFile& file = source_->table->files[entry->second];
    const auto& paths = file.position_deletes;
    if (std::find(paths.begin(), paths.end(), delete_path) == paths.end()) continue;
    found.push_back(&marks_.try_emplace(entry->second, file.record_count).first->second);
  }
  return found;
}

}  // namespace healix::lakehouse::engine
