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

constexpr std::size_t kItemBytes = 700;  // about a snapshot with its summary

/// Prints `[`, the items and `]`.
template <typename Items, typename Append>
std::string ArrayText(const Items& items, Append&& append) {
  std::string out = "[";
  out.reserve(items.size() * kItemBytes);
  for (const auto& item : items) {
    append(out, item);
    out += ',';
  }
  if (items.empty()) return "[]";
  out.back() = ']';
  return out;
}

}  // namespace

std::string SnapshotsText(const TableMetadata& table) {
  return ArrayText(table.snapshots, [&table](std::string& out, const Snapshot& snapshot) {
    AppendSnapshot(out, snapshot, table.format_version);
  });
}

std::string SnapshotLogText(const TableMetadata& table) {
  return ArrayText(table.snapshot_log, [](std::string& out, const SnapshotLogEntry& entry) {
    out += '{';
    AppendNumber(out, "timestamp-ms", MillisOf(entry.timestamp));
    AppendNumber(out, "snapshot-id", entry.snapshot_id);
    out.back() = '}';
  });
}

}  // namespace healix::lakehouse::iceberg
