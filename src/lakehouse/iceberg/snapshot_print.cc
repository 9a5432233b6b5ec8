// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lakehouse/iceberg/metadata_json_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

bool IsPlain(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; });
}

void AppendText(std::string& out, std::string_view text) {
  if (IsPlain(text)) {
    out.append("\"").append(text).append("\"");
  } else {
    out += PrintJson(Json(text));
  }
}

void AppendNumber(std::string& out, std::string_view name, std::int64_t number) {
  out.append("\"").append(name).append("\":");
  fmt::format_to(std::back_inserter(out), "{},", number);
}

void AppendSummary(std::string& out, const Properties& summary) {
  if (summary.empty()) return;
  out += "\"summary\":{";
  for (const auto& [name, value] : summary) {
    AppendText(out, name);
    out += ':';
    AppendText(out, value);
    out += ',';
  }
  out.back() = '}';
  out += ',';
}

void AppendManifests(std::string& out, const Snapshot& snapshot) {
  if (!snapshot.manifest_list.empty()) {
    out += "\"manifest-list\":";
    AppendText(out, snapshot.manifest_list);
  } else {
    out += "\"manifests\":" + PrintJson(Json(snapshot.manifests));
  }
  out += ',';
}

/// Each member ends with a comma; the last one becomes the brace.
void AppendSnapshot(std::string& out, const Snapshot& snapshot, int format_version) {
  out += '{';
  if (format_version > 1) AppendNumber(out, "sequence-number", snapshot.sequence_number);
  AppendNumber(out, "snapshot-id", snapshot.snapshot_id);
  if (snapshot.parent_snapshot_id) {
    AppendNumber(out, "parent-snapshot-id", *snapshot.parent_snapshot_id);
  }
  AppendNumber(out, "timestamp-ms", MillisOf(snapshot.timestamp));
  AppendSummary(out, snapshot.summary);
  AppendManifests(out, snapshot);
  if (snapshot.schema_id) AppendNumber(out, "schema-id", *snapshot.schema_id);
  if (snapshot.first_row_id) AppendNumber(out, "first-row-id", *snapshot.first_row_id);
  if (snapshot.added_rows) AppendNumber(out, "added-rows", *snapshot.added_rows);
  if (snapshot.key_id) {
    out += "\"key-id\":";
    AppendText(out, *snapshot.key_id);
    out += ',';
  }
  out.back() = '}';
}

/// Prints `[`, the items and `]`.
template <typename Items, typename Append>
void AppendArray(std::string& out, const Items& items, Append&& append) {
  out += '[';
  for (const auto& item : items) {
    append(out, item);
    out += ',';
  }
  if (items.empty()) out += ' ';  // in the place of a comma
  out.back() = ']';
}

}  // namespace

const std::string& PrintedSnapshot::json() const {
  std::call_once(once_, [this] { AppendSnapshot(json_, snapshot_, kFormatVersionMax); });
  return json_;
}

std::size_t SnapshotsBytes(const TableMetadata& table) {
  std::size_t bytes = 2;
  for (const SnapshotList::Item& item : table.snapshots.items()) bytes += item->json().size() + 1;
  return bytes;
}

void AppendSnapshots(std::string& out, const TableMetadata& table) {
  if (table.format_version > 1) {
    AppendArray(out, table.snapshots.items(),
                [](std::string& to, const SnapshotList::Item& item) { to += item->json(); });
  } else {
    AppendArray(out, table.snapshots,
                [](std::string& to, const Snapshot& snapshot) { AppendSnapshot(to, snapshot, 1); });
  }
}

std::string SnapshotLogText(const TableMetadata& table) {
  std::string text;
  AppendArray(text, table.snapshot_log, [](std::string& out, const SnapshotLogEntry& entry) {
    out += '{';
    AppendNumber(out, "timestamp-ms", MillisOf(entry.timestamp));
    AppendNumber(out, "snapshot-id", entry.snapshot_id);
    out.back() = '}';
  });
  return text;
}

std::string MetadataLogText(const TableMetadata& table) {
  std::string text;
  AppendArray(text, table.metadata_log, [](std::string& out, const MetadataLogEntry& entry) {
    out += '{';
    AppendNumber(out, "timestamp-ms", MillisOf(entry.timestamp));
    out += "\"metadata-file\":";
    AppendText(out, entry.metadata_file);
    out += '}';
  });
  return text;
}

}  // namespace healix::lakehouse::iceberg
