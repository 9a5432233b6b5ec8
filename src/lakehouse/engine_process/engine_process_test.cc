// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine_process/engine_process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>

#include "base/io/sync_points.h"
#include "lakehouse/engine/engine_fixture.h"
#include "lakehouse/engine_process/worker_testing.h"

namespace healix::lakehouse::engine_process {
namespace {

using engine::AllRows;
using testing::IsError;
using testing::IsOk;

constexpr const char* kEndlessQuery =
    "SELECT count(*) FROM range(100000000000) a(i) WHERE hash(i) = 1";

/// Does nothing when there is no worker: 0 would name the group of this process.
void KillWorkerOf(const EngineProcess& engine) {
  if (const auto worker = engine.process_id()) ::kill(*worker, SIGKILL);
}

class EngineProcessTest : public engine::EngineTest {
 protected:
  void SetUp() override { Start(WorkerOptions(Options())); }

  void Start(EngineProcessOptions options) {
    auto started = EngineProcess::Create(std::move(options));
    ASSERT_TRUE(IsOk(started));
    process_ = started->get();
    engine_ = std::move(*started);
  }

  void KillWorker() const { KillWorkerOf(*process_); }

  std::string FileOfProcess(const std::string& name) const {
    std::ifstream file("/proc/" + std::to_string(process_->process_id().value_or(0)) + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  EngineProcess* process_ = nullptr;
};

std::size_t CountIn(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::uint64_t PeakMemoryKib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "VmHWM:") {
  }
  std::uint64_t kib = 0;
  status >> kib;
  return kib;
}

TEST_F(EngineProcessTest, StopCancelsWhatRunsAndWhatComes) {
  std::stop_source source;
  EngineProcessOptions options = WorkerOptions(Options());
  options.engine.stop = source.get_token();
  Start(std::move(options));
  auto busy = engine_->Query(nullptr, kEndlessQuery, {});
  ASSERT_TRUE(IsOk(busy));
  std::thread stopper([&] { source.request_stop(); });
  EXPECT_TRUE(IsError((*busy)->NextRows(), ErrorCode::kCancelled));
  stopper.join();
  EXPECT_EQ(Ask("SELECT 1"), "CANCELLED");
}

TEST_F(EngineProcessTest, AKilledProcessFailsItsCallsAndIsReplaced) {
  const auto first = process_->process_id();
  auto idle = engine_->Query(nullptr, "SELECT i FROM range(1000000) t(i)", {});
  ASSERT_TRUE(IsOk(idle));
  ASSERT_TRUE(IsOk((*idle)->NextRows()));
  auto busy = engine_->Query(nullptr, kEndlessQuery, {});
  ASSERT_TRUE(IsOk(busy));
  std::thread killer([&] { KillWorker(); });
  EXPECT_TRUE(IsError((*busy)->NextRows(), ErrorCode::kEngineFailed));
  killer.join();
  EXPECT_TRUE(IsError((*idle)->NextRows(), ErrorCode::kEngineFailed));
  EXPECT_TRUE(IsError((*idle)->Schema(), ErrorCode::kEngineFailed));
  EXPECT_EQ((*idle)->Progress(), -1);
  (*idle)->Cancel();
  EXPECT_EQ(Ask("SELECT 42"), "42");
  EXPECT_NE(process_->process_id(), first);
}

TEST_F(EngineProcessTest, RunawayMemoryStaysInTheProcess) {
  EngineProcessOptions options = WorkerOptions(Options());
  options.engine.memory_bytes_max = std::uint64_t{64} << 20;
  options.headroom_bytes = std::uint64_t{128} << 20;
  Start(options);
  const std::uint64_t before_kib = PeakMemoryKib();
  // DuckDB does not count the texts of a vector against its own limit.
  const std::string answer = Ask("SELECT length(repeat('x', 3000000000))");
  EXPECT_TRUE(answer == "MEMORY_EXCEEDED" || answer == "ENGINE_FAILED") << answer;
  EXPECT_LT(PeakMemoryKib() - before_kib, std::uint64_t{100} << 10);
  EXPECT_EQ(Ask("SELECT 1"), "1");
}

TEST_F(EngineProcessTest, AWriteWhoseProcessDiesFails) {
  struct Killing {
    std::unique_ptr<engine::ResultStream> rows;
    std::function<void()> kill;
  };
  // A second engine feeds the first, so that only the writer dies.
  auto other = EngineProcess::Create(WorkerOptions(Options()));
  ASSERT_TRUE(IsOk(other));
  Killing source{(*other)->Query(nullptr, "SELECT i FROM range(100000) t(i)", {}).value(),
                 [&] { KillWorker(); }};
  ArrowArrayStream stream{};
  stream.private_data = &source;
  stream.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
    *out = static_cast<Killing*>(self->private_data)->rows->Schema().value().Release();
    return 0;
  };
  stream.get_next = [](ArrowArrayStream* self, ArrowArray* out) {
    auto& killing = *static_cast<Killing*>(self->private_data);
    killing.kill();
    *out = killing.rows->Next().value()->Release();
    return 0;
  };
  stream.get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
  stream.release = [](ArrowArrayStream* self) { self->release = nullptr; };
  iceberg::Schema schema;
  schema.fields = {engine::MakeField(1, "i", iceberg::TypeId::kLong)};
  EXPECT_TRUE(IsError(engine_->WriteParquet(engine::ArrowSource{engine::ArrowStreamOwner(stream)},
                                            Write(schema, "lost")),
                      ErrorCode::kEngineFailed));
  EXPECT_TRUE(IsOk(WriteSql(Write(schema, "kept"), "SELECT 1")));
}

TEST_F(EngineProcessTest, SyncPointsArePassedInTheParent) {
  static std::mutex mutex;
  static std::multiset<std::string> passed;
  base::SetSyncPointHook(
      [](std::string_view name, void*) {
        const std::lock_guard guard(mutex);
        passed.emplace(name);
      },
      nullptr);
  iceberg::Schema schema;
  schema.fields = {engine::MakeField(1, "i", iceberg::TypeId::kLong)};
  const auto written = WriteSql(Write(schema, "synced"), "SELECT 1");
  base::SetSyncPointHook(nullptr, nullptr);
  ASSERT_TRUE(IsOk(written));
  EXPECT_EQ(passed.count("engine.file.before_sync"), 1u);
  EXPECT_EQ(passed.count("engine.write.files_synced"), 1u);
}

TEST_F(EngineProcessTest, TheProcessGetsNoSecretAndNoDescriptor) {
  const std::string path = folder_ / "open.txt";
  ASSERT_TRUE(IsOk(base::WriteFileDurably(files(), path, "open")));
  FILE* const open = std::fopen(path.c_str(), "r");  // as a careless library does, without CLOEXEC
  ::setenv("HEALIX_RECORDS_CONNECTION", "password=hush", 1);
  Start(WorkerOptions(Options()));
  ::unsetenv("HEALIX_RECORDS_CONNECTION");
  std::fclose(open);
  EXPECT_EQ(FileOfProcess("environ").find("hush"), std::string::npos);
  const std::string folder = "/proc/" + std::to_string(process_->process_id().value_or(0)) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_NE(std::filesystem::read_symlink(entry.path()).string(), path);
  }
  EXPECT_NE(FileOfProcess("limits").find("Max core file size        0 "), std::string::npos);
}

TEST_F(EngineProcessTest, AProgramThatDoesNotStartIsAnErrorAndKillsNobody) {
  EngineProcessOptions options = WorkerOptions(Options());
  options.command = {"/absent/program"};
  // Who killed id 0 would end the group of this process; it depended on which thread was first.
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(IsError(EngineProcess::Create(options), ErrorCode::kEngineFailed));
  }
}

TEST_F(EngineProcessTest, ManyStartsLeaveNothingBehind) {
  engine_.reset();
  const char* const kills = std::getenv("HEALIX_TEST_KILLS");
  const int starts = kills != nullptr ? std::atoi(kills) : 20;
  const std::size_t descriptors = CountIn("/proc/self/fd");
  const std::size_t threads = CountIn("/proc/self/task");
  for (int i = 0; i < starts; ++i) {
    auto started = EngineProcess::Create(WorkerOptions(Options()));
    ASSERT_TRUE(IsOk(started));
    if (i % 3 == 0) KillWorkerOf(**started);
    if (i % 3 == 1) {
      ASSERT_TRUE(IsOk((*started)->Query(nullptr, "SELECT 1", {})));
    }
  }
  EXPECT_EQ(CountIn("/proc/self/fd"), descriptors);
  EXPECT_EQ(CountIn("/proc/self/task"), threads);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a process is left";
}

TEST_F(EngineProcessTest, AStreamOutlivesItsEngine) {
  auto stream = engine_->Query(nullptr, "SELECT i FROM range(3) t(i)", {});
  ASSERT_TRUE(IsOk(stream));
  engine_.reset();
  const auto rows = AllRows(**stream);
  ASSERT_TRUE(IsOk(rows));
  EXPECT_EQ(*rows, "0\n1\n2");
}

TEST_F(EngineProcessTest, ProgramsThatAreNoWorkerAreErrors) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"/no/such/program"},
        {"/bin/false"},
        {"/bin/sh", "-c", "echo 'nonsense, and more than a header of it' >&3; exec sleep 600"}}) {
    EngineProcessOptions options = WorkerOptions(Options());
    options.command = command;
    EXPECT_TRUE(IsError(EngineProcess::Create(options), ErrorCode::kEngineFailed)) << command[0];
  }
}

TEST_F(EngineProcessTest, AWorkerWithoutParentSaysSo) {
  EXPECT_EQ(WEXITSTATUS(std::system((WorkerProgram() + " 3<&-").c_str())), 2);
}

/// Returns the Arrow format of a column and all below it.
std::string FormatOf(const ArrowSchema& schema) {
  std::string text = std::string(schema.name) + ":" + schema.format;
  // `d:38,2` and `d:38,2,128` are the same: 128 bits are meant where no width stands.
  if (schema.format[0] == 'd' && text.ends_with(",128")) text.resize(text.size() - 4);
  for (std::int64_t i = 0; i < schema.n_children; ++i)
    text += "(" + FormatOf(*schema.children[i]) + ")";
  if (schema.dictionary != nullptr) text += "[" + FormatOf(*schema.dictionary) + "]";
  return text;
}

TEST_F(EngineProcessTest, EveryArrowTypeArrivesAsTheEngineGivesIt) {
  const auto in_process = engine::Engine::Create(files(), Options());
  ASSERT_TRUE(IsOk(in_process));
  for (const char* value : {"1::TINYINT",
                            "1::HUGEINT",
                            "1::UBIGINT",
                            "1.5::DECIMAL(38,2)",
                            "1.5::FLOAT",
                            "'x'",
                            "'x'::BLOB",
                            "true",
                            "NULL",
                            "uuid()",
                            "DATE '2024-01-31'",
                            "TIME '08:00:01'",
                            "TIMESTAMP '2024-01-31 08:00:00'",
                            "TIMESTAMPTZ '2024-01-31 08:00:00+01'",
                            "'2024-01-31 08:00:00'::TIMESTAMP_NS",
                            "INTERVAL 1 MONTH",
                            "'a'::ENUM('a', 'b')",
                            "[1, NULL]",
                            "[1, 2]::INTEGER[2]",
                            "{'a': 1, 'b': ['x']}",
                            "MAP {'k': 1}",
                            "union_value(num := 2)",
                            "'101'::BIT",
                            "'{\"a\": 1}'::JSON"}) {
    const std::string sql = std::string("SELECT ") + value + " AS v FROM range(3)";
    auto far = engine_->Query(nullptr, sql, {});
    auto near = (*in_process)->Query(nullptr, sql, {});
    ASSERT_TRUE(IsOk(far)) << value;
    ASSERT_TRUE(IsOk(near)) << value;
    const auto schema = (*far)->Schema();
    ASSERT_TRUE(IsOk(schema)) << value;
    EXPECT_EQ(FormatOf(*schema->get().children[0]), FormatOf(*(*near)->Schema()->get().children[0]))
        << value;
    const auto batch = (*far)->Next();
    ASSERT_TRUE(IsOk(batch)) << value;
    ASSERT_TRUE(batch->has_value()) << value;
    EXPECT_EQ((**batch).get().length, 3) << value;
    const auto end = (*far)->Next();
    EXPECT_TRUE(end.has_value() && !end->has_value()) << value;
  }
}

TEST_F(EngineProcessTest, BatchesOfLongRowsArriveInPieces) {
  auto stream = engine_->Query(nullptr, "SELECT repeat('x', 1000000) FROM range(50)", {});
  ASSERT_TRUE(IsOk(stream));
  std::int64_t rows = 0;
  int batches = 0;
  while (true) {
    const auto batch = (*stream)->Next();
    ASSERT_TRUE(IsOk(batch));
    if (!batch->has_value()) break;
    rows += (**batch).get().length;
    ++batches;
  }
  EXPECT_EQ(rows, 50);
  EXPECT_GE(batches, 3);
}

TEST_F(EngineProcessTest, BadOptionsAreRefused) {
  EngineProcessOptions options = WorkerOptions(Options());
  options.command.clear();
  EXPECT_TRUE(IsError(EngineProcess::Create(options), ErrorCode::kInvalidArgument));
  options = WorkerOptions(Options());
  options.headroom_bytes = 0;
  EXPECT_TRUE(IsError(EngineProcess::Create(options), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::lakehouse::engine_process
