// SPDX-License-Identifier: Apache-2.0
// Gate: a commit costs at most 2.5 times the same count of files, each written, synced and renamed
// in the same run; the 10,000th costs at most 1.5 times the 10th; the metadata file stays below
// 1 MiB. Ends with 1 when one is missed.
//
// A commit makes four files' worth of bytes durable: manifest, manifest list, metadata file and the
// catalogue's log. The baseline runs right behind each commit that counts and writes four files of
// the same sizes in one folder: temporary name, write, sync, rename. It is told twice, without and
// with a sync of the folder behind each rename (what ObjectStore::Put does); the gate is the first,
// which is the harder one.
//
// A disk drifts: the same plain writes took up to three times as long at the end of a run as at its
// start. So the 10,000th commit is also held against the 10th commit of a new table in the same
// home, the two by turns; see docs/design/2026-11-21-tables-and-sql.md.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "lakehouse/tables/test_warehouse.h"

namespace healix::lakehouse::tables {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kCommits = 10'000;
constexpr int kFirst = 3;    // the first commits make folders
constexpr int kSample = 41;  // commits around the 10th, in the middle and at the end that count
constexpr std::uint64_t kCatalogBytes = 16'384;  // about what one commit adds to the log
const TableName kName{"main", "t"};
const TableName kYoungName{"main", "young"};

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

void Must(const Status& status) { HEALIX_CHECK(status.has_value(), "the bench can write"); }

/// Writes files durably, with nothing else to do.
class PlainWrites final {
 public:
  enum class Folder : std::uint8_t { kLeft, kSynced };

  explicit PlainWrites(std::string folder) : folder_(std::move(folder)) {}

  double Run(const std::vector<std::uint64_t>& sizes, Folder sync) {
    const double cost = Measure([&] {
      for (std::size_t i = 0; i < sizes.size(); ++i) WriteOne(PathOf(i), sizes[i], sync);
    });
    for (std::size_t i = 0; i < sizes.size(); ++i) Must(files_.Remove(PathOf(i)));
    return cost;
  }

 private:
  std::string PathOf(std::size_t i) const { return fmt::format("{}/plain-{}", folder_, i); }

  void WriteOne(const std::string& path, std::uint64_t bytes, Folder sync) {
    {
      const auto file = files_.Open(path + ".tmp", base::OpenMode::kCreateNew).value();
      Must(file->WriteAt(0, base::AsBytes(std::string(bytes, 'x'))));
      Must(file->Sync());
    }
    Must(files_.Rename(path + ".tmp", path));
    if (sync == Folder::kSynced) Must(files_.SyncFolder(folder_));
  }

  base::FileSystem& files_ = base::PosixFileSystem();
  const std::string folder_;
};

/// Commits one more data file to a table and returns what that cost.
double Append(TestWarehouse& warehouse, const TableName& name, int number) {
  warehouse.clock().Advance(std::chrono::milliseconds(1));
  return Measure([&] {
    const TableSnapshot base = warehouse->Load(name).value();
    iceberg::DataFile file;
    file.path = fmt::format("{}/data/{}.parquet", base.metadata().location, number);
    file.record_count = 1000;
    file.size_bytes = 100'000;
    HEALIX_CHECK(CommitOn(*warehouse, base, {AppendFiles{{std::move(file)}}}).has_value(), "done");
  });
}

/// Returns the sizes of the files that the last commit wrote.
std::vector<std::uint64_t> LastSizes(TestWarehouse& warehouse) {
  const TableSnapshot table = warehouse->Load(kName).value();
  const std::string& list = table.snapshot()->manifest_list;
  const auto bytes = warehouse.objects().Get(list, std::uint64_t{1} << 30).value();
  const auto read = [&](const std::string&) -> Result<std::string> { return bytes; };
  const auto lines = iceberg::ManifestsOf(table.metadata(), *table.snapshot(), read);
  return {static_cast<std::uint64_t>(lines.value().front().length_bytes), bytes.size(),
          warehouse.objects().SizeOf(table.state().metadata_location).value(), kCatalogBytes};
}

/// What was measured around one point of the table's life.
struct Window {
  std::vector<double> commits;
  std::vector<double> plain;
  std::vector<double> plain_with_folder;
  std::vector<double> young;  ///< commits of a new table, by turns with `commits`
};

bool Judge(const char* what, double value, double limit) {
  const bool holds = value <= limit;
  fmt::print("{:<52} {:>10.3f}  limit {:>10.3f}  {}\n", what, value, limit,
             holds ? "ok" : "MISSED");
  return holds;
}

void Print(const char* when, const Window& window) {
  fmt::print(
      "{:<8} commit {:.3f} ms; 4 plain writes {:.3f} ms ({:.2f}x), with folder {:.3f} ms "
      "({:.2f}x)\n",
      when, Median(window.commits), Median(window.plain),
      Median(window.commits) / Median(window.plain), Median(window.plain_with_folder),
      Median(window.commits) / Median(window.plain_with_folder));
  if (!window.young.empty()) {
    fmt::print("{:<8} commit of a new table {:.3f} ms\n", "", Median(window.young));
  }
}

int Run(const std::string& folder) {
  TestWarehouse warehouse(base::PosixFileSystem(), folder + "/home");
  HEALIX_CHECK(MakeTable(*warehouse, kName).has_value(), "the table is made");
  HEALIX_CHECK(MakeTable(*warehouse, kYoungName).has_value(), "the new table is made");
  for (int i = 1; i < kFirst; ++i) Append(warehouse, kYoungName, i);
  PlainWrites plain(folder);
  Window early, middle, late;
  std::uint64_t metadata_bytes_max = 0;
  for (int i = 1; i <= kCommits; ++i) {
    // By turns which of the two goes first, as what was done just before counts too.
    const bool is_late = i > kCommits - kSample;
    double young = is_late && i % 2 == 0 ? Append(warehouse, kYoungName, i) : 0;
    const double cost = Append(warehouse, kName, i);
    if (is_late && i % 2 != 0) young = Append(warehouse, kYoungName, i);
    Window* window = nullptr;
    if (i >= kFirst && i < kFirst + kSample) window = &early;
    if (i > kCommits / 2 && i <= kCommits / 2 + kSample) window = &middle;
    if (is_late) window = &late;
    if (window == nullptr) continue;
    if (is_late) window->young.push_back(young);
    const auto sizes = LastSizes(warehouse);
    metadata_bytes_max = std::max(metadata_bytes_max, sizes[2]);
    window->commits.push_back(cost);
    window->plain.push_back(plain.Run(sizes, PlainWrites::Folder::kLeft));
    window->plain_with_folder.push_back(plain.Run(sizes, PlainWrites::Folder::kSynced));
  }
  Print("10th", early);
  Print("5,000th", middle);
  Print("10,000th", late);
  bool holds =
      Judge("10th commit / plain writes", Median(early.commits) / Median(early.plain), 2.5);
  holds &= Judge("10,000th commit / plain writes", Median(late.commits) / Median(late.plain), 2.5);
  holds &= Judge("10,000th commit / 10th commit of a new table by turns",
                 Median(late.commits) / Median(late.young), 1.5);
  holds &= Judge("10,000th commit / 10th commit, 30 s before",
                 Median(late.commits) / Median(early.commits), 1.5);
  fmt::print("meanwhile the same commit to a new table takes {:.2f} times as long\n",
             Median(late.young) / Median(early.commits));
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
