// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/view_metadata.h"

#include <algorithm>
#include <set>

#include "lakehouse/iceberg/metadata_json_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr int kViewFormatVersion = 1;

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kMetadataInvalid, "a view is wrong: {}", SafeReason(reason));
}

Result<std::vector<SqlRepresentation>> RepresentationsFromJson(const Json& version) {
  HEALIX_TRY(const Json* list, ListMember(version, "representations", Presence::kRequired));
  std::vector<SqlRepresentation> representations;
  std::set<std::string> dialects;
  for (const Json& item : *list) {
    HEALIX_TRY(const std::string kind, RequiredMember<std::string>(item, "type"));
    if (kind != "sql") {
      return MakeError(ErrorCode::kMetadataUnsupported, "a view representation is not SQL");
    }
    SqlRepresentation representation;
    HEALIX_TRY(representation.sql, RequiredMember<std::string>(item, "sql"));
    HEALIX_TRY(representation.dialect, RequiredMember<std::string>(item, "dialect"));
    if (!dialects.insert(representation.dialect).second) {
      return Invalid("it has two texts in one dialect");
    }
    representations.push_back(std::move(representation));
  }
  return representations;
}

Result<ViewVersion> VersionFromJson(const Json& json) {
  ViewVersion version;
  HEALIX_TRY(version.version_id, RequiredMember<std::int64_t>(json, "version-id"));
  HEALIX_TRY(version.schema_id, RequiredMember<std::int32_t>(json, "schema-id"));
  HEALIX_TRY(version.timestamp, RequiredTimestamp(json, "timestamp-ms"));
  if (FindMember(json, "summary") == nullptr) return MissingMember("summary");
  HEALIX_TRY(version.summary, TextMapMember(json, "summary"));
  HEALIX_TRY(version.representations, RepresentationsFromJson(json));
  HEALIX_TRY(version.default_catalog, OptionalMember<std::string>(json, "default-catalog"));
  if (FindMember(json, "default-namespace") == nullptr) return MissingMember("default-namespace");
  HEALIX_TRY(version.default_namespace, ListOf<std::string>(json, "default-namespace"));
  return version;
}

Status ReadLists(const Json& json, ViewMetadata& view) {
  HEALIX_TRY(const Json* schemas, ListMember(json, "schemas", Presence::kRequired));
  for (const Json& item : *schemas) {
    HEALIX_TRY(Schema schema, SchemaFromJson(item));
    view.schemas.push_back(std::move(schema));
  }
  HEALIX_TRY(const Json* versions, ListMember(json, "versions", Presence::kRequired));
  for (const Json& item : *versions) {
    HEALIX_TRY(ViewVersion version, VersionFromJson(item));
    view.versions.push_back(std::move(version));
  }
  HEALIX_TRY(const Json* log, ListMember(json, "version-log", Presence::kRequired));
  for (const Json& item : *log) {
    ViewLogEntry entry;
    HEALIX_TRY(entry.timestamp, RequiredTimestamp(item, "timestamp-ms"));
    HEALIX_TRY(entry.version_id, RequiredMember<std::int64_t>(item, "version-id"));
    view.version_log.push_back(entry);
  }
  return {};
}

Status CheckReferences(const ViewMetadata& view) {
  std::set<std::int32_t> schema_ids;
  for (const Schema& schema : view.schemas) {
    if (!schema_ids.insert(schema.schema_id).second) return Invalid("two schemas have one id");
  }
  std::set<std::int64_t> version_ids;
  for (const ViewVersion& version : view.versions) {
    if (!version_ids.insert(version.version_id).second) return Invalid("two versions have one id");
    if (!schema_ids.contains(version.schema_id))
      return Invalid("the schema of a version is absent");
  }
  if (!version_ids.contains(view.current_version_id))
    return Invalid("its current version is absent");
  return {};
}

Json VersionToJson(const ViewVersion& version) {
  Json representations = Json::array();
  for (const SqlRepresentation& text : version.representations) {
    representations.push_back({{"type", "sql"}, {"sql", text.sql}, {"dialect", text.dialect}});
  }
  Json json{{"version-id", version.version_id},
            {"timestamp-ms", MillisOf(version.timestamp)},
            {"schema-id", version.schema_id}};
  json["summary"] = version.summary;
  if (version.default_catalog) json["default-catalog"] = *version.default_catalog;
  json["default-namespace"] = version.default_namespace;
  json["representations"] = std::move(representations);
  return json;
}

}  // namespace

const ViewVersion& ViewMetadata::CurrentVersion() const {
  const auto found = std::ranges::find(versions, current_version_id, &ViewVersion::version_id);
  HEALIX_CHECK(found != versions.end(), "a view without its current version");
  return *found;
}

Result<ViewMetadata> ParseViewMetadata(std::string_view text) {
  HEALIX_TRY(const Json json, ParseJson(text));
  HEALIX_TRY(const std::int32_t format, RequiredMember<std::int32_t>(json, "format-version"));
  if (format != kViewFormatVersion) {
    return MakeError(ErrorCode::kMetadataUnsupported, "view format version {} is not supported",
                     format);
  }
  ViewMetadata view;
  HEALIX_TRY(view.view_uuid, RequiredMember<std::string>(json, "view-uuid"));
  HEALIX_TRY(view.location, RequiredMember<std::string>(json, "location"));
  HEALIX_TRY(view.current_version_id, RequiredMember<std::int64_t>(json, "current-version-id"));
  HEALIX_TRY(view.properties, TextMapMember(json, "properties"));
  HEALIX_RETURN_IF_ERROR(ReadLists(json, view));
  HEALIX_RETURN_IF_ERROR(CheckReferences(view));
  return view;
}

std::string PrintViewMetadata(const ViewMetadata& view) {
  Json json{{"view-uuid", view.view_uuid},
            {"format-version", kViewFormatVersion},
            {"location", view.location},
            {"current-version-id", view.current_version_id}};
  json["properties"] = view.properties;
  Json schemas = Json::array();
  for (const Schema& schema : view.schemas) schemas.push_back(SchemaToJson(schema));
  json["schemas"] = std::move(schemas);
  Json versions = Json::array();
  for (const ViewVersion& version : view.versions) versions.push_back(VersionToJson(version));
  json["versions"] = std::move(versions);
  Json log = Json::array();
  for (const ViewLogEntry& entry : view.version_log) {
    log.push_back({{"timestamp-ms", MillisOf(entry.timestamp)}, {"version-id", entry.version_id}});
  }
  json["version-log"] = std::move(log);
  return PrintJson(json);
}

}  // namespace healix::lakehouse::iceberg
