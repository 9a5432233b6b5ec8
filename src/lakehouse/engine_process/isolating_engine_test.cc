// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine_process/isolating_engine.h"

#include <memory>

#include "lakehouse/engine/engine_fixture.h"
#include "lakehouse/engine_process/worker_testing.h"

namespace healix::lakehouse::engine_process {
namespace {

using engine::AllRows;
using testing::IsError;
using testing::IsOk;

class IsolatingEngineTest : public engine::EngineTest {
 protected:
  void SetUp() override {
    auto created = IsolatingEngine::Create(base::PosixFileSystem(), WorkerOptions(Options()));
    ASSERT_TRUE(IsOk(created));
    isolating_ = created->get();
    engine_ = std::move(*created);
  }

  static std::shared_ptr<const engine::Scope> Isolated() {
    auto scope = std::make_shared<engine::Scope>();
    scope->isolation = engine::Isolation::kOwnProcess;
    return scope;
  }

  IsolatingEngine* isolating_ = nullptr;
};

TEST_F(IsolatingEngineTest, OnlyWhatAsksForItRunsInAProcessOfItsOwn) {
  ASSERT_TRUE(IsOk(engine_->Query(nullptr, "SELECT 1", {})));
  ASSERT_TRUE(IsOk(engine_->Describe(std::make_shared<engine::Scope>(), "SELECT 1")));
  EXPECT_EQ(isolating_->child_process_id(), std::nullopt);
  ASSERT_TRUE(IsOk(engine_->Query(Isolated(), "SELECT 1", {})));
  const auto child = isolating_->child_process_id();
  EXPECT_NE(child, std::nullopt);
  ASSERT_TRUE(IsOk(engine_->Describe(Isolated(), "SELECT 1")));
  EXPECT_EQ(isolating_->child_process_id(), child);
}

TEST_F(IsolatingEngineTest, BothAnswerAtTheSameTime) {
  auto here = engine_->Query(nullptr, "SELECT sum(i)::BIGINT FROM range(1000) t(i)", {});
  auto there = engine_->Query(Isolated(), "SELECT median(i) FROM range(1001) t(i)", {});
  ASSERT_TRUE(IsOk(here));
  ASSERT_TRUE(IsOk(there));
  EXPECT_EQ(AllRows(**there).value(), "500");
  EXPECT_EQ(AllRows(**here).value(), "499500");
}

TEST_F(IsolatingEngineTest, AWriteRunsWhereItsScopeSays) {
  iceberg::Schema schema;
  schema.fields = {engine::MakeField(1, "m", iceberg::TypeId::kDouble)};
  const auto written =
      engine_->WriteParquet(engine::SqlSource{Isolated(), "SELECT median(i) FROM range(1001) t(i)"},
                            Write(schema, "isolated"));
  ASSERT_TRUE(IsOk(written));
  EXPECT_EQ(written->front().record_count, 1U);
  EXPECT_NE(isolating_->child_process_id(), std::nullopt);
}

TEST_F(IsolatingEngineTest, AProgramThatIsNotThereFailsOnlyWhatNeedsIt) {
  EngineProcessOptions options = WorkerOptions(Options());
  options.command = {"/absent/program"};
  const auto engine = IsolatingEngine::Create(base::PosixFileSystem(), std::move(options)).value();
  EXPECT_TRUE(IsOk(engine->Query(nullptr, "SELECT 1", {})));
  EXPECT_TRUE(IsError(engine->Query(Isolated(), "SELECT 1", {}), ErrorCode::kEngineFailed));
  EXPECT_TRUE(IsOk(engine->Query(nullptr, "SELECT 1", {})));
}

}  // namespace
}  // namespace healix::lakehouse::engine_process
