// SPDX-License-Identifier: Apache-2.0
// How fast the ingest's key index grows, and what one small commit costs, alone and shared.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "base/ids/randomness.h"
#include "base/io/file_system.h"
#include "storage/records/sqlite_store.h"

namespace healix::storage::records {
namespace {

/// A store in a folder of its own, with a key index.
class BenchStore final {
 public:
  BenchStore() {
    std::string name = (std::filesystem::temp_directory_path() / "healix-bench-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    SqliteOptions options;
    options.path = folder_ + "/bench.db";
    store_ = OpenSqlite(base::PosixFileSystem(), options).value();
    const auto made = store_->Write([](Transaction& t) {
      return t.Execute(
          "CREATE TABLE key_index (key BLOB PRIMARY KEY, version INTEGER NOT NULL) STRICT, "
          "WITHOUT ROWID");
    });
    HEALIX_CHECK(made, "the table is made");
  }
  ~BenchStore() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  Store& operator*() { return *store_; }

 private:
  std::string folder_;
  std::unique_ptr<Store> store_;
};

void AddRandomKeys(RowBatch& batch, base::Randomness& randomness, std::int64_t rows) {
  for (std::int64_t row = 0; row < rows; ++row) {
    std::string key(16, '\0');
    randomness.Fill(std::as_writable_bytes(std::span(key)));
    batch.values.push_back(Value(Blob{std::move(key)}));
    batch.values.push_back(row);
  }
}

/// Inserts random 16-byte keys into an index that has `range(1)` keys already.
void InsertKeys(benchmark::State& state) {
  BenchStore store;
  base::SeededRandomness randomness(1);
  const auto insert = [&](const RowBatch& batch) {
    const auto is_new = (*store).Write([&](Transaction& t) { return t.InsertIgnore(batch); });
    HEALIX_CHECK(is_new && is_new->size() * 2 == batch.values.size(), "the keys are inserted");
  };
  for (std::int64_t there = 0; there < state.range(1); there += 100'000) {
    RowBatch batch{"key_index", {"key", "version"}, 1, {}};
    AddRandomKeys(batch, randomness, 100'000);
    insert(batch);
  }
  for (auto _ : state) {
    state.PauseTiming();
    RowBatch batch{"key_index", {"key", "version"}, 1, {}};
    AddRandomKeys(batch, randomness, state.range(0));
    state.ResumeTiming();
    insert(batch);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(InsertKeys)
    ->Args({100'000, 0})
    ->Args({100'000, 2'000'000})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// One row per commit from `threads` callers at once: group commit shares the sync.
void SmallCommits(benchmark::State& state) {
  static std::unique_ptr<BenchStore> store;
  if (state.thread_index() == 0) store = std::make_unique<BenchStore>();
  base::SeededRandomness randomness(static_cast<std::uint64_t>(state.thread_index()) + 7);
  for (auto _ : state) {
    RowBatch batch{"key_index", {"key", "version"}, 1, {}};
    AddRandomKeys(batch, randomness, 1);
    const auto done = (**store).Write([&](Transaction& t) { return t.InsertIgnore(batch); });
    HEALIX_CHECK(done, "the key is inserted");
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) store.reset();
}
BENCHMARK(SmallCommits)->Threads(1)->Threads(16)->UseRealTime();

}  // namespace
}  // namespace healix::storage::records

BENCHMARK_MAIN();
