// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "formats/avro/container_reader.h"
#include "formats/avro/container_writer.h"
#include "lakehouse/iceberg/avro_record_internal.h"
#include "lakehouse/iceberg/manifest.h"
#include "lakehouse/iceberg/manifest_schema_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

using formats::avro::Array;
using formats::avro::Datum;
using formats::avro::Record;

constexpr FieldKey kPath{500, "manifest_path"};
constexpr FieldKey kLength{501, "manifest_length"};
constexpr FieldKey kSpecId{502, "partition_spec_id"};
constexpr FieldKey kAddedSnapshotId{503, "added_snapshot_id"};
constexpr FieldKey kAddedFiles{504, "added_files_count"};
constexpr FieldKey kExistingFiles{505, "existing_files_count"};
constexpr FieldKey kDeletedFiles{506, "deleted_files_count"};
constexpr FieldKey kPartitions{507, "partitions"};
constexpr FieldKey kContainsNull{509, "contains_null"};
constexpr FieldKey kLowerBound{510, "lower_bound"};
constexpr FieldKey kUpperBound{511, "upper_bound"};
constexpr FieldKey kAddedRows{512, "added_rows_count"};
constexpr FieldKey kExistingRows{513, "existing_rows_count"};
constexpr FieldKey kDeletedRows{514, "deleted_rows_count"};
constexpr FieldKey kSequenceNumber{515, "sequence_number"};
constexpr FieldKey kMinSequenceNumber{516, "min_sequence_number"};
constexpr FieldKey kContent{517, "content"};
constexpr FieldKey kContainsNan{518, "contains_nan"};
constexpr FieldKey kKeyMetadata{519, "key_metadata"};
constexpr FieldKey kFirstRowId{520, "first_row_id"};
// Earlier names of the counts, in v1 files without field ids.
constexpr FieldKey kAddedFilesBefore{504, "added_data_files_count"};
constexpr FieldKey kExistingFilesBefore{505, "existing_data_files_count"};
constexpr FieldKey kDeletedFilesBefore{506, "deleted_data_files_count"};

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kMetadataInvalid, "a manifest list is wrong: {}", SafeReason(reason));
}

Result<std::vector<FieldSummary>> ReadSummaries(const AvroRecord& record) {
  std::vector<FieldSummary> summaries;
  const Datum* list = record.Find(kPartitions);
  if (list == nullptr) return summaries;
  const formats::avro::Schema& schema = record.schema();
  const formats::avro::Node& node = schema.node(schema.WithoutNull(*record.TypeOf(kPartitions)));
  if (list->AsArray() == nullptr || node.children.empty()) {
    return Invalid("partition summaries are not a list");
  }
  for (const Datum& item : list->AsArray()->items) {
    HEALIX_TRY(const AvroRecord line, AvroRecord::Of(schema, node.children[0], item));
    FieldSummary summary;
    HEALIX_TRY(const std::optional<bool> contains_null, line.OptionalBoolean(kContainsNull));
    summary.contains_null = contains_null.value_or(true);
    HEALIX_TRY(summary.contains_nan, line.OptionalBoolean(kContainsNan));
    HEALIX_TRY(summary.lower_bound, line.OptionalText(kLowerBound));
    HEALIX_TRY(summary.upper_bound, line.OptionalText(kUpperBound));
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

Result<std::optional<std::int32_t>> ReadCount(const AvroRecord& record, const FieldKey& key,
                                              const FieldKey& before) {
  return record.IndexOf(key) ? record.OptionalInt(key) : record.OptionalInt(before);
}

Status ReadCounts(const AvroRecord& record, ManifestFile& file) {
  HEALIX_TRY(file.added_files_count, ReadCount(record, kAddedFiles, kAddedFilesBefore));
  HEALIX_TRY(file.existing_files_count, ReadCount(record, kExistingFiles, kExistingFilesBefore));
  HEALIX_TRY(file.deleted_files_count, ReadCount(record, kDeletedFiles, kDeletedFilesBefore));
  HEALIX_TRY(file.added_rows_count, record.OptionalLong(kAddedRows));
  HEALIX_TRY(file.existing_rows_count, record.OptionalLong(kExistingRows));
  HEALIX_TRY(file.deleted_rows_count, record.OptionalLong(kDeletedRows));
  return {};
}

Result<ManifestFile> ReadLine(const AvroRecord& record) {
  ManifestFile file;
  HEALIX_TRY(file.path, record.Text(kPath));
  HEALIX_TRY(file.length_bytes, record.Long(kLength));
  HEALIX_TRY(const auto spec_id, record.OptionalInt(kSpecId));
  file.spec_id = spec_id.value_or(0);
  HEALIX_TRY(const auto content, record.OptionalInt(kContent));
  if (content.value_or(0) != 0 && content.value_or(0) != 1)
    return Invalid("a content is not known");
  file.content = static_cast<ManifestContent>(content.value_or(0));
  HEALIX_TRY(const auto sequence, record.OptionalLong(kSequenceNumber));
  file.sequence_number = sequence.value_or(0);
  HEALIX_TRY(const auto min_sequence, record.OptionalLong(kMinSequenceNumber));
  file.min_sequence_number = min_sequence.value_or(0);
  HEALIX_TRY(const auto added_snapshot_id, record.OptionalLong(kAddedSnapshotId));
  file.added_snapshot_id = added_snapshot_id.value_or(0);
  HEALIX_RETURN_IF_ERROR(ReadCounts(record, file));
  HEALIX_TRY(file.partitions, ReadSummaries(record));
  HEALIX_TRY(file.key_metadata, record.OptionalText(kKeyMetadata));
  HEALIX_TRY(file.first_row_id, record.OptionalLong(kFirstRowId));
  return file;
}

template <typename T>
Datum OrNull(const std::optional<T>& value) {
  return value ? Datum(*value) : Datum();
}

Datum SummariesDatum(const std::vector<FieldSummary>& summaries) {
  if (summaries.empty()) return {};
  Array list;
  for (const FieldSummary& summary : summaries) {
    list.items.push_back(Datum(Record{{summary.contains_null, OrNull(summary.contains_nan),
                                       OrNull(summary.lower_bound), OrNull(summary.upper_bound)}}));
  }
  return Datum(std::move(list));
}

Datum LineDatum(const ManifestFile& file, int format_version) {
  Record record{{file.path, file.length_bytes, file.spec_id,
                 static_cast<std::int32_t>(file.content), *file.sequence_number,
                 *file.min_sequence_number, file.added_snapshot_id, *file.added_files_count,
                 *file.existing_files_count, *file.deleted_files_count, *file.added_rows_count,
                 *file.existing_rows_count, *file.deleted_rows_count,
                 SummariesDatum(file.partitions), OrNull(file.key_metadata)}};
  if (format_version >= 3) record.fields.push_back(OrNull(file.first_row_id));
  return Datum(std::move(record));
}

bool HasCounts(const ManifestFile& file) {
  return file.added_files_count && file.existing_files_count && file.deleted_files_count &&
         file.added_rows_count && file.existing_rows_count && file.deleted_rows_count;
}

/// Gives new manifests the snapshot's sequence number and, in v3, data manifests their row ids.
Result<std::int64_t> AssignNumbers(const ManifestListOptions& options,
                                   std::vector<ManifestFile>& files) {
  std::int64_t next_row_id = options.first_row_id;
  for (ManifestFile& file : files) {
    if (file.path.empty() || !HasCounts(file)) {
      return MakeError(ErrorCode::kInvalidArgument, "a manifest has no path or lacks a count");
    }
    file.min_sequence_number =
        file.min_sequence_number.value_or(file.sequence_number.value_or(options.sequence_number));
    file.sequence_number = file.sequence_number.value_or(options.sequence_number);
    if (options.format_version < 3 || file.content != ManifestContent::kData) continue;
    if (file.first_row_id) continue;
    file.first_row_id = next_row_id;
    next_row_id += *file.added_rows_count + *file.existing_rows_count;
  }
  return next_row_id - options.first_row_id;
}

}  // namespace

Result<WrittenManifestList> WriteManifestList(const ManifestListOptions& options,
                                              std::vector<ManifestFile> files) {
  WrittenManifestList written;
  HEALIX_TRY(written.added_rows, AssignNumbers(options, files));
  HEALIX_TRY(formats::avro::Schema schema, ManifestListSchema(options.format_version));
  formats::avro::WriterOptions avro;
  const auto& parent = options.parent_snapshot_id;
  avro.metadata = {
      {"snapshot-id", std::to_string(options.snapshot_id)},
      {"parent-snapshot-id", parent ? std::to_string(*parent) : "null"},
      {"sequence-number", std::to_string(options.sequence_number)},
      {"format-version", std::to_string(options.format_version)},
  };
  HEALIX_TRY(auto writer,
             formats::avro::ContainerWriter::Create(std::move(schema), std::move(avro)));
  for (const ManifestFile& file : files) {
    HEALIX_RETURN_IF_ERROR(writer.Append(LineDatum(file, options.format_version)));
  }
  HEALIX_RETURN_IF_ERROR(writer.Flush());
  written.bytes = writer.TakeBytes();
  written.files = std::move(files);
  return written;
}

Result<std::vector<ManifestFile>> ReadManifestList(std::string_view bytes) {
  HEALIX_TRY(const formats::avro::Container container, formats::avro::ReadContainer(bytes, {}));
  std::vector<ManifestFile> files;
  for (const Datum& datum : container.objects) {
    HEALIX_TRY(const AvroRecord record,
               AvroRecord::Of(container.schema, container.schema.root(), datum));
    HEALIX_TRY(ManifestFile file, ReadLine(record));
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace healix::lakehouse::iceberg
