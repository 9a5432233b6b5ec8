// SPDX-License-Identifier: Apache-2.0
// Takes the power away at each sync point of the whole program and looks at what is left. The disk
// is the twin in memory, which forgets what was not synced; test/functional/test_crash.py kills.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <regex>
#include <set>

#include "app/stack.h"
#include "base/io/fault_file_system.h"
#include "base/io/sync_points.h"
#include "base/testing/matchers.h"
#include "base/testing/table_row.h"
#include "data_engineering/synthetic/generate.h"
#include "lakehouse/ingest/ingest.h"
#include "lakehouse/ingest/quarantine.h"
#include "lakehouse/ingest/zstd_frames_testing.h"

namespace healix::app {
namespace {

using base::FaultFileSystem;
using base::FaultOptions;
using ::healix::testing::IsOk;
namespace ingest = lakehouse::ingest;
namespace tables = lakehouse::tables;

using Ids = std::vector<std::string>;

constexpr int kHitsPerPoint = 3;
constexpr int kTriesPerPoint = 9;
constexpr const char* kHome = "/home";
constexpr const char* kSettings =
    "home:\n  lock_wait_ms: 0\ntables:\n  snapshots_max: 2\n  drop_retention_hours: 0\n"
    "engine:\n  threads: 1\n";
const tables::TableName kVisits{"main", "visits"};

/// `a000` and so on: they sort as they count.
Ids Numbers(const std::string& prefix, int begin, int end) {
  Ids ids;
  for (int i = begin; i < end; ++i) ids.push_back(prefix + std::to_string(100 + i));
  return ids;
}

std::string Lines(const Ids& ids) {
  std::string lines;
  for (const std::string& id : ids) {
    lines += R"({"resourceType":"Patient","id":")" + id + "\"}\n";
  }
  return lines;
}

/// One block a line, so that a torn frame still gives the lines before the tear.
std::string ZstdFrameOf(const Ids& ids) {
  std::vector<ingest::ZstdBlock> blocks;
  for (const std::string& id : ids) blocks.push_back(ingest::ZstdRaw(Lines({id})));
  return ingest::ZstdFrame(blocks);
}

/// So small that a file is several batches.
ingest::Limits Limits() {
  ingest::Limits limits;
  limits.batch_records_max = 25;
  return limits;
}

Result<Ids> Column(Stack& stack, const std::string& sql) {
  const auto session = stack.NewSession();
  HEALIX_TRY(const auto answer, session->Run(sql));
  Ids ids;
  while (true) {
    HEALIX_TRY(const auto rows, answer.rows->NextRows());
    if (rows.empty()) return ids;
    for (const auto& row : rows) ids.push_back(row[0].text);
  }
}

template <typename T>
Status StatusOf(const Result<T>& result) {
  return result ? Status() : Status(result.error());
}

/// One life of a home, from before it was made. It is itself the oracle: what was acknowledged is
/// known here and nowhere on the disk.
class Story {
 public:
  explicit Story(FaultFileSystem& disk) : disk_(disk) {}

  /// Goes on behind the last step that was acknowledged, to the end or the first error.
  Status Run() {
    const std::vector<std::function<Status()>> steps = {
        [&] { return MakeHome(); },
        [&] { return Synthesise(); },
        [&] { return Take("/in/a.ndjson", Numbers("a", 0, 60)); },
        [&] { return Take("/in/b.ndjson", Numbers("b", 0, 30)); },
        [&] { return TakeTorn("/in/c.ndjson.zst", Numbers("c", 0, 40)); },
        [&] { return RedriveWhole("/in/c.ndjson.zst"); },
        [&] {
          return Change(
              "CREATE TABLE main.visits AS SELECT 'v' || (i + 100) AS id FROM "
              "range(0, 20) t(i)",
              Numbers("v", 0, 20));
        },
        [&] {
          return Change(
              "INSERT INTO main.visits SELECT 'v' || (i + 100) FROM "
              "range(20, 30) t(i)",
              Numbers("v", 0, 30));
        },
        [&] { return Change("DELETE FROM main.visits WHERE id >= 'v125'", Numbers("v", 0, 25)); },
        [&] { return StatusOf(stack_->maintenance().Compact(kVisits, {})); },
        [&] { return Expire(); },
        [&] { return RemoveOrphans(); },
        [&] { return DropAndPurge(); },
        [&] { return RunJob(); }};
    for (; done_ < steps.size(); ++done_) {
      if (!stack_ && is_made_) {
        HEALIX_TRY(stack_, Stack::Open(kHome, {}, disk_));
      }
      HEALIX_RETURN_IF_ERROR(steps[done_]());
    }
    return {};
  }

  /// Forgets the running program; what is open fails silently, for the power is gone.
  void Crash() {
    stack_.reset();
    disk_.Reopen();
  }

  /// Compares what the disk holds with what was acknowledged.
  void Check() {
    if (!is_made_) return;
    stack_.reset();
    auto opened = Stack::Open(kHome, {}, disk_);
    ASSERT_TRUE(IsOk(opened));
    stack_ = std::move(opened).value();
    for (const auto& receipt : receipts_) {
      EXPECT_TRUE(IsOk(ingest::VerifyReceipt(stack_->ingest_parts(), receipt)));
    }
    for (const auto& [file, sent] : sent_) CheckFile(file, sent);
    CheckVisits();
  }

  /// Everything that was sent is there, once.
  void CheckAll() {
    Check();
    EXPECT_EQ(complete_.size(), sent_.size());
    EXPECT_EQ(Column(*stack_, "SELECT id FROM raw.patient").value().size(), 130u);
  }

 private:
  Status MakeHome() {
    HEALIX_RETURN_IF_ERROR(storage::home::Home::Create(disk_, kHome));
    const storage::home::HomeLayout layout{kHome};
    HEALIX_RETURN_IF_ERROR(base::WriteFileDurably(disk_, layout.SettingsFile(), kSettings));
    HEALIX_RETURN_IF_ERROR(trust::keys::SigningKey::Create(disk_, layout.KeysFolder()));
    HEALIX_TRY(stack_, Stack::Open(kHome, {}, disk_));
    is_made_ = true;
    return {};
  }

  /// An export with a manifest is whole. Files of one without are never overwritten.
  Status Synthesise() {
    const std::string folder = "/export" + std::to_string(++exports_begun_);
    return StatusOf(
        data_engineering::synthetic::Generate(disk_, {.patients = 1, .seed = 1, .folder = folder}));
  }

  Status Take(const std::string& file, const Ids& ids) {
    sent_[file] = ids;
    HEALIX_RETURN_IF_ERROR(Send(file, Lines(ids)));
    HEALIX_RETURN_IF_ERROR(TakeIn(file));
    complete_.insert(file);
    return {};
  }

  /// The sender's disk stopped within the frame; what lies before is taken in.
  Status TakeTorn(const std::string& file, const Ids& ids) {
    sent_[file] = ids;
    const std::string frame = ZstdFrameOf(ids);
    HEALIX_RETURN_IF_ERROR(Send(file, frame.substr(0, frame.size() * 2 / 3)));
    return TakeIn(file);
  }

  /// The file is sent again whole, and what was kept aside is tried again.
  Status RedriveWhole(const std::string& file) {
    HEALIX_RETURN_IF_ERROR(Send(file, ZstdFrameOf(sent_[file])));
    HEALIX_TRY(const auto outcome, ingest::RedriveQuarantine(stack_->ingest_parts(), {}, Limits()));
    receipts_.insert(receipts_.end(), outcome.receipts.begin(), outcome.receipts.end());
    for (const ingest::RedriveRefusal& stayed : outcome.stayed) {
      // The piece of a record before the tear is in no file any more.
      if (stayed.error.code() != ErrorCode::kInputTruncated) return stayed.error;
    }
    complete_.insert(file);
    return {};
  }

  /// The sender's part: the file is durable before healix hears of it.
  Status Send(const std::string& file, const std::string& bytes) {
    HEALIX_RETURN_IF_ERROR(disk_.MakeFolders("/in"));
    HEALIX_RETURN_IF_ERROR(disk_.SyncFolder("/"));
    return base::WriteFileDurably(disk_, file, bytes);
  }

  Status TakeIn(const std::string& file) {
    ingest::IngestRequest request;
    request.paths = {file};
    request.source = "ward";
    request.limits = Limits();
    HEALIX_TRY(const auto outcome, ingest::Ingest(stack_->ingest_parts(), request));
    if (outcome.stopped) return *outcome.stopped;
    receipts_.push_back(outcome.receipt.id);
    return {};
  }

  /// A statement is done whole or not at all, so it is not repeated when it is done.
  Status Change(const std::string& sql, const Ids& after) {
    pending_visits_ = after;
    const auto stored = StoredVisits();
    if (!stored || *stored != after) {
      HEALIX_RETURN_IF_ERROR(stack_->NewSession()->Run(sql));
    }
    visits_ = after;
    pending_visits_.reset();
    return {};
  }

  Status Expire() {
    tables::ExpireOptions options;
    options.older_than = stack_->clock().Now();
    return StatusOf(stack_->maintenance().Expire(kVisits, options, {}));
  }

  /// What a crash left is old on this disk, whose clock stands still.
  Status RemoveOrphans() {
    HEALIX_TRY(const auto table, stack_->warehouse().Load(kVisits));
    const std::string folder =
        table.metadata().location.substr(std::string("file://").size()) + "/data";
    HEALIX_RETURN_IF_ERROR(base::WriteFileDurably(disk_, folder + "/left.parquet", "left"));
    HEALIX_RETURN_IF_ERROR(stack_->maintenance().RemoveOrphans(kVisits, {}));
    EXPECT_FALSE(disk_.Stat(folder + "/left.parquet").has_value());
    return {};
  }

  Status DropAndPurge() {
    const std::string sql =
        "DROP TABLE IF EXISTS main.gone; CREATE TABLE main.gone AS SELECT 1 AS n;"
        "DROP TABLE main.gone";
    HEALIX_RETURN_IF_ERROR(stack_->NewSession()->RunAll(sql, [](auto) { return Status(); }));
    return StatusOf(stack_->maintenance().PurgeDropped({}));
  }

  Status RunJob() {
    auto& jobs = stack_->jobs();
    HEALIX_RETURN_IF_ERROR(jobs.ReleaseAbandoned());
    HEALIX_RETURN_IF_ERROR(jobs.Enqueue({.kind = "test", .unique_key = "one"}));
    HEALIX_TRY(const auto claimed, jobs.Claim({"test"}, "story"));
    return claimed ? jobs.Complete(claimed->lease, "{}") : Status();
  }

  Result<Ids> StoredVisits() { return Column(*stack_, "SELECT id FROM main.visits ORDER BY id"); }

  void CheckFile(const std::string& file, const Ids& sent) {
    const auto stored = Column(
        *stack_, "SELECT id FROM raw.patient WHERE file = '" + file + "' ORDER BY \"offset\"");
    if (!stored) {
      EXPECT_TRUE(complete_.empty()) << stored.error().ToString();
      return;
    }
    ASSERT_LE(stored->size(), sent.size());
    EXPECT_TRUE(std::equal(stored->begin(), stored->end(), sent.begin())) << "not the front";
    EXPECT_TRUE(stored->size() == sent.size() || !complete_.contains(file)) << "lost: " << file;
  }

  void CheckVisits() {
    const auto stored = StoredVisits();
    if (!stored) {
      EXPECT_TRUE(::healix::testing::IsError(stored, ErrorCode::kTableNotFound));
      EXPECT_TRUE(visits_.empty());
      return;
    }
    EXPECT_TRUE(*stored == visits_ || (pending_visits_ && *stored == *pending_visits_));
  }

  FaultFileSystem& disk_;
  std::unique_ptr<Stack> stack_;
  bool is_made_ = false;
  std::size_t done_ = 0;  ///< steps acknowledged
  int exports_begun_ = 0;
  std::map<std::string, Ids> sent_;
  std::set<std::string> complete_;
  std::vector<ingest::ReceiptId> receipts_;
  Ids visits_;
  std::optional<Ids> pending_visits_;
};

FaultOptions Disk(std::uint64_t seed) {
  FaultOptions options;
  options.seed = seed;
  // Every file on it is old, also for those who look for orphans.
  options.now = [] { return std::chrono::system_clock::now() - std::chrono::hours(24 * 365); };
  return options;
}

/// Counts how often each point is passed by a life without a crash.
std::map<std::string, std::uint64_t> PassedPoints() {
  static std::mutex mutex;
  static std::map<std::string, std::uint64_t> passed;
  base::SetSyncPointHook(
      [](std::string_view name, void*) {
        const std::lock_guard lock(mutex);
        ++passed[std::string(name)];
      },
      nullptr);
  FaultFileSystem disk(Disk(0));
  Story story(disk);
  EXPECT_TRUE(IsOk(story.Run()));
  base::SetSyncPointHook(nullptr, nullptr);
  story.CheckAll();
  return passed;
}

/// Returns every name that the sources give to SyncPoint().
std::set<std::string> NamesInSources() {
  namespace fs = std::filesystem;
  const std::regex call(R"re(SyncPoint\("([a-z_.]+)"\))re");
  std::set<std::string> names;
  const fs::path sources = fs::path(HEALIX_TESTDATA).parent_path().parent_path();
  for (const auto& entry : fs::recursive_directory_iterator(sources)) {
    const std::string file = entry.path().filename().string();
    if (!file.ends_with(".cc") || file.ends_with("_test.cc")) continue;
    std::ifstream input(entry.path());
    const std::string text(std::istreambuf_iterator<char>(input), {});
    for (std::sregex_iterator at(text.begin(), text.end(), call), end; at != end; ++at) {
      names.insert((*at)[1]);
    }
  }
  return names;
}

/// Lives until the power goes at a pass of `point`, looks, and lives on; false if it never went.
bool LosePowerAt(const std::string& point, std::uint64_t nth, std::uint64_t seed) {
  SCOPED_TRACE(point + ":" + std::to_string(nth) + " seed " + std::to_string(seed));
  FaultFileSystem disk(Disk(seed));
  Story story(disk);
  disk.CrashAtSyncPoint(point, nth);
  const Status ended = story.Run();
  const bool has_crashed = disk.crashed();
  EXPECT_TRUE(has_crashed || IsOk(ended));
  story.Crash();
  story.Check();
  EXPECT_TRUE(IsOk(story.Run())) << "a second run completes the work";
  story.CheckAll();
  return has_crashed;
}

TEST(PowerLossTest, NothingAcknowledgedIsLostAtAnySyncPoint) {
  const auto passed = PassedPoints();
  ASSERT_FALSE(HasFailure());
  for (const std::string& name : NamesInSources()) {
    EXPECT_TRUE(passed.contains(name)) << name << " is not reached by the story";
  }
  for (const auto& [point, count] : passed) {
    int hits = 0;
    for (int attempt = 0; hits < kHitsPerPoint && attempt < kTriesPerPoint; ++attempt) {
      const std::uint64_t nth = 1 + (count - 1) * static_cast<std::uint64_t>(attempt % 3) / 2;
      if (LosePowerAt(point, nth, static_cast<std::uint64_t>(attempt) + 1)) ++hits;
    }
    EXPECT_GE(hits, kHitsPerPoint) << point;
    ::healix::testing::AddTableRow("Crash: hits at sync points",
                                   {{"point", point}, {"power_loss", std::to_string(hits)}});
  }
}

}  // namespace
}  // namespace healix::app
