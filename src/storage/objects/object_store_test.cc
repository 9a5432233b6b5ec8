// SPDX-License-Identifier: Apache-2.0
#include "storage/objects/object_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/io/fault_file_system.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"

namespace healix::storage::objects {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using healix::testing::TempFolder;

class ObjectStoreTest : public ::testing::Test {
 protected:
  ObjectStoreTest() : store_(Open("s3://hospital/lake")) {}

  std::unique_ptr<ObjectStore> Open(const std::string& prefix) {
    return ObjectStore::Open(base::PosixFileSystem(), {folder_ / "warehouse", prefix}).value();
  }

  const TempFolder folder_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(ObjectStoreTest, KeepsWhatWasPut) {
  const std::string location = store_->MakeLocation("s3://hospital/lake/raw/fhir", ".avro");
  ASSERT_TRUE(IsOk(store_->Put(location, "0123456789")));
  EXPECT_EQ(store_->Get(location, 10).value(), "0123456789");
  EXPECT_EQ(store_->GetRange(location, {3, 4}).value(), "3456");
  EXPECT_EQ(store_->SizeOf(location).value(), 10u);
  EXPECT_TRUE(store_->Exists(location).value());
  EXPECT_TRUE(IsError(store_->Get(location, 9), ErrorCode::kLimitExceeded));
  EXPECT_TRUE(IsError(store_->GetRange(location, {8, 3}), ErrorCode::kIoFailed));
  EXPECT_TRUE(IsError(store_->Put(location, "other"), ErrorCode::kFileExists));
  EXPECT_EQ(store_->Get(location, 10).value(), "0123456789");

  ASSERT_TRUE(IsOk(store_->Delete(location)));
  ASSERT_TRUE(IsOk(store_->Delete(location)));
  EXPECT_FALSE(store_->Exists(location).value());
  EXPECT_TRUE(IsError(store_->Get(location, 10), ErrorCode::kFileNotFound));
}

TEST_F(ObjectStoreTest, RefusesWhatLiesOutside) {
  for (const char* location :
       {"s3://hospital/lake", "s3://hospital/lake/", "s3://hospital/lake/../x",
        "s3://hospital/lake/a/../../x", "s3://hospital/lake//a", "s3://hospital/lake/./a",
        "s3://hospital/lake/a/", "s3://hospital/lakeside/a", "s3://hospital/lake/a\nb",
        "s3://hospital/lake/a?b", "s3://hospital/lake/a\\..\\b", "file:///etc/passwd",
        "/etc/passwd", "", "S3://hospital/lake/a"}) {
    EXPECT_TRUE(IsError(store_->PathOf(location), ErrorCode::kLocationOutside)) << location;
    EXPECT_TRUE(IsError(store_->Put(location, "x"), ErrorCode::kLocationOutside)) << location;
  }
  EXPECT_TRUE(IsError(store_->LocationOf("../a"), ErrorCode::kLocationOutside));
  EXPECT_TRUE(IsError(store_->LocationAt("/etc/passwd"), ErrorCode::kLocationOutside));
}

TEST_F(ObjectStoreTest, MovesByChangingThePrefix) {
  ASSERT_TRUE(IsOk(store_->Put("s3://hospital/lake/t/data/a", "x")));
  const auto moved = Open("file:///elsewhere/lake");
  EXPECT_EQ(moved->Get("file:///elsewhere/lake/t/data/a", 9).value(), "x");
  const auto plain = Open("");
  EXPECT_EQ(plain->prefix(), "file://" + folder_ / "warehouse");
  EXPECT_EQ(plain->Get("file://" + (folder_ / "warehouse/t/data/a"), 9).value(), "x");
}

TEST_F(ObjectStoreTest, AdoptsWhatOthersWrote) {
  const std::string folder = store_->PrepareFolder("s3://hospital/lake/t/data").value();
  const std::string path = folder + "/b.parquet";
  ASSERT_TRUE(IsOk(base::WriteFileDurably(base::PosixFileSystem(), path, "PAR1")));
  const std::string location = store_->LocationAt(path).value();
  EXPECT_EQ(location, "s3://hospital/lake/t/data/b.parquet");
  EXPECT_EQ(store_->PathOf(location).value(), path);
  ASSERT_TRUE(IsOk(store_->Adopt(std::vector{location})));
  const std::vector<std::string> absent{"s3://hospital/lake/t/data/c.parquet"};
  EXPECT_TRUE(IsError(store_->Adopt(absent), ErrorCode::kFileNotFound));
}

TEST_F(ObjectStoreTest, ListsForTheRemovalOfOrphans) {
  for (const char* name : {"t/b", "t/a", "t/data/c", "u/d"}) {
    ASSERT_TRUE(IsOk(store_->Put(store_->LocationOf(name).value(), name)));
  }
  std::vector<std::string> names;
  const auto listed = store_->List("s3://hospital/lake/t");
  ASSERT_TRUE(IsOk(listed));
  for (const ObjectInfo& info : listed.value()) {
    names.push_back(info.location.substr(store_->prefix().size()));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"/t/a", "/t/b", "/t/data/c"}));
  EXPECT_TRUE(store_->List("s3://hospital/lake/absent").value().empty());
}

TEST_F(ObjectStoreTest, RefusesOptionsThatCannotWork) {
  for (const ObjectStoreOptions& options :
       {ObjectStoreOptions{"", ""}, ObjectStoreOptions{"relative", ""},
        ObjectStoreOptions{"/a/../b", ""}, ObjectStoreOptions{"/a", "http://x"},
        ObjectStoreOptions{"/a", "s3://x/"}, ObjectStoreOptions{"/a", "file://x"}}) {
    EXPECT_TRUE(IsError(options.Validate(), ErrorCode::kInvalidArgument)) << options.prefix;
  }
}

/// Puts and adopts objects until something fails; returns what was acknowledged.
std::vector<std::string> StoreThree(base::FileSystem& files) {
  std::vector<std::string> done;
  const auto store = ObjectStore::Open(files, {"/lake", ""});
  if (!store) return done;
  const std::string put = "file:///lake/t/metadata/a";
  if ((*store)->Put(put, put)) done.push_back(put);
  const auto folder = (*store)->PrepareFolder("file:///lake/t/data");
  if (!folder) return done;
  std::vector<std::string> written;
  for (const char* name : {"/b", "/c"}) {
    const std::string location = "file:///lake/t/data" + std::string(name);
    const auto file = files.Open(*folder + name, base::OpenMode::kCreateNew);
    if (file && (*file)->WriteAt(0, base::AsBytes(location))) written.push_back(location);
  }
  if ((*store)->Adopt(written)) done.insert(done.end(), written.begin(), written.end());
  return done;
}

TEST(ObjectStoreCrashTest, WhatWasAcknowledgedSurvivesAPowerCut) {
  base::FaultFileSystem good({.now = {}});
  ASSERT_EQ(StoreThree(good).size(), 3u);
  const std::uint64_t calls = good.CallCount(base::FileOperation::kAny);
  for (std::uint64_t nth = 1; nth <= calls + 1; ++nth) {
    SCOPED_TRACE(nth);
    base::FaultFileSystem disk({.seed = nth, .now = {}});
    disk.CrashAtCall(base::FileOperation::kAny, nth);
    const std::vector<std::string> acknowledged = StoreThree(disk);
    if (!disk.crashed()) disk.Crash();
    disk.Reopen();
    const auto store = ObjectStore::Open(disk, {"/lake", ""});
    ASSERT_TRUE(IsOk(store));
    for (const std::string& location : acknowledged) {
      const auto bytes = (*store)->Get(location, 1000);
      ASSERT_TRUE(IsOk(bytes));
      EXPECT_EQ(*bytes, location);
    }
    const auto put = (*store)->Get("file:///lake/t/metadata/a", 1000);
    EXPECT_TRUE(!put || *put == "file:///lake/t/metadata/a") << "an object is there in part";
  }
}

TEST_F(ObjectStoreTest, TakesWritersFromManyThreads) {
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 20; ++i) {
        const std::string name = "t/" + std::to_string(i) + "/" + std::to_string(thread);
        if (!store_->Put(store_->LocationOf(name).value(), name)) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed.load(), 0);
  EXPECT_EQ(store_->List("s3://hospital/lake/t").value().size(), 80u);
}

}  // namespace
}  // namespace healix::storage::objects
