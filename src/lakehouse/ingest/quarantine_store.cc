// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "lakehouse/ingest/quarantine_store_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using storage::records::Null;
using storage::records::Reader;
using storage::records::Row;
using storage::records::Transaction;
using storage::records::Value;

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t Unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

constexpr std::string_view kColumns =
    "id, source, kind, file, byte_offset, byte_length, line, sha256, code, type, ingest, "
    "arrived_at, resolved_by, file_sha256, member, extent";
constexpr int kKeptColumn = 16;  ///< behind these, where it is asked for

QuarantineEntry EntryFrom(const Row& row) {
  QuarantineEntry entry;
  entry.id = QuarantineId(row.Int(0));
  entry.source = row.Text(1);
  entry.kind = row.Text(2);
  entry.file = row.Text(3);
  entry.offset = Unsigned(row.Int(4));
  entry.length = Unsigned(row.Int(5));
  if (!row.IsNull(6)) entry.line = Unsigned(row.Int(6));
  entry.sha256 = row.Text(7);
  entry.code = row.Text(8);
  entry.type = row.Text(9);
  entry.ingest = IngestId(row.Text(10));
  entry.arrived_at = base::FromMicros(row.Int(11));
  if (!row.IsNull(12)) entry.resolved_by = row.Text(12);
  entry.file_sha256 = row.Text(13);
  entry.member = row.Text(14);
  if (row.Text(15) == Name(QuarantineExtent::kRest)) entry.extent = QuarantineExtent::kRest;
  return entry;
}

/// Gives the open entry for the rest of the same file its new place and reason. Returns whether
/// there is one.
Result<bool> UpdateRest(Transaction& transaction, const QuarantineEntry& entry) {
  HEALIX_TRY(const std::uint64_t changed,
             transaction.Execute(
                 "UPDATE ingest_quarantine SET byte_offset = ?, byte_length = ?, code = ? "
                 "WHERE file_sha256 = ? AND source = ? AND member = ? "
                 "AND extent = 'rest' AND resolved_by IS NULL",
                 {Value(Signed(entry.offset)), Value(Signed(entry.length)), Value(entry.code),
                  Value(entry.file_sha256), Value(entry.source), Value(entry.member)}));
  return changed > 0;
}

}  // namespace

Status SaveQuarantined(Transaction& transaction, const QuarantinedRecord& record) {
  const QuarantineEntry& entry = record.entry;
  if (entry.extent == QuarantineExtent::kRest) {
    HEALIX_TRY(const bool is_known, UpdateRest(transaction, entry));
    if (is_known) return {};
  }
  const auto inserted = transaction.Execute(
      "INSERT INTO ingest_quarantine (source, kind, file, byte_offset, byte_length, line, sha256, "
      "code, type, ingest, arrived_at, kept, file_sha256, member, extent) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {Value(entry.source), Value(entry.kind), Value(entry.file), Value(Signed(entry.offset)),
       Value(Signed(entry.length)), entry.line ? Value(Signed(*entry.line)) : Value(Null()),
       Value(entry.sha256), Value(entry.code), Value(entry.type), Value(entry.ingest.value()),
       Value(base::ToMicros(entry.arrived_at)), storage::records::Bytes(record.kept),
       Value(entry.file_sha256), Value(entry.member), Value(std::string(Name(entry.extent)))});
  return inserted ? Status() : Status(inserted.error());
}

Status SaveReasons(Transaction& transaction, const std::vector<RetriedEntry>& entries) {
  for (const RetriedEntry& entry : entries) {
    const auto changed =
        transaction.Execute("UPDATE ingest_quarantine SET code = ? WHERE id = ?",
                            {Value(std::string(Name(entry.code))), Value(entry.id.value())});
    if (!changed) return changed.error();
  }
  return {};
}

Status ResolveQuarantined(Transaction& transaction, const std::vector<QuarantineId>& ids,
                          const IngestId& ingest) {
  for (const QuarantineId& id : ids) {
    HEALIX_TRY(const std::uint64_t changed,
               transaction.Execute("UPDATE ingest_quarantine SET resolved_by = ? "
                                   "WHERE id = ? AND resolved_by IS NULL",
                                   {Value(ingest.value()), Value(id.value())}));
    if (changed != 1) {
      return MakeError(ErrorCode::kRecordsConflict, "another redrive has taken in entry {}",
                       id.value());
    }
  }
  return {};
}

Result<QuarantineId> LastQuarantineId(Reader& reader) {
  HEALIX_TRY(const auto row,
             reader.QueryFirst("SELECT COALESCE(MAX(id), 0) FROM ingest_quarantine"));
  return QuarantineId(row ? row->Int(0) : 0);
}

Result<std::vector<QuarantinedRecord>> FindQuarantined(Reader& reader,
                                                       const QuarantineFilter& filter) {
  std::string sql =
      "SELECT " + std::string(kColumns) + ", kept FROM ingest_quarantine WHERE id > ?";
  std::vector<Value> parameters = {Value(filter.after.value())};
  if (filter.id) {
    sql += " AND id = ?";
    parameters.emplace_back(filter.id->value());
  }
  if (filter.source) {
    sql += " AND source = ?";
    parameters.emplace_back(*filter.source);
  }
  if (filter.code) {
    sql += " AND code = ?";
    parameters.emplace_back(*filter.code);
  }
  if (filter.state == QuarantineFilter::State::kOpen) sql += " AND resolved_by IS NULL";
  if (filter.state == QuarantineFilter::State::kResolved) sql += " AND resolved_by IS NOT NULL";
  sql += " ORDER BY id LIMIT ?";
  parameters.emplace_back(Signed(filter.limit));
  std::vector<QuarantinedRecord> found;
  HEALIX_RETURN_IF_ERROR(reader.Each(sql, parameters, [&](const Row& row) -> Status {
    found.push_back({EntryFrom(row), row.Bytes(kKeptColumn)});
    return {};
  }));
  return found;
}

Result<std::vector<QuarantineEntry>> FindAnswerable(Reader& reader, std::size_t limit) {
  const std::string sql = "SELECT " + std::string(kColumns) +
                          " FROM ingest_quarantine WHERE resolved_by IS NULL AND "
                          "(code = ? OR extent = 'rest') ORDER BY id LIMIT ?";
  std::vector<QuarantineEntry> found;
  HEALIX_RETURN_IF_ERROR(
      reader.Each(sql, {Value(std::string(Name(ErrorCode::kInputTruncated))), Value(Signed(limit))},
                  [&](const Row& row) -> Status {
                    found.push_back(EntryFrom(row));
                    return {};
                  }));
  return found;
}

}  // namespace healix::lakehouse::ingest
