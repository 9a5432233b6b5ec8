// SPDX-License-Identifier: Apache-2.0
// Snapshots, refs, logs and statistics in JSON.
#include <bit>

#include "lakehouse/iceberg/metadata_json_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kMetadataInvalid, "{}", SafeReason(reason));
}

std::optional<std::chrono::milliseconds> Millis(const std::optional<std::int64_t>& count) {
  if (!count) return std::nullopt;
  return std::chrono::milliseconds(*count);
}

Result<SnapshotRef> RefFromJson(const Json& json) {
  SnapshotRef ref;
  HEALIX_TRY(ref.snapshot_id, RequiredSnapshotId(json, "snapshot-id"));
  HEALIX_TRY(const std::string kind, RequiredMember<std::string>(json, "type"));
  if (kind != "branch" && kind != "tag") return Invalid("a ref is neither a branch nor a tag");
  ref.kind = kind == "branch" ? RefKind::kBranch : RefKind::kTag;
  HEALIX_TRY(ref.min_snapshots_to_keep,
             OptionalMember<std::int32_t>(json, "min-snapshots-to-keep"));
  HEALIX_TRY(const auto snapshot_age, OptionalMember<std::int64_t>(json, "max-snapshot-age-ms"));
  HEALIX_TRY(const auto ref_age, OptionalMember<std::int64_t>(json, "max-ref-age-ms"));
  ref.max_snapshot_age = Millis(snapshot_age);
  ref.max_ref_age = Millis(ref_age);
  return ref;
}

Json RefToJson(const SnapshotRef& ref) {
  Json json{{"snapshot-id", ref.snapshot_id},
            {"type", ref.kind == RefKind::kBranch ? "branch" : "tag"}};
  if (ref.min_snapshots_to_keep) json["min-snapshots-to-keep"] = *ref.min_snapshots_to_keep;
  if (ref.max_snapshot_age) json["max-snapshot-age-ms"] = ref.max_snapshot_age->count();
  if (ref.max_ref_age) json["max-ref-age-ms"] = ref.max_ref_age->count();
  return json;
}

Status RefsFromJson(const Json& json, TableMetadata& table) {
  const Json* refs = FindMember(json, "refs");
  if (refs == nullptr) return {};
  if (!refs->is_object()) return Invalid("`refs` is not an object");
  for (const auto& [name, item] : refs->items()) {
    HEALIX_TRY(SnapshotRef ref, RefFromJson(item));
    table.refs.emplace(name, std::move(ref));
  }
  return {};
}

Status LogsFromJson(const Json& json, TableMetadata& table) {
  HEALIX_TRY(const Json* snapshots, ListMember(json, "snapshot-log", Presence::kOptional));
  for (const Json& item : *snapshots) {
    SnapshotLogEntry entry;
    HEALIX_TRY(entry.timestamp, RequiredTimestamp(item, "timestamp-ms"));
    HEALIX_TRY(entry.snapshot_id, RequiredSnapshotId(item, "snapshot-id"));
    table.snapshot_log.push_back(entry);
  }
  HEALIX_TRY(const Json* files, ListMember(json, "metadata-log", Presence::kOptional));
  for (const Json& item : *files) {
    MetadataLogEntry entry;
    HEALIX_TRY(entry.timestamp, RequiredTimestamp(item, "timestamp-ms"));
    HEALIX_TRY(entry.metadata_file, RequiredMember<std::string>(item, "metadata-file"));
    table.metadata_log.push_back(std::move(entry));
  }
  return {};
}

Result<StatisticsBlob> BlobFromJson(const Json& json) {
  StatisticsBlob blob;
  HEALIX_TRY(blob.type, RequiredMember<std::string>(json, "type"));
  HEALIX_TRY(blob.snapshot_id, RequiredSnapshotId(json, "snapshot-id"));
  HEALIX_TRY(blob.sequence_number, RequiredMember<std::int64_t>(json, "sequence-number"));
  HEALIX_TRY(blob.field_ids, ListOf<std::int32_t>(json, "fields"));
  HEALIX_TRY(blob.properties, TextMapMember(json, "properties"));
  return blob;
}

Result<StatisticsFile> StatisticsFromJson(const Json& json) {
  StatisticsFile file;
  HEALIX_TRY(file.snapshot_id, RequiredSnapshotId(json, "snapshot-id"));
  HEALIX_TRY(file.path, RequiredMember<std::string>(json, "statistics-path"));
  HEALIX_TRY(file.size_bytes, RequiredMember<std::int64_t>(json, "file-size-in-bytes"));
  HEALIX_TRY(file.footer_size_bytes,
             RequiredMember<std::int64_t>(json, "file-footer-size-in-bytes"));
  HEALIX_TRY(file.key_metadata, OptionalMember<std::string>(json, "key-metadata"));
  HEALIX_TRY(const Json* blobs, ListMember(json, "blob-metadata", Presence::kRequired));
  for (const Json& item : *blobs) {
    HEALIX_TRY(StatisticsBlob blob, BlobFromJson(item));
    file.blobs.push_back(std::move(blob));
  }
  return file;
}

Json StatisticsToJson(const StatisticsFile& file) {
  Json blobs = Json::array();
  for (const StatisticsBlob& blob : file.blobs) {
    Json json{{"type", blob.type},
              {"snapshot-id", blob.snapshot_id},
              {"sequence-number", blob.sequence_number},
              {"fields", blob.field_ids}};
    if (!blob.properties.empty()) json["properties"] = blob.properties;
    blobs.push_back(std::move(json));
  }
  Json json{{"snapshot-id", file.snapshot_id},
            {"statistics-path", file.path},
            {"file-size-in-bytes", file.size_bytes},
            {"file-footer-size-in-bytes", file.footer_size_bytes}};
  if (file.key_metadata) json["key-metadata"] = *file.key_metadata;
  json["blob-metadata"] = std::move(blobs);
  return json;
}

Status AllStatisticsFromJson(const Json& json, TableMetadata& table) {
  HEALIX_TRY(const Json* files, ListMember(json, "statistics", Presence::kOptional));
  for (const Json& item : *files) {
    HEALIX_TRY(StatisticsFile file, StatisticsFromJson(item));
    table.statistics.push_back(std::move(file));
  }
  HEALIX_TRY(const Json* partitions, ListMember(json, "partition-statistics", Presence::kOptional));
  for (const Json& item : *partitions) {
    PartitionStatisticsFile file;
    HEALIX_TRY(file.snapshot_id, RequiredSnapshotId(item, "snapshot-id"));
    HEALIX_TRY(file.path, RequiredMember<std::string>(item, "statistics-path"));
    HEALIX_TRY(file.size_bytes, RequiredMember<std::int64_t>(item, "file-size-in-bytes"));
    table.partition_statistics.push_back(std::move(file));
  }
  return {};
}

Status KeysFromJson(const Json& json, TableMetadata& table) {
  HEALIX_TRY(const Json* keys, ListMember(json, "encryption-keys", Presence::kOptional));
  for (const Json& item : *keys) {
    EncryptionKey key;
    HEALIX_TRY(key.key_id, RequiredMember<std::string>(item, "key-id"));
    HEALIX_TRY(key.encrypted_key_metadata,
               RequiredMember<std::string>(item, "encrypted-key-metadata"));
    HEALIX_TRY(key.encrypted_by_id, OptionalMember<std::string>(item, "encrypted-by-id"));
    HEALIX_TRY(key.properties, TextMapMember(item, "properties"));
    table.encryption_keys.push_back(std::move(key));
  }
  return {};
}

Json KeyToJson(const EncryptionKey& key) {
  Json json{{"key-id", key.key_id}, {"encrypted-key-metadata", key.encrypted_key_metadata}};
  if (key.encrypted_by_id) json["encrypted-by-id"] = *key.encrypted_by_id;
  if (!key.properties.empty()) json["properties"] = key.properties;
  return json;
}

void StatisticsListsToJson(const TableMetadata& table, Json& json) {
  Json statistics = Json::array();
  for (const StatisticsFile& file : table.statistics) statistics.push_back(StatisticsToJson(file));
  Json partitions = Json::array();
  for (const PartitionStatisticsFile& file : table.partition_statistics) {
    partitions.push_back({{"snapshot-id", file.snapshot_id},
                          {"statistics-path", file.path},
                          {"file-size-in-bytes", file.size_bytes}});
  }
  json["statistics"] = std::move(statistics);
  json["partition-statistics"] = std::move(partitions);
}

}  // namespace

Result<std::int64_t> ConvertSnapshotId(const Json& json, const char* name) {
  if (json.is_number_unsigned()) return std::bit_cast<std::int64_t>(json.get<std::uint64_t>());
  return ConvertJson<std::int64_t>(json, name);
}

Result<std::int64_t> RequiredSnapshotId(const Json& object, const char* name) {
  const Json* member = FindMember(object, name);
  if (member == nullptr) return MissingMember(name);
  return ConvertSnapshotId(*member, name);
}

Result<std::optional<std::int64_t>> OptionalSnapshotId(const Json& object, const char* name) {
  const Json* member = FindMember(object, name);
  if (member == nullptr) return std::optional<std::int64_t>();
  HEALIX_TRY(const std::int64_t id, ConvertSnapshotId(*member, name));
  return std::optional(id);
}

Result<Timestamp> RequiredTimestamp(const Json& object, const char* name) {
  constexpr std::int64_t kEndOfYear9999 = 253'402'300'799'999;
  HEALIX_TRY(const std::int64_t millis, RequiredMember<std::int64_t>(object, name));
  if (millis < 0 || millis > kEndOfYear9999)
    return Invalid("a time lies before 1970 or after 9999");
  return Timestamp(std::chrono::milliseconds(millis));
}

Result<Snapshot> SnapshotFromJson(const Json& json, int format_version) {
  Snapshot snapshot;
  HEALIX_TRY(snapshot.snapshot_id, RequiredSnapshotId(json, "snapshot-id"));
  HEALIX_TRY(snapshot.parent_snapshot_id, OptionalSnapshotId(json, "parent-snapshot-id"));
  HEALIX_TRY(const auto sequence, OptionalMember<std::int64_t>(json, "sequence-number"));
  snapshot.sequence_number = sequence.value_or(0);  // unset in snapshots made when the table was v1
  HEALIX_TRY(snapshot.timestamp, RequiredTimestamp(json, "timestamp-ms"));
  HEALIX_TRY(const auto list, OptionalMember<std::string>(json, "manifest-list"));
  snapshot.manifest_list = list.value_or("");
  HEALIX_TRY(snapshot.manifests, ListOf<std::string>(json, "manifests"));
  if (snapshot.manifest_list.empty() && (format_version > 1 || !json.contains("manifests"))) {
    return MissingMember("manifest-list");
  }
  HEALIX_TRY(snapshot.summary, TextMapMember(json, "summary"));
  HEALIX_TRY(snapshot.schema_id, OptionalMember<std::int32_t>(json, "schema-id"));
  HEALIX_TRY(snapshot.first_row_id, OptionalMember<std::int64_t>(json, "first-row-id"));
  HEALIX_TRY(snapshot.added_rows, OptionalMember<std::int64_t>(json, "added-rows"));
  HEALIX_TRY(snapshot.key_id, OptionalMember<std::string>(json, "key-id"));
  return snapshot;
}

Status ReferencesFromJson(const Json& json, TableMetadata& table) {
  HEALIX_RETURN_IF_ERROR(RefsFromJson(json, table));
  HEALIX_RETURN_IF_ERROR(LogsFromJson(json, table));
  HEALIX_RETURN_IF_ERROR(AllStatisticsFromJson(json, table));
  return KeysFromJson(json, table);
}

void ReferencesToJson(const TableMetadata& table, Json& json) {
  Json refs = Json::object();
  for (const auto& [name, ref] : table.refs) refs[name] = RefToJson(ref);
  json["refs"] = std::move(refs);
  json["snapshot-log"] = Json::array();  // both logs are filled by PrintTableMetadata
  json["metadata-log"] = Json::array();
  StatisticsListsToJson(table, json);
  if (table.encryption_keys.empty()) return;
  Json keys = Json::array();
  for (const EncryptionKey& key : table.encryption_keys) keys.push_back(KeyToJson(key));
  json["encryption-keys"] = std::move(keys);
}

}  // namespace healix::lakehouse::iceberg
