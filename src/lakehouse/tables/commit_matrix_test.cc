// SPDX-License-Identifier: Apache-2.0
// Runs each pair of operations at the same time and compares with the two serial orders.
// Rows are modelled by names: the data file `r.1-2.<n>` holds rows 1 and 2, the delete file
// `d.2.<n>` deletes row 2 of the file it refers to.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <map>
#include <thread>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/tables/test_warehouse.h"

namespace healix::lakehouse::tables {
namespace {

using ::healix::testing::IsOk;
using ::healix::testing::TempFolder;
using Rows = std::multiset<int>;

const TableName kTable{"main", "t"};
const TableName kRenamed{"main", "renamed"};

std::string Join(const Rows& rows) {
  std::string text;
  for (const int row : rows) text += (text.empty() ? "" : "-") + std::to_string(row);
  return text;
}

Rows RowsIn(const std::string& location) {
  const std::size_t begin = location.find('.', location.rfind('/')) + 1;
  const std::string text = location.substr(begin, location.find('.', begin) - begin);
  Rows rows;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('-', at), text.size());
    rows.insert(std::stoi(text.substr(at, end - at)));
    at = end + 1;
  }
  return rows;
}

/// A table of the model and the operations on it.
class Model final {
 public:
  Model() : warehouse_(base::PosixFileSystem(), folder_ / "home") {}

  /// Makes a fresh table with two files, rows 1 2 3 and 4 5 6, and 1 already deleted.
  TableSnapshot Reset() {
    const auto listed = warehouse_->ListTables();
    for (const TableEntry& table : listed.value()) {
      EXPECT_TRUE(IsOk(CommitOn(*warehouse_, *warehouse_->Load(table.name), {DropTable{}})));
    }
    const TableSnapshot empty = MakeTable(*warehouse_, kTable).value();
    const iceberg::DataFile first = DataFile(empty, {1, 2, 3});
    const iceberg::DataFile second = DataFile(empty, {4, 5, 6});
    EXPECT_TRUE(IsOk(CommitOn(*warehouse_, empty, {AppendFiles{{first, second}}})));
    const TableSnapshot filled = warehouse_->Load(kTable).value();
    DeleteRows deletes{{DeleteFile(filled, first, {1})}, {first.path}, {}};
    EXPECT_TRUE(IsOk(CommitOn(*warehouse_, filled, {deletes})));
    warehouse_.clock().Advance(std::chrono::seconds(1));
    return warehouse_->Load(kTable).value();
  }

  Result<TableSnapshot> Load() {
    auto table = warehouse_->Load(kTable);
    return table ? std::move(table) : warehouse_->Load(kRenamed);
  }

  /// Returns name, rows and columns as one text.
  std::string State() {
    const auto table = Load();
    if (!table) return "absent";
    std::string text = ToString(table->name()) + " rows " + Join(LiveRows(*table)) + " columns";
    for (const auto& field : table->metadata().CurrentSchema().fields) text += " " + field.name;
    return text;
  }

  Status Append(const TableSnapshot& base) {
    return Commit(base, AppendFiles{{DataFile(base, {7, 8})}});
  }
  Status DeleteRow(const TableSnapshot& base) {
    const auto file = Holder(base, 2);
    return Commit(base, DeleteRows{{DeleteFile(base, file, {2})}, {file.path}, {}});
  }
  Status DeleteFile(const TableSnapshot& base) {
    return Commit(base, DeleteRows{{}, {}, {Holder(base, 5).path}});
  }
  Status Overwrite(const TableSnapshot& base) {
    Rows changed;
    for (const int row : LiveRows(base)) changed.insert(row + 1000);
    OverwriteFiles overwrite{
        Locations(base), {DataFile(base, changed)}, OverwriteFiles::ReadSet::kWholeTable};
    return Commit(base, overwrite);
  }
  Status Compact(const TableSnapshot& base) {
    const auto plan = warehouse_->PlanFiles(base).value();
    RewriteFiles rewrite{Locations(base), {DataFile(base, LiveRows(base))}};
    return Commit(base, rewrite);
  }
  Status AddColumn(const TableSnapshot& base, const std::string& name) {
    iceberg::AddColumn add{"", name, iceberg::Primitive(iceberg::TypeId::kLong), "", {}};
    return Commit(base, ChangeSchema{{add}});
  }
  Status Expire(const TableSnapshot& base) {
    return Commit(base, ExpireSnapshots{warehouse_.clock().Now(), 1});
  }
  Status Drop(const TableSnapshot& base) { return Commit(base, DropTable{}); }
  Status Rename(const TableSnapshot& base) { return Commit(base, RenameTable{kRenamed}); }

 private:
  Status Commit(const TableSnapshot& base, Operation operation) {
    const auto committed = CommitOn(*warehouse_, base, {std::move(operation)});
    return committed ? Status() : Status(committed.error());
  }
  iceberg::DataFile DataFile(const TableSnapshot& table, const Rows& rows) {
    return FakeFile(warehouse_, table, "r." + Join(rows) + "." + std::to_string(++files_)).value();
  }
  iceberg::DataFile DeleteFile(const TableSnapshot& table, const iceberg::DataFile& data,
                               const Rows& rows) {
    auto file =
        FakeFile(warehouse_, table, "d." + Join(rows) + "." + std::to_string(++files_)).value();
    file.content = iceberg::FileContent::kPositionDeletes;
    file.referenced_data_file = data.path;
    file.lower_bounds[2147483546] = data.path;
    file.upper_bounds[2147483546] = data.path;
    return file;
  }
  Rows LiveRows(const TableSnapshot& table) {
    const auto plan = warehouse_->PlanFiles(table).value();
    Rows rows;
    for (const auto& file : plan->files) {
      Rows live = RowsIn(file.entry.file.path);
      for (const std::size_t index : file.deletes) {
        for (const int row : RowsIn(plan->deletes[index].file.path)) live.erase(row);
      }
      rows.merge(live);
    }
    return rows;
  }
  iceberg::DataFile Holder(const TableSnapshot& table, int row) {
    for (const auto& file : warehouse_->PlanFiles(table).value()->files) {
      for (const int held : RowsIn(file.entry.file.path)) {
        if (held % 1000 == row) return file.entry.file;
      }
    }
    return DataFile(table, {row});  // not part of the table: the commit must refuse it
  }
  std::vector<std::string> Locations(const TableSnapshot& table) {
    std::vector<std::string> locations;
    for (const auto& file : warehouse_->PlanFiles(table).value()->files) {
      locations.push_back(file.entry.file.path);
    }
    return locations;
  }

  TempFolder folder_;
  TestWarehouse warehouse_;
  std::atomic<int> files_{0};
};

struct NamedOperation {
  const char* name;
  std::function<Status(Model&, const TableSnapshot&)> run;
};

std::vector<NamedOperation> Operations(const std::string& column) {
  return {{"append", [](Model& m, const TableSnapshot& base) { return m.Append(base); }},
          {"delete_row", [](Model& m, const TableSnapshot& base) { return m.DeleteRow(base); }},
          {"delete_file", [](Model& m, const TableSnapshot& base) { return m.DeleteFile(base); }},
          {"overwrite", [](Model& m, const TableSnapshot& base) { return m.Overwrite(base); }},
          {"compact", [](Model& m, const TableSnapshot& base) { return m.Compact(base); }},
          {"add_column",
           [column](Model& m, const TableSnapshot& base) { return m.AddColumn(base, column); }},
          {"expire", [](Model& m, const TableSnapshot& base) { return m.Expire(base); }},
          {"drop", [](Model& m, const TableSnapshot& base) { return m.Drop(base); }},
          {"rename", [](Model& m, const TableSnapshot& base) { return m.Rename(base); }}};
}

/// Returns the state after running operations one after the other, each on what it finds.
std::string Serially(Model& model, const std::vector<NamedOperation>& operations) {
  model.Reset();
  for (const NamedOperation& operation : operations) {
    const auto base = model.Load();
    if (base) (void)operation.run(model, *base).has_value();
  }
  return model.State();
}

bool IsClean(const Status& status) {
  return status.has_value() || status.error().code() == ErrorCode::kCommitConflict;
}

class CommitMatrixTest : public ::testing::TestWithParam<std::tuple<int, int>> {
 protected:
  NamedOperation left_ = Operations("x")[static_cast<std::size_t>(std::get<0>(GetParam()))];
  NamedOperation right_ = Operations("y")[static_cast<std::size_t>(std::get<1>(GetParam()))];
  Model model_;

  /// Judges the outcome of the two against the serial orders.
  void Judge(const Status& left, const Status& right) {
    ASSERT_TRUE(IsClean(left)) << left.error().ToString();
    ASSERT_TRUE(IsClean(right)) << right.error().ToString();
    const std::string state = model_.State();
    ASSERT_TRUE(left.has_value() || right.has_value()) << "neither made progress";
    if (!right) {
      EXPECT_EQ(state, Serially(model_, {left_}));
    } else if (!left) {
      EXPECT_EQ(state, Serially(model_, {right_}));
    } else {
      const std::string one = Serially(model_, {left_, right_});
      const std::string other = Serially(model_, {right_, left_});
      EXPECT_TRUE(state == one || state == other) << state << "\n" << one << "\n" << other;
    }
  }
};

TEST_P(CommitMatrixTest, FromOneBaseOneAfterTheOther) {
  const TableSnapshot base = model_.Reset();
  const Status left = left_.run(model_, base);
  ASSERT_TRUE(IsOk(left));
  const Status right = right_.run(model_, base);
  Judge(left, right);
}

TEST_P(CommitMatrixTest, OnTwoThreads) {
  for (int round = 0; round < 10; ++round) {
    const TableSnapshot base = model_.Reset();
    std::barrier start(2);
    Status left;
    Status right;
    std::thread first([&] {
      start.arrive_and_wait();
      left = left_.run(model_, base);
    });
    std::thread second([&] {
      start.arrive_and_wait();
      right = right_.run(model_, base);
    });
    first.join();
    second.join();
    Judge(left, right);
  }
}

std::string PairName(const ::testing::TestParamInfo<std::tuple<int, int>>& info) {
  const auto operations = Operations("x");
  return std::string(operations[static_cast<std::size_t>(std::get<0>(info.param))].name) + "_and_" +
         operations[static_cast<std::size_t>(std::get<1>(info.param))].name;
}

INSTANTIATE_TEST_SUITE_P(Pairs, CommitMatrixTest,
                         ::testing::Combine(::testing::Range(0, 9), ::testing::Range(0, 9)),
                         PairName);

}  // namespace
}  // namespace healix::lakehouse::tables
