// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include "formats/avro/container_writer.h"
#include "lakehouse/iceberg/avro_record_internal.h"
#include "lakehouse/iceberg/manifest.h"
#include "lakehouse/iceberg/manifest_schema_internal.h"
#include "lakehouse/iceberg/metadata_json_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

using formats::avro::Array;
using formats::avro::Datum;
using formats::avro::Record;

constexpr int kWritableVersionMin = 2;

Error Unfit(const char* reason) {
  return MakeError(ErrorCode::kInvalidArgument, "a manifest entry can't be written: {}",
                   SafeReason(reason));
}

template <typename T>
Datum OrNull(const std::optional<T>& value) {
  return value ? Datum(*value) : Datum();
}

template <typename Map>
Datum MapOrNull(const Map& map) {
  if (map.empty()) return {};
  Array items;
  for (const auto& [id, value] : map) items.items.push_back(Datum(Record{{id, value}}));
  return Datum(std::move(items));
}

template <typename Number>
Datum ListOrNull(const std::vector<Number>& numbers) {
  if (numbers.empty()) return {};
  Array items;
  for (const Number number : numbers) items.items.emplace_back(number);
  return Datum(std::move(items));
}

/// What all entries of a manifest share.
struct Frame {
  const ManifestOptions& options;
  std::vector<Type> partition_types;
  int format_version;
};

Datum DataFileDatum(const DataFile& file, const Frame& frame) {
  Record partition;
  for (std::size_t i = 0; i < file.partition.size(); ++i) {
    partition.fields.push_back(ValueToAvro(frame.partition_types[i], file.partition[i]));
  }
  Record record{{static_cast<std::int32_t>(file.content), file.path, file.file_format,
                 Datum(std::move(partition)), file.record_count, file.size_bytes,
                 MapOrNull(file.column_sizes), MapOrNull(file.value_counts),
                 MapOrNull(file.null_value_counts), MapOrNull(file.nan_value_counts),
                 MapOrNull(file.lower_bounds), MapOrNull(file.upper_bounds),
                 OrNull(file.key_metadata), ListOrNull(file.split_offsets),
                 ListOrNull(file.equality_ids), OrNull(file.sort_order_id),
                 OrNull(file.referenced_data_file)}};
  if (frame.format_version >= 3) {
    record.fields.push_back(OrNull(file.first_row_id));
    record.fields.push_back(OrNull(file.content_offset));
    record.fields.push_back(OrNull(file.content_size_bytes));
  }
  return Datum(std::move(record));
}

Datum EntryDatum(const ManifestEntry& entry, const Frame& frame) {
  const bool is_added = entry.status == EntryStatus::kAdded;
  return Datum(Record{
      {static_cast<std::int32_t>(entry.status),
       Datum(entry.snapshot_id.value_or(frame.options.snapshot_id)), OrNull(entry.sequence_number),
       is_added ? Datum() : OrNull(entry.file_sequence_number), DataFileDatum(entry.file, frame)}});
}

Status CheckEntry(const ManifestEntry& entry, const Frame& frame) {
  const DataFile& file = entry.file;
  if (file.spec_id != frame.options.spec_id) return Unfit("it is of another partition spec");
  const bool is_data = file.content == FileContent::kData;
  if (is_data != (frame.options.content == ManifestContent::kData)) {
    return Unfit("data and deletes do not share a manifest");
  }
  if (file.path.empty()) return Unfit("it has no path");
  if (file.IsDeletionVector() && frame.format_version < 3) {
    return Unfit("deletion vectors need format version 3");
  }
  const bool is_position_file =
      file.content == FileContent::kPositionDeletes && !file.IsDeletionVector();
  if (is_position_file && entry.status == EntryStatus::kAdded && frame.format_version >= 3) {
    return Unfit("position delete files are not added to tables of format version 3");
  }
  if ((file.content == FileContent::kEqualityDeletes) == file.equality_ids.empty()) {
    return Unfit("equality deletes, and only they, have equality ids");
  }
  if (file.partition.size() != frame.partition_types.size()) {
    return Unfit("it has another number of partition values than the spec");
  }
  for (std::size_t i = 0; i < file.partition.size(); ++i) {
    if (!Fits(frame.partition_types[i], file.partition[i])) {
      return Unfit("a partition value is not of its type");
    }
  }
  const bool needs_numbers = entry.status != EntryStatus::kAdded;
  if (needs_numbers && (!entry.sequence_number || !entry.file_sequence_number)) {
    return Unfit("an existing or deleted entry has no sequence numbers");
  }
  return {};
}

void CountEntry(const ManifestEntry& entry, ManifestFile& file) {
  const auto count = [&entry](std::optional<std::int32_t>& files,
                              std::optional<std::int64_t>& rows) {
    files = files.value_or(0) + 1;
    rows = rows.value_or(0) + entry.file.record_count;
  };
  switch (entry.status) {
    case EntryStatus::kAdded:
      count(file.added_files_count, file.added_rows_count);
      break;
    case EntryStatus::kExisting:
      count(file.existing_files_count, file.existing_rows_count);
      break;
    case EntryStatus::kDeleted:
      count(file.deleted_files_count, file.deleted_rows_count);
      break;
  }
  if (!entry.IsLive() || !entry.sequence_number) return;
  file.min_sequence_number =
      std::min(file.min_sequence_number.value_or(*entry.sequence_number), *entry.sequence_number);
}

/// Widens the summary of one partition field by one value.
class SummaryBuilder final {
 public:
  void Add(const Value& value) {
    if (IsNull(value)) {
      contains_null_ = true;
    } else if (IsNan(value)) {
      contains_nan_ = true;
    } else {
      if (IsNull(lower_) || Compare(value, lower_) < 0) lower_ = value;
      if (IsNull(upper_) || Compare(value, upper_) > 0) upper_ = value;
    }
  }

  FieldSummary Finish(const Type& type) const {
    FieldSummary summary;
    summary.contains_null = contains_null_;
    const bool can_be_nan = type.id == TypeId::kFloat || type.id == TypeId::kDouble;
    if (can_be_nan) summary.contains_nan = contains_nan_;
    if (const auto bytes = EncodeValue(type, lower_)) summary.lower_bound = *bytes;
    if (const auto bytes = EncodeValue(type, upper_)) summary.upper_bound = *bytes;
    return summary;
  }

 private:
  bool contains_null_ = false;
  bool contains_nan_ = false;
  Value lower_;
  Value upper_;
};

ManifestFile Summarize(const std::vector<ManifestEntry>& entries, const Frame& frame) {
  ManifestFile file;
  file.spec_id = frame.options.spec_id;
  file.content = frame.options.content;
  file.added_snapshot_id = frame.options.snapshot_id;
  file.added_files_count = file.existing_files_count = file.deleted_files_count = 0;
  file.added_rows_count = file.existing_rows_count = file.deleted_rows_count = 0;
  std::vector<SummaryBuilder> summaries(frame.partition_types.size());
  for (const ManifestEntry& entry : entries) {
    CountEntry(entry, file);
    for (std::size_t i = 0; i < summaries.size(); ++i) summaries[i].Add(entry.file.partition[i]);
  }
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    file.partitions.push_back(summaries[i].Finish(frame.partition_types[i]));
  }
  return file;
}

formats::avro::WriterOptions AvroOptions(const TableMetadata& table, const PartitionSpec& spec,
                                         ManifestContent content) {
  formats::avro::WriterOptions options;
  options.metadata = {
      {"schema", PrintSchema(table.CurrentSchema())},
      {"schema-id", std::to_string(table.current_schema_id)},
      {"partition-spec", PrintJson(PartitionFieldsToJson(spec.fields))},
      {"partition-spec-id", std::to_string(spec.spec_id)},
      {"format-version", std::to_string(table.format_version)},
      {"content", content == ManifestContent::kData ? "data" : "deletes"},
  };
  return options;
}

}  // namespace

Result<WrittenManifest> WriteManifest(const TableMetadata& table, const ManifestOptions& options,
                                      const std::vector<ManifestEntry>& entries) {
  if (table.format_version < kWritableVersionMin) {
    return MakeError(ErrorCode::kMetadataUnsupported,
                     "tables of format version 1 are upgraded before they are written");
  }
  const PartitionSpec* spec = table.FindSpec(options.spec_id);
  if (spec == nullptr) return Unfit("the table has no such partition spec");
  HEALIX_TRY(std::vector<Type> types, PartitionTypes(table, *spec));
  const Frame frame{options, std::move(types), table.format_version};
  HEALIX_TRY(formats::avro::Schema schema,
             ManifestEntrySchema(*spec, frame.partition_types, table.format_version));
  HEALIX_TRY(auto writer, formats::avro::ContainerWriter::Create(
                              std::move(schema), AvroOptions(table, *spec, options.content)));
  for (const ManifestEntry& entry : entries) {
    HEALIX_RETURN_IF_ERROR(CheckEntry(entry, frame));
    HEALIX_RETURN_IF_ERROR(writer.Append(EntryDatum(entry, frame)));
  }
  HEALIX_RETURN_IF_ERROR(writer.Flush());
  WrittenManifest written{writer.TakeBytes(), Summarize(entries, frame)};
  written.file.length_bytes = static_cast<std::int64_t>(written.bytes.size());
  return written;
}

}  // namespace healix::lakehouse::iceberg
