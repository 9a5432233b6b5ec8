// SPDX-License-Identifier: Apache-2.0
#include "base/io/fault_file_system.h"

#include <gtest/gtest.h>

#include <set>

#include "base/io/sync_points.h"
#include "base/testing/matchers.h"

namespace healix::base {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;

FaultOptions Forgetful() {
  FaultOptions options;
  options.pages = CrashFate::kLoseAll;
  options.names = CrashFate::kLoseAll;
  return options;
}

std::string ContentOf(FileSystem& files, const std::string& path) {
  auto content = ReadFile(files, path, 1 << 20);
  return content ? *content : std::string(Name(content.error().code()));
}

void CrashAndReopen(FaultFileSystem& files) {
  files.Crash();
  files.Reopen();
}

TEST(FaultFileSystemTest, BehavesLikeADiskWhileNothingFails) {
  FaultFileSystem files;
  ASSERT_TRUE(IsOk(files.MakeFolders("/home/a/b")));
  ASSERT_TRUE(IsOk(WriteFileDurably(files, "/home/a/x", "alpha")));
  ASSERT_TRUE(IsOk(WriteFileDurably(files, "/home/a/x", "again")));
  EXPECT_EQ(ContentOf(files, "/home/./a/b/../x"), "again");
  EXPECT_EQ(files.List("/home/a").value(), (std::vector<std::string>{"b", "x"}));
  EXPECT_EQ(files.Stat("/home/a/x").value().size_bytes, 5u);
  EXPECT_TRUE(files.Stat("/home/a/b").value().is_folder);
  EXPECT_TRUE(IsError(files.Open("/home/no", OpenMode::kRead), ErrorCode::kFileNotFound));
  EXPECT_TRUE(IsError(files.Open("/no/x", OpenMode::kReadWrite), ErrorCode::kFileNotFound));
  EXPECT_TRUE(IsError(files.Open("/home/a/x", OpenMode::kCreateNew), ErrorCode::kFileExists));
  EXPECT_TRUE(IsError(files.RemoveFolder("/home/a"), ErrorCode::kFileExists));
  ASSERT_TRUE(IsOk(files.RemoveFolder("/home/a/b")));
  ASSERT_TRUE(IsOk(files.Remove("/home/a/x")));
  EXPECT_TRUE(IsError(files.Remove("/home/a/x"), ErrorCode::kFileNotFound));
  EXPECT_TRUE(files.List("/home/a").value().empty());
}

TEST(FaultFileSystemTest, RelativePathsWork) {
  FaultFileSystem files;
  ASSERT_TRUE(IsOk(files.MakeFolders("a/b")));
  ASSERT_TRUE(IsOk(WriteFileDurably(files, "./a/b/c", "x")));
  EXPECT_EQ(files.List(".").value(), (std::vector<std::string>{"a"}));
  EXPECT_EQ(ContentOf(files, "a/b/c"), "x");
}

TEST(FaultFileSystemTest, SyncedBytesUnderASyncedNameSurvive) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    FaultOptions options;
    options.seed = seed;
    FaultFileSystem files(options);
    ASSERT_TRUE(IsOk(files.MakeFolders("/a")));
    ASSERT_TRUE(IsOk(files.SyncFolder("/")));
    ASSERT_TRUE(IsOk(WriteFileDurably(files, "/a/x", "kept")));
    CrashAndReopen(files);
    EXPECT_EQ(ContentOf(files, "/a/x"), "kept") << seed;
  }
}

TEST(FaultFileSystemTest, WhatWasNotSyncedIsLost) {
  FaultFileSystem files(Forgetful());
  ASSERT_TRUE(IsOk(WriteFileDurably(files, "/x", "first")));
  {
    const auto file = files.Open("/x", OpenMode::kReadWrite).value();
    ASSERT_TRUE(IsOk(file->WriteAt(0, AsBytes("second, longer"))));
    const auto unnamed = files.Open("/y", OpenMode::kCreateNew).value();
    ASSERT_TRUE(IsOk(unnamed->WriteAt(0, AsBytes("y"))));
    ASSERT_TRUE(IsOk(unnamed->Sync())) << "the bytes are safe, their name is not";
  }
  ASSERT_TRUE(IsOk(files.MakeFolders("/folder")));
  CrashAndReopen(files);
  EXPECT_EQ(ContentOf(files, "/x"), "first");
  EXPECT_EQ(files.List("/").value(), (std::vector<std::string>{"x"}));
}

TEST(FaultFileSystemTest, ALostTruncationBringsTheTailBack) {
  FaultFileSystem files(Forgetful());
  const std::string text = std::string(3000, 'a') + std::string(3000, 'b');
  ASSERT_TRUE(IsOk(WriteFileDurably(files, "/x", text)));
  ASSERT_TRUE(IsOk(files.Open("/x", OpenMode::kReadWrite).value()->Truncate(100)));
  EXPECT_EQ(ContentOf(files, "/x").size(), 100u);
  CrashAndReopen(files);
  EXPECT_EQ(ContentOf(files, "/x"), text);
}

TEST(FaultFileSystemTest, AnUnsyncedRenameLeavesTheOldState) {
  FaultFileSystem files(Forgetful());
  ASSERT_TRUE(IsOk(WriteFileDurably(files, "/x", "old")));
  ASSERT_TRUE(IsOk(WriteFileDurably(files, "/y", "new")));
  ASSERT_TRUE(IsOk(files.Rename("/y", "/x")));
  EXPECT_EQ(ContentOf(files, "/x"), "new");
  CrashAndReopen(files);
  EXPECT_EQ(ContentOf(files, "/x"), "old");
  EXPECT_EQ(ContentOf(files, "/y"), "new");
}

TEST(FaultFileSystemTest, ARenameIsNeverHalf) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    FaultOptions options;
    options.seed = seed;
    FaultFileSystem files(options);
    ASSERT_TRUE(IsOk(WriteFileDurably(files, "/x", "old")));
    ASSERT_TRUE(IsOk(WriteFileDurably(files, "/y", "new")));
    ASSERT_TRUE(IsOk(files.Rename("/y", "/x")));
    CrashAndReopen(files);
    outcomes.insert(ContentOf(files, "/x") + " " + ContentOf(files, "/y"));
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"old new", "new FILE_NOT_FOUND"}));
}

TEST(FaultFileSystemTest, UnsyncedBytesAreTornInPages) {
  std::set<std::string> patterns;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    FaultOptions options;
    options.seed = seed;
    FaultFileSystem files(options);
    ASSERT_TRUE(IsOk(WriteFileDurably(files, "/x", std::string(2048, 'o'))));
    const auto file = files.Open("/x", OpenMode::kReadWrite).value();
    ASSERT_TRUE(IsOk(file->WriteAt(0, AsBytes(std::string(2048, 'n')))));
    CrashAndReopen(files);
    std::string pattern;
    const std::string content = ContentOf(files, "/x");
    for (std::size_t page = 0; page < 4; ++page) {
      const std::string bytes = content.substr(page * 512, 512);
      EXPECT_EQ(bytes, std::string(512, bytes[0])) << "a page is whole";
      pattern += bytes[0];
    }
    patterns.insert(pattern);
  }
  EXPECT_EQ(patterns.size(), 16u) << "every subset of four pages";
}

TEST(FaultFileSystemTest, TheSameSeedCrashesAlike) {
  const auto run = [](std::uint64_t seed) {
    FaultOptions options;
    options.seed = seed;
    FaultFileSystem files(options);
    const auto file = files.Open("/x", OpenMode::kCreateNew).value();
    EXPECT_TRUE(IsOk(files.SyncFolder("/")));
    EXPECT_TRUE(IsOk(file->WriteAt(0, AsBytes(std::string(64 * 512, 'n')))));
    CrashAndReopen(files);
    return ContentOf(files, "/x");
  };
  EXPECT_EQ(run(7), run(7));
}

TEST(FaultFileSystemTest, HandlesAndLocksDieInTheCrash) {
  FaultFileSystem files;
  ASSERT_TRUE(IsOk(WriteFileDurably(files, "/x", "x")));
  const auto file = files.Open("/x", OpenMode::kReadWrite).value();
  const auto lock = files.TryLock("/lock").value();
  ASSERT_NE(lock, nullptr);
  EXPECT_EQ(files.TryLock("/lock").value(), nullptr);
  files.Crash();
  EXPECT_TRUE(IsError(files.Stat("/x"), ErrorCode::kIoFailed)) << "the power is off";
  files.Reopen();
  EXPECT_TRUE(IsError(file->WriteAt(0, AsBytes("y")), ErrorCode::kIoFailed));
  EXPECT_TRUE(IsError(file->Size(), ErrorCode::kIoFailed));
  EXPECT_EQ(ContentOf(files, "/x"), "x");
  EXPECT_NE(files.TryLock("/lock").value(), nullptr);
}

TEST(FaultFileSystemTest, ALockEndsWithItsHolder) {
  FaultFileSystem files;
  { const auto lock = files.TryLock("/lock").value(); }
  EXPECT_NE(files.TryLock("/lock").value(), nullptr);
}

TEST(FaultFileSystemTest, FailsTheNthCall) {
  FaultFileSystem files;
  const auto file = files.Open("/x", OpenMode::kCreateNew).value();
  files.FailCall(FileOperation::kWrite, 2, ErrorCode::kIoFailed);
  EXPECT_TRUE(IsOk(file->WriteAt(0, AsBytes("aaaa"))));
  EXPECT_TRUE(IsError(file->WriteAt(0, AsBytes("bbbb")), ErrorCode::kIoFailed));
  EXPECT_EQ(ContentOf(files, "/x"), "bbaa") << "half of a failed write is there";
  EXPECT_TRUE(IsOk(file->WriteAt(0, AsBytes("cccc"))));
  EXPECT_EQ(files.CallCount(FileOperation::kWrite), 3u);
  files.FailCall(FileOperation::kAny, 1, ErrorCode::kPermissionDenied);
  EXPECT_TRUE(IsError(files.List("/"), ErrorCode::kPermissionDenied));
}

TEST(FaultFileSystemTest, AFailedSyncIsNotRepairedByTheNext) {
  FaultFileSystem files(Forgetful());
  ASSERT_TRUE(IsOk(WriteFileDurably(files, "/x", "old")));
  const auto file = files.Open("/x", OpenMode::kReadWrite).value();
  ASSERT_TRUE(IsOk(file->WriteAt(0, AsBytes("new"))));
  files.FailCall(FileOperation::kSync, 1, ErrorCode::kIoFailed);
  EXPECT_TRUE(IsError(file->Sync(), ErrorCode::kIoFailed));
  EXPECT_TRUE(IsOk(file->Sync()));
  CrashAndReopen(files);
  EXPECT_EQ(ContentOf(files, "/x"), "old");
}

TEST(FaultFileSystemTest, AFullDiskTakesWhatFits) {
  FaultFileSystem files;
  const auto file = files.Open("/x", OpenMode::kCreateNew).value();
  files.SetCapacity(10);
  EXPECT_TRUE(IsOk(file->WriteAt(0, AsBytes("12345678"))));
  EXPECT_TRUE(IsError(file->WriteAt(8, AsBytes("abcd")), ErrorCode::kDiskFull));
  EXPECT_EQ(ContentOf(files, "/x"), "12345678ab");
  EXPECT_TRUE(IsOk(file->WriteAt(0, AsBytes("87654321")))) << "rewriting needs no room";
  files.ClearFaults();
  EXPECT_TRUE(IsOk(file->WriteAt(10, AsBytes("cd"))));
}

TEST(FaultFileSystemTest, CrashesAtACall) {
  FaultFileSystem files(Forgetful());
  ASSERT_TRUE(IsOk(WriteFileDurably(files, "/x", "old")));
  files.CrashAtCall(FileOperation::kRename, 1);
  EXPECT_TRUE(IsError(WriteFileDurably(files, "/x", "new"), ErrorCode::kIoFailed));
  EXPECT_TRUE(files.crashed());
  files.Reopen();
  EXPECT_EQ(ContentOf(files, "/x"), "old");
}

TEST(FaultFileSystemTest, DurableWritesAreWholeAtEverySyncPoint) {
  std::set<std::string> outcomes;
  bool crashed = true;
  for (std::uint64_t nth = 1; crashed; ++nth) {
    ASSERT_LT(nth, 20u) << "a durable write has few sync points";
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      FaultOptions options;
      options.seed = seed;
      FaultFileSystem files(options);
      ASSERT_TRUE(IsOk(WriteFileDurably(files, "/x", std::string(5000, 'o'))));
      files.CrashAtSyncPoint("*", nth);
      const Status status = WriteFileDurably(files, "/x", std::string(5000, 'n'));
      crashed = files.crashed();
      files.Crash();
      files.Reopen();
      const std::string content = ContentOf(files, "/x");
      ASSERT_EQ(content, std::string(5000, content[0])) << "whole, old or new";
      EXPECT_TRUE(!status || content[0] == 'n') << "acknowledged is kept";
      outcomes.insert(content.substr(0, 1));
    }
  }
  EXPECT_EQ(outcomes.size(), 2u);
}

}  // namespace
}  // namespace healix::base
