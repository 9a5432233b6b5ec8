// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "lakehouse/ingest/version_runs_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using storage::records::Reader;
using storage::records::Row;
using storage::records::RowBatch;
using storage::records::Transaction;
using storage::records::Value;

Value ToValue(const VersionKey& key) { return storage::records::Bytes(key.text()); }

std::string_view BytesOf(std::span<const VersionKey> keys) {
  static_assert(sizeof(VersionKey) == sizeof(VersionKey::bytes), "keys lie without gaps");
  return {reinterpret_cast<const char*>(keys.data()), keys.size_bytes()};
}

Result<std::vector<VersionKey>> KeysFrom(const std::string& bytes) {
  if (bytes.size() % sizeof(VersionKey) != 0) {
    return MakeError(ErrorCode::kRecordsDamaged, "a block of version keys is cut off");
  }
  std::vector<VersionKey> keys(bytes.size() / sizeof(VersionKey));
  if (!keys.empty()) std::memcpy(keys.data(), bytes.data(), bytes.size());
  return keys;
}

/// Runs a query that gives one block, or none.
Result<std::vector<VersionKey>> ReadBlock(Reader& reader, std::string_view sql,
                                          const std::vector<Value>& parameters) {
  HEALIX_TRY(const auto row, reader.QueryFirst(sql, parameters));
  if (!row) return std::vector<VersionKey>();
  return KeysFrom(row->Bytes(0));
}

/// Returns the block in which `key` would lie.
Result<std::vector<VersionKey>> BlockOf(Reader& reader, std::int64_t run, const VersionKey& key) {
  return ReadBlock(reader,
                   "SELECT keys FROM ingest_version_runs WHERE run = ? AND first_key <= ? "
                   "ORDER BY first_key DESC LIMIT 1",
                   {Value(run), ToValue(key)});
}

Result<std::vector<VersionKey>> BlockBehind(Reader& reader, std::int64_t run,
                                            const VersionKey& key) {
  return ReadBlock(reader,
                   "SELECT keys FROM ingest_version_runs WHERE run = ? AND first_key > ? "
                   "ORDER BY first_key LIMIT 1",
                   {Value(run), ToValue(key)});
}

Result<std::int64_t> Number(Reader& reader, std::string_view sql) {
  HEALIX_TRY(const auto row, reader.QueryFirst(sql));
  HEALIX_CHECK(row.has_value(), "an aggregate gives a row");
  return row->Int(0);
}

Status EachKeyInRun(Reader& reader, std::int64_t run, std::span<const KeyRange> ranges,
                    const std::function<void(const VersionKey&)>& on_key) {
  std::vector<VersionKey> block;
  for (const KeyRange& range : ranges) {
    if (block.empty() || block.back() < range.first) {
      HEALIX_TRY(block, BlockOf(reader, run, range.first));
    }
    while (true) {
      auto key = std::lower_bound(block.begin(), block.end(), range.first);
      for (; key != block.end() && *key <= range.last; ++key) on_key(*key);
      if (key != block.end()) break;
      // The range may go on in the block behind.
      const VersionKey last = block.empty() ? range.first : block.back();
      if (!block.empty() && last >= range.last) break;
      HEALIX_TRY(std::vector<VersionKey> next, BlockBehind(reader, run, last));
      if (next.empty() && block.empty()) return {};  // the run ends before this range
      if (next.empty()) break;
      block = std::move(next);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::int64_t>> FindRuns(Reader& reader) {
  std::vector<std::int64_t> runs;
  // Leaps from run to run: grouping would look at each block.
  while (true) {
    HEALIX_TRY(const std::int64_t next, [&]() -> Result<std::int64_t> {
      HEALIX_TRY(const auto row, reader.QueryFirst("SELECT COALESCE(MIN(run), 0) FROM "
                                                   "ingest_version_runs WHERE run > ?",
                                                   {Value(runs.empty() ? 0 : runs.back())}));
      HEALIX_CHECK(row.has_value(), "an aggregate gives a row");
      return row->Int(0);
    }());
    if (next == 0) return runs;
    runs.push_back(next);
  }
}

Result<std::int64_t> FindLastRun(Reader& reader) {
  return Number(reader, "SELECT COALESCE(MAX(run), 0) FROM ingest_version_runs");
}

Result<std::int64_t> CountBlocks(Reader& reader) {
  return Number(reader, "SELECT COUNT(*) FROM ingest_version_runs");
}

Status EachKeyInRuns(Reader& reader, std::span<const KeyRange> ranges,
                     const std::function<void(const VersionKey&)>& on_key) {
  HEALIX_TRY(const std::vector<std::int64_t> runs, FindRuns(reader));
  for (const std::int64_t run : runs) {
    HEALIX_RETURN_IF_ERROR(EachKeyInRun(reader, run, ranges, on_key));
  }
  return {};
}

Status InsertRun(Transaction& transaction, std::int64_t run, std::span<const VersionKey> sorted,
                 std::size_t block_keys) {
  RowBatch batch;
  batch.table = "ingest_version_runs";
  batch.columns = {"run", "first_key", "keys"};
  batch.key_columns = 2;
  while (!sorted.empty()) {
    const auto keys = sorted.first(std::min(block_keys, sorted.size()));
    sorted = sorted.subspan(keys.size());
    batch.values.insert(batch.values.end(), {Value(run), ToValue(keys.front()),
                                             storage::records::Bytes(BytesOf(keys))});
  }
  HEALIX_TRY(const std::vector<bool> is_new, transaction.InsertIgnore(batch));
  if (std::find(is_new.begin(), is_new.end(), false) != is_new.end()) {
    return MakeError(ErrorCode::kRecordsConflict, "another ingest committed at the same time");
  }
  return {};
}

Status ReplaceRuns(Transaction& transaction, std::int64_t last_run) {
  const auto removed = transaction.Execute("DELETE FROM ingest_version_runs");
  if (!removed) return removed.error();
  const auto marked = transaction.Execute(
      "INSERT INTO ingest_version_runs (run, first_key, keys) VALUES (?, ?, ?)",
      {Value(last_run), storage::records::Bytes(""), storage::records::Bytes("")});
  return marked ? Status() : Status(marked.error());
}

Result<RunMerge> RunMerge::Open(Reader& reader) {
  RunMerge merge(reader);
  HEALIX_TRY(const std::vector<std::int64_t> runs, FindRuns(reader));
  for (const std::int64_t run : runs) {
    Cursor cursor;
    cursor.run = run;
    HEALIX_TRY(const bool has_keys, merge.Load(cursor));
    if (has_keys) merge.heap_.push_back(std::move(cursor));
  }
  std::make_heap(merge.heap_.begin(), merge.heap_.end(),
                 [](const Cursor& a, const Cursor& b) { return a.key() > b.key(); });
  return merge;
}

Result<std::optional<VersionKey>> RunMerge::Next() {
  if (heap_.empty()) return std::optional<VersionKey>();
  const auto is_later = [](const Cursor& a, const Cursor& b) { return a.key() > b.key(); };
  std::pop_heap(heap_.begin(), heap_.end(), is_later);
  Cursor& cursor = heap_.back();
  const VersionKey key = cursor.key();
  bool has_more = ++cursor.at < cursor.keys.size();
  if (!has_more) {
    HEALIX_TRY(has_more, Load(cursor));
  }
  if (has_more) {
    std::push_heap(heap_.begin(), heap_.end(), is_later);
  } else {
    heap_.pop_back();
  }
  return std::optional(key);
}

Result<bool> RunMerge::Load(Cursor& cursor) {
  const VersionKey behind = cursor.keys.empty() ? VersionKey() : cursor.keys.back();
  HEALIX_TRY(cursor.keys, BlockBehind(*reader_, cursor.run, behind));
  cursor.at = 0;
  return !cursor.keys.empty();
}

}  // namespace healix::lakehouse::ingest
