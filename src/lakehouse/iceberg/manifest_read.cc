// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "formats/avro/container_reader.h"
#include "lakehouse/iceberg/avro_record_internal.h"
#include "lakehouse/iceberg/manifest.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr FieldKey kStatus{0, "status"};
constexpr FieldKey kSnapshotId{1, "snapshot_id"};
constexpr FieldKey kDataFile{2, "data_file"};
constexpr FieldKey kSequenceNumber{3, "sequence_number"};
constexpr FieldKey kFileSequenceNumber{4, "file_sequence_number"};
constexpr FieldKey kFilePath{100, "file_path"};
constexpr FieldKey kFileFormat{101, "file_format"};
constexpr FieldKey kPartition{102, "partition"};
constexpr FieldKey kRecordCount{103, "record_count"};
constexpr FieldKey kFileSize{104, "file_size_in_bytes"};
constexpr FieldKey kColumnSizes{108, "column_sizes"};
constexpr FieldKey kValueCounts{109, "value_counts"};
constexpr FieldKey kNullValueCounts{110, "null_value_counts"};
constexpr FieldKey kLowerBounds{125, "lower_bounds"};
constexpr FieldKey kUpperBounds{128, "upper_bounds"};
constexpr FieldKey kKeyMetadata{131, "key_metadata"};
constexpr FieldKey kSplitOffsets{132, "split_offsets"};
constexpr FieldKey kContent{134, "content"};
constexpr FieldKey kEqualityIds{135, "equality_ids"};
constexpr FieldKey kNanValueCounts{137, "nan_value_counts"};
constexpr FieldKey kSortOrderId{140, "sort_order_id"};
constexpr FieldKey kFirstRowId{142, "first_row_id"};
constexpr FieldKey kReferencedDataFile{143, "referenced_data_file"};
constexpr FieldKey kContentOffset{144, "content_offset"};
constexpr FieldKey kContentSize{145, "content_size_in_bytes"};

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kMetadataInvalid, "a manifest is wrong: {}", SafeReason(reason));
}

/// What is needed to read every entry of one manifest.
struct Frame {
  const ManifestFile& line;
  const PartitionSpec& spec;
  std::vector<Type> partition_types;
};

Result<std::vector<Value>> ReadPartition(const AvroRecord& file, const Frame& frame) {
  std::vector<Value> values;
  if (frame.spec.fields.empty()) return values;
  HEALIX_TRY(const AvroRecord partition, file.Record(kPartition));
  for (std::size_t i = 0; i < frame.spec.fields.size(); ++i) {
    const PartitionField& field = frame.spec.fields[i];
    std::optional<std::size_t> index = partition.IndexOf({field.field_id, field.name.c_str()});
    // v1 writers numbered the fields of each spec anew, in their order.
    if (!index && partition.record().fields.size() == frame.spec.fields.size()) index = i;
    if (!index) return Invalid("a partition value is missing");
    HEALIX_TRY(Value value,
               ValueFromAvro(frame.partition_types[i], partition.record().fields[*index]));
    values.push_back(std::move(value));
  }
  return values;
}

Status ReadMetrics(const AvroRecord& record, DataFile& file) {
  HEALIX_TRY(file.column_sizes, record.Counts(kColumnSizes));
  HEALIX_TRY(file.value_counts, record.Counts(kValueCounts));
  HEALIX_TRY(file.null_value_counts, record.Counts(kNullValueCounts));
  HEALIX_TRY(file.nan_value_counts, record.Counts(kNanValueCounts));
  HEALIX_TRY(file.lower_bounds, record.Bounds(kLowerBounds));
  HEALIX_TRY(file.upper_bounds, record.Bounds(kUpperBounds));
  return {};
}

Result<FileContent> ReadContent(const AvroRecord& record) {
  HEALIX_TRY(const std::optional<std::int32_t> content, record.OptionalInt(kContent));
  if (content.value_or(0) < 0 || content.value_or(0) > 2) return Invalid("a content is not known");
  return static_cast<FileContent>(content.value_or(0));
}

std::string UpperCase(std::string text) {
  for (char& byte : text) {
    if (byte >= 'a' && byte <= 'z') byte = static_cast<char>(byte - 'a' + 'A');
  }
  return text;
}

Result<DataFile> ReadDataFile(const AvroRecord& record, const Frame& frame) {
  DataFile file;
  file.spec_id = frame.line.spec_id;
  HEALIX_TRY(file.content, ReadContent(record));
  HEALIX_TRY(file.path, record.Text(kFilePath));
  HEALIX_TRY(std::string format, record.Text(kFileFormat));
  file.file_format = UpperCase(std::move(format));
  HEALIX_TRY(file.partition, ReadPartition(record, frame));
  HEALIX_TRY(file.record_count, record.Long(kRecordCount));
  HEALIX_TRY(file.size_bytes, record.Long(kFileSize));
  if (file.record_count < 0 || file.size_bytes < 0) return Invalid("a count is negative");
  HEALIX_RETURN_IF_ERROR(ReadMetrics(record, file));
  HEALIX_TRY(file.key_metadata, record.OptionalText(kKeyMetadata));
  HEALIX_TRY(file.split_offsets, record.Longs(kSplitOffsets));
  HEALIX_TRY(const std::vector<std::int64_t> equality_ids, record.Longs(kEqualityIds));
  for (const std::int64_t id : equality_ids) {
    file.equality_ids.push_back(static_cast<std::int32_t>(id));
  }
  HEALIX_TRY(file.sort_order_id, record.OptionalInt(kSortOrderId));
  HEALIX_TRY(file.first_row_id, record.OptionalLong(kFirstRowId));
  HEALIX_TRY(file.referenced_data_file, record.OptionalText(kReferencedDataFile));
  HEALIX_TRY(file.content_offset, record.OptionalLong(kContentOffset));
  HEALIX_TRY(file.content_size_bytes, record.OptionalLong(kContentSize));
  return file;
}

/// Fills what an entry takes from the manifest's line in the list. While the line has no number
/// (its snapshot is still being made) an added entry has none either: it gets the snapshot's.
void Inherit(const ManifestFile& line, ManifestEntry& entry) {
  const bool is_added = entry.status == EntryStatus::kAdded;
  if (!entry.snapshot_id) entry.snapshot_id = line.added_snapshot_id;
  if (is_added && !line.sequence_number) return;
  const std::int64_t inherited = is_added ? *line.sequence_number : 0;
  if (!entry.sequence_number) entry.sequence_number = inherited;
  if (!entry.file_sequence_number) entry.file_sequence_number = inherited;
}

Result<ManifestEntry> ReadEntry(const AvroRecord& record, const Frame& frame) {
  ManifestEntry entry;
  HEALIX_TRY(const std::int32_t status, record.Int(kStatus));
  if (status < 0 || status > 2) return Invalid("a status is not known");
  entry.status = static_cast<EntryStatus>(status);
  HEALIX_TRY(entry.snapshot_id, record.OptionalLong(kSnapshotId));
  HEALIX_TRY(entry.sequence_number, record.OptionalLong(kSequenceNumber));
  HEALIX_TRY(entry.file_sequence_number, record.OptionalLong(kFileSequenceNumber));
  Inherit(frame.line, entry);
  HEALIX_TRY(const AvroRecord file, record.Record(kDataFile));
  HEALIX_TRY(entry.file, ReadDataFile(file, frame));
  return entry;
}

/// v3: files without a first row id take the next one of their manifest.
void InheritRowIds(const ManifestFile& line, std::vector<ManifestEntry>& entries) {
  if (!line.first_row_id || line.content != ManifestContent::kData) return;
  std::int64_t next = *line.first_row_id;
  for (ManifestEntry& entry : entries) {
    if (entry.file.first_row_id) continue;
    entry.file.first_row_id = next;
    next += entry.file.record_count;
  }
}

}  // namespace

Result<std::vector<ManifestEntry>> ReadManifest(const TableMetadata& table,
                                                const ManifestFile& line, std::string_view bytes) {
  const PartitionSpec* spec = table.FindSpec(line.spec_id);
  if (spec == nullptr) return Invalid("its partition spec is not there");
  HEALIX_TRY(std::vector<Type> types, PartitionTypes(table, *spec));
  const Frame frame{line, *spec, std::move(types)};
  HEALIX_TRY(const formats::avro::Container container, formats::avro::ReadContainer(bytes, {}));
  std::vector<ManifestEntry> entries;
  entries.reserve(container.objects.size());
  for (const formats::avro::Datum& datum : container.objects) {
    HEALIX_TRY(const AvroRecord record,
               AvroRecord::Of(container.schema, container.schema.root(), datum));
    HEALIX_TRY(ManifestEntry entry, ReadEntry(record, frame));
    entries.push_back(std::move(entry));
  }
  InheritRowIds(line, entries);
  return entries;
}

}  // namespace healix::lakehouse::iceberg
