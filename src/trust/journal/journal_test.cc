// SPDX-License-Identifier: Apache-2.0
#include "trust/journal/journal.h"

#include <gtest/gtest.h>

#include "base/ids/uuid.h"
#include "base/testing/matchers.h"
#include "storage/records/on_each_database.h"

namespace healix::trust::journal {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using storage::records::Reader;
using storage::records::Transaction;

class JournalTest : public storage::records::OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(IsOk(MigrateJournal(store())));
  }

  Act MakeAct(ActKind kind) {
    return {.id = ActId(ids_.Next().ToString()), .kind = kind, .at = clock_.Now()};
  }
  Status Append(const Act& act) {
    return store().Write([&](Transaction& t) { return AppendAct(t, act); });
  }
  std::vector<Act> List(const ActQuery& query = {}) {
    return store().Read([&](Reader& r) { return ListActs(r, query); }).value();
  }

  base::TestClock clock_;
  base::SeededRandomness randomness_{1};
  base::UuidV7Source ids_{clock_, randomness_};
};

TEST_P(JournalTest, KeepsAnActAsItWas) {
  Act act = MakeAct(ActKind::kIngestBatch);
  act.attribution.purpose = "research";
  act.subjects = {{"raw.fhir", 42}, {"raw.lab_result", std::nullopt}};
  act.counts = {{"written", 10}, {"duplicate", 2}};
  act.detail_json = R"({"source":"east"})";
  ASSERT_TRUE(IsOk(Append(act)));
  const std::vector<Act> acts = List();
  ASSERT_EQ(acts.size(), 1u);
  EXPECT_EQ(acts[0].id, act.id);
  EXPECT_EQ(acts[0].kind, act.kind);
  EXPECT_EQ(acts[0].at, act.at);
  EXPECT_EQ(acts[0].attribution, act.attribution);
  EXPECT_EQ(acts[0].subjects, act.subjects);
  EXPECT_EQ(acts[0].counts, act.counts);
  EXPECT_EQ(acts[0].detail_json, act.detail_json);
  EXPECT_EQ(acts[0].attribution.principal, "local");
}

TEST_P(JournalTest, TheActSharesTheFateOfTheChange) {
  const Act act = MakeAct(ActKind::kTableAppend);
  const Status failed = store().Write([&](Transaction& t) -> Status {
    HEALIX_RETURN_IF_ERROR(AppendAct(t, act));
    return MakeError(ErrorCode::kCommitConflict, "the change did not happen");
  });
  EXPECT_TRUE(IsError(failed, ErrorCode::kCommitConflict));
  EXPECT_TRUE(List().empty());
}

TEST_P(JournalTest, WritesAnActOnce) {
  Act act = MakeAct(ActKind::kTableAppend);
  act.subjects = {{"raw.fhir", 1}};
  ASSERT_TRUE(IsOk(Append(act)));
  ASSERT_TRUE(IsOk(Append(act)));
  ASSERT_EQ(List().size(), 1u);
  EXPECT_EQ(List()[0].subjects.size(), 1u);
}

TEST_P(JournalTest, RefusesWhatIsNotAnAct) {
  Act act = MakeAct(ActKind::kTableAppend);
  for (const char* detail : {"", "[]", "1", "{", R"({"a":1,"a":2})", "{} {}"}) {
    act.detail_json = detail;
    EXPECT_TRUE(IsError(Append(act), ErrorCode::kInvalidArgument)) << detail;
  }
  act = MakeAct(ActKind::kTableAppend);
  act.id = ActId("seven");
  EXPECT_TRUE(IsError(Append(act), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(List().empty());
}

TEST_P(JournalTest, ListsInOrderAndByKind) {
  std::vector<ActId> appended;
  for (int i = 0; i < 6; ++i) {
    const Act act = MakeAct(i % 2 == 0 ? ActKind::kTableAppend : ActKind::kTableExpire);
    ASSERT_TRUE(IsOk(Append(act)));
    appended.push_back(act.id);
    clock_.Advance(std::chrono::milliseconds(i));
  }
  const auto ids_of = [](const std::vector<Act>& acts) {
    std::vector<ActId> ids;
    for (const Act& act : acts) ids.push_back(act.id);
    return ids;
  };
  EXPECT_EQ(ids_of(List()), appended);
  EXPECT_EQ(ids_of(List({.kind = ActKind::kTableExpire, .after = appended[1], .limit = 2})),
            (std::vector<ActId>{appended[3], appended[5]}));
  EXPECT_EQ(ids_of(List({.kind = {}, .after = {}, .limit = 2})),
            (std::vector<ActId>{appended[0], appended[1]}));
}

HEALIX_ON_EACH_DATABASE(JournalTest);

TEST(ActKindTest, KnowsEveryKindByNumberAndName) {
  EXPECT_EQ(Describe(ActKind::kIngestBatch).name, "ingest.batch");
  EXPECT_EQ(Describe(ActKind::kQueryRun).act_class, ActClass::kDisclosure);
  EXPECT_EQ(ParseActKind("table.undrop").value(), ActKind::kTableUndrop);
  EXPECT_TRUE(IsError(ParseActKind("table.explode"), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::trust::journal
