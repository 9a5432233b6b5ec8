// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <span>
#include <string>

#include "lakehouse/ingest/version_index_internal.h"
#include "lakehouse/ingest/version_runs_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using storage::records::Reader;
using storage::records::Row;
using storage::records::RowBatch;
using storage::records::Transaction;
using storage::records::Value;

constexpr std::size_t kKeysPerQuery = 512;
constexpr std::size_t kKeysPerInsert = 4096;

Value ToValue(const VersionKey& key) { return storage::records::Bytes(key.text()); }

VersionKey KeyFrom(const Row& row) {
  VersionKey key;
  const std::string& bytes = row.Bytes(0);
  std::copy_n(bytes.data(), std::min(bytes.size(), key.bytes.size()), key.bytes.data());
  return key;
}

/// Returns the query for `count` keys; few texts, so that each is prepared once.
std::string FindSql(std::string_view table, std::size_t count) {
  std::string sql = "SELECT version FROM ";
  sql.append(table).append(" WHERE version IN (?");
  for (std::size_t i = 1; i < count; ++i) sql += ",?";
  return sql + ")";
}

Result<VersionKeySet> FindIn(Reader& reader, std::string_view table,
                             const std::vector<VersionKey>& keys) {
  VersionKeySet stored;
  for (std::size_t begin = 0; begin < keys.size(); begin += kKeysPerQuery) {
    const std::size_t count = std::min(kKeysPerQuery, keys.size() - begin);
    std::vector<Value> parameters;
    parameters.reserve(std::bit_ceil(count));
    for (std::size_t i = 0; i < count; ++i) parameters.push_back(ToValue(keys[begin + i]));
    parameters.resize(std::bit_ceil(count), parameters.back());
    HEALIX_RETURN_IF_ERROR(
        reader.Each(FindSql(table, parameters.size()), parameters, [&](const Row& row) -> Status {
          stored.Insert(KeyFrom(row));
          return {};
        }));
  }
  return stored;
}

/// The least and the greatest key that a version of the record can have.
KeyRange RangeOf(const VersionKey& record) {
  KeyRange range{record, record};
  std::fill(range.first.bytes.begin() + VersionKey::kRecordBytes, range.first.bytes.end(), '\0');
  std::fill(range.last.bytes.begin() + VersionKey::kRecordBytes, range.last.bytes.end(), '\xff');
  return range;
}

Status InsertInto(Transaction& transaction, std::string table, std::span<const VersionKey> keys) {
  if (keys.empty()) return {};
  RowBatch batch;
  batch.table = std::move(table);
  batch.columns = {"version"};
  batch.values.reserve(keys.size());
  for (const VersionKey& key : keys) batch.values.push_back(ToValue(key));
  const auto inserted = transaction.InsertIgnore(batch);
  return inserted ? Status() : Status(inserted.error());
}

/// Takes all runs into the table.
Status Sweep(Transaction& transaction, RunNumber last_run) {
  HEALIX_TRY(RunMerge merge, RunMerge::Open(transaction));
  std::vector<VersionKey> slice;
  slice.reserve(kKeysPerInsert);
  while (true) {
    HEALIX_TRY(const std::optional<VersionKey> key, merge.Next());
    if (key) slice.push_back(*key);
    if (key && slice.size() < kKeysPerInsert) continue;
    HEALIX_RETURN_IF_ERROR(InsertInto(transaction, "ingest_versions", slice));
    slice.clear();
    if (!key) return ReplaceRuns(transaction, last_run);
  }
}

}  // namespace

Result<VersionKeySet> FindStored(Reader& reader, const std::vector<VersionKey>& keys) {
  HEALIX_TRY(VersionKeySet stored, FindIn(reader, "ingest_versions", keys));
  std::vector<KeyRange> ranges;
  ranges.reserve(keys.size());
  for (const VersionKey& key : keys) ranges.push_back({key, key});
  std::sort(ranges.begin(), ranges.end(),
            [](const KeyRange& a, const KeyRange& b) { return a.first < b.first; });
  HEALIX_RETURN_IF_ERROR(
      EachKeyInRuns(reader, ranges, [&](const VersionKey& key) { stored.Insert(key); }));
  return stored;
}

Result<VersionKeySet> FindMarked(Reader& reader, const std::vector<VersionKey>& keys) {
  return FindIn(reader, "ingest_deleted_versions", keys);
}

Result<bool> HasMarks(Reader& reader) {
  HEALIX_TRY(const auto row,
             reader.QueryFirst("SELECT version FROM ingest_deleted_versions LIMIT 1", {}));
  return row.has_value();
}

Result<StoredVersions> FindVersions(Reader& reader, const VersionKey& record) {
  const KeyRange range = RangeOf(record);
  std::vector<VersionKey> versions;
  const auto keep = [&](const VersionKey& key) { versions.push_back(key); };
  HEALIX_RETURN_IF_ERROR(EachKeyInRuns(reader, std::span(&range, 1), keep));
  HEALIX_RETURN_IF_ERROR(
      reader.Each("SELECT version FROM ingest_versions WHERE version >= ? AND version <= ?",
                  {ToValue(range.first), ToValue(range.last)}, [&](const Row& row) -> Status {
                    keep(KeyFrom(row));
                    return {};
                  }));
  std::sort(versions.begin(), versions.end());
  StoredVersions found;
  found.is_known = !versions.empty();
  HEALIX_TRY(const VersionKeySet marked, FindMarked(reader, versions));
  for (const VersionKey& version : versions) {
    if (!marked.Contains(version)) found.unmarked.push_back(version);
  }
  return found;
}

Status InsertMarks(Transaction& transaction, const std::vector<VersionKey>& keys) {
  return InsertInto(transaction, "ingest_deleted_versions", keys);
}

Result<bool> HasRecord(Reader& reader, const VersionKey& key) {
  const KeyRange range = RangeOf(key);
  bool has = false;
  HEALIX_RETURN_IF_ERROR(
      EachKeyInRuns(reader, std::span(&range, 1), [&](const VersionKey&) { has = true; }));
  if (has) return true;
  HEALIX_TRY(const auto row, reader.QueryFirst("SELECT version FROM ingest_versions "
                                               "WHERE version >= ? AND version <= ? LIMIT 1",
                                               {ToValue(range.first), ToValue(range.last)}));
  return row.has_value();
}

Result<bool> VersionWriter::IsFull(Reader& reader) const {
  HEALIX_TRY(const std::int64_t blocks, CountBlocks(reader));
  if (blocks >= limits_.blocks_max) return true;
  HEALIX_TRY(const std::vector<RunNumber> runs, FindRuns(reader));
  return runs.size() >= limits_.runs_max;
}

Result<RunNumber> VersionWriter::Insert(Transaction& transaction,
                                        const std::vector<VersionKey>& keys) const {
  HEALIX_TRY(const RunNumber last_run, FindLastRun(transaction));
  if (keys.empty()) return last_run;
  std::vector<VersionKey> sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  bool is_taken = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  if (!is_taken && known_run_ != last_run) {
    HEALIX_TRY(const VersionKeySet stored, FindStored(transaction, sorted));
    is_taken = stored.size() > 0;
  }
  if (is_taken) {
    return MakeError(ErrorCode::kRecordsConflict, "another ingest has taken in the same records");
  }
  const RunNumber run = last_run + 1;
  HEALIX_RETURN_IF_ERROR(InsertRun(transaction, run, sorted, limits_.block_keys));
  HEALIX_TRY(const bool is_full, IsFull(transaction));
  if (is_full) HEALIX_RETURN_IF_ERROR(Sweep(transaction, run));
  return run;
}

}  // namespace healix::lakehouse::ingest
