// SPDX-License-Identifier: Apache-2.0
// Gate: a commit costs at most 2.5 times the same count of write+fsync+rename, the 10,000th at most
// 1.5 times the 10th, and the metadata file stays below 1 MiB. Ends with 1 when one is missed.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "lakehouse/tables/warehouse.h"
#include "storage/records/sqlite_store.h"

namespace healix::lakehouse::tables {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kCommits = 10'000;
constexpr int kSample = 21;         // commits around the 10th and the last whose median is taken
constexpr int kFilesPerCommit = 4;  // manifest, manifest list, metadata file, store

template <typename Work>
double Measure(Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return Milliseconds(std::chrono::steady_clock::now() - begin).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Stands in for the engine; commits don't need it.
class NoEngine final : public engine::Engine {
  static Error Refuse() { return MakeError(ErrorCode::kUnsupported, "no engine here"); }
  Result<std::unique_ptr<engine::ResultStream>> Query(std::shared_ptr<const engine::Scope>,
                                                      std::string_view,
                                                      engine::QueryOptions) override {
    return Refuse();
  }
  Result<std::vector<engine::ResultColumn>> Describe(std::shared_ptr<const engine::Scope>,
                                                     std::string_view) override {
    return Refuse();
  }
  Result<std::vector<engine::WrittenFile>> WriteParquet(engine::WriteSource,
                                                        const engine::WriteOptions&) override {
    return Refuse();
  }
  Result<engine::ParquetInfo> InspectParquet(const std::string&) override { return Refuse(); }
};

/// Writes files of a commit's kind durably, with nothing else to do.
double PlainWrites(const std::string& folder, int round) {
  base::FileSystem& files = base::PosixFileSystem();
  const std::string content(8'000, 'x');
  return Measure([&] {
    for (int i = 0; i < kFilesPerCommit; ++i) {
      const std::string path = fmt::format("{}/plain-{}-{}", folder, round, i);
      const auto file = files.Open(path + ".tmp", base::OpenMode::kCreateNew).value().release();
      HEALIX_CHECK(file->WriteAt(0, base::AsBytes(content)).has_value(), "written");
      HEALIX_CHECK(file->Sync().has_value(), "synced");
      delete file;
      HEALIX_CHECK(files.Rename(path + ".tmp", path).has_value(), "renamed");
    }
  });
}

/// A warehouse with one table that grows commit by commit.
class GrowingTable final {
 public:
  explicit GrowingTable(const std::string& folder) {
    base::FileSystem& files = base::PosixFileSystem();
    storage::records::SqliteOptions store;
    store.path = folder + "/catalog.db";
    store_ = storage::records::OpenSqlite(files, store).value();
    objects_ = storage::objects::ObjectStore::Open(files, {folder + "/warehouse", ""}).value();
    warehouse_ = Warehouse::Open({*store_, *objects_, engine_, files}, {}).value();
    NewTableLayout layout;
    layout.schema.fields.push_back(
        {1, "id", false, iceberg::Primitive(iceberg::TypeId::kLong), {}, {}, {}});
    CommitRequest request;
    request.tables.push_back(
        {kName, std::nullopt, {CreateTable{warehouse_->PlanTable(kName, layout).value()}}});
    HEALIX_CHECK(warehouse_->Commit(request).has_value(), "the table is made");
  }

  double Append(int number) {
    return Measure([&] {
      const TableSnapshot base = warehouse_->Load(kName).value();
      iceberg::DataFile file;
      file.path = fmt::format("{}/data/{}.parquet", base.metadata().location, number);
      file.record_count = 1000;
      file.size_bytes = 100'000;
      CommitRequest request;
      request.tables.push_back({kName, base, {AppendFiles{{std::move(file)}}}});
      HEALIX_CHECK(warehouse_->Commit(request).has_value(), "committed");
    });
  }
  std::uint64_t MetadataBytes() {
    return objects_->SizeOf(warehouse_->Load(kName)->state().metadata_location).value();
  }

 private:
  const TableName kName{"main", "t"};
  NoEngine engine_;
  std::unique_ptr<storage::records::Store> store_;
  std::unique_ptr<storage::objects::ObjectStore> objects_;
  std::unique_ptr<Warehouse> warehouse_;
};

bool Judge(const char* what, double value, double limit) {
  const bool holds = value <= limit;
  fmt::print("{:<44} {:>10.3f}  limit {:>10.3f}  {}\n", what, value, limit,
             holds ? "ok" : "MISSED");
  return holds;
}

int Run(const std::string& folder) {
  GrowingTable table(folder);
  std::vector<double> early;
  std::vector<double> late;
  std::vector<double> plain;
  std::uint64_t metadata_bytes_max = 0;
  for (int i = 1; i <= kCommits; ++i) {
    const double cost = table.Append(i);
    if (i >= 3 && i < 3 + kSample) early.push_back(cost);
    if (i > kCommits - kSample) late.push_back(cost);
    if (i < kSample * 10 || i > kCommits - kSample * 10) plain.push_back(PlainWrites(folder, i));
    if (i % 100 == 0) metadata_bytes_max = std::max(metadata_bytes_max, table.MetadataBytes());
  }
  fmt::print("commit: 10th {:.3f} ms, {}th {:.3f} ms; {} plain writes {:.3f} ms\n", Median(early),
             kCommits, Median(late), kFilesPerCommit, Median(plain));
  bool holds = Judge("10th commit / plain writes", Median(early) / Median(plain), 2.5);
  holds &= Judge("10,000th commit / 10th commit", Median(late) / Median(early), 1.5);
  holds &= Judge("metadata file, MiB", static_cast<double>(metadata_bytes_max) / (1 << 20), 1.0);
  return holds ? 0 : 1;
}

}  // namespace
}  // namespace healix::lakehouse::tables

int main() {
  std::string name = (std::filesystem::temp_directory_path() / "healix-bench-XXXXXX").string();
  const std::string folder = ::mkdtemp(name.data());
  const int status = healix::lakehouse::tables::Run(folder);
  std::filesystem::remove_all(folder);
  return status;
}
