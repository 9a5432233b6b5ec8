// SPDX-License-Identifier: Apache-2.0
#include "base/io/file_system.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"

namespace healix::base {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using healix::testing::TempFolder;

TEST(PosixFileSystemTest, WritesReadsAndLists) {
  const TempFolder folder;
  FileSystem& files = PosixFileSystem();
  ASSERT_TRUE(IsOk(WriteFileDurably(files, folder / "b", "beta")));
  ASSERT_TRUE(IsOk(WriteFileDurably(files, folder / "a", "alpha")));
  ASSERT_TRUE(IsOk(WriteFileDurably(files, folder / "a", "again")));
  EXPECT_EQ(ReadFile(files, folder / "a", 100).value(), "again");
  EXPECT_EQ(files.List(folder.path().string()).value(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(files.Stat(folder / "b").value().size_bytes, 4u);
}

TEST(PosixFileSystemTest, SaysWhatIsWrong) {
  const TempFolder folder;
  FileSystem& files = PosixFileSystem();
  EXPECT_TRUE(IsError(files.Open(folder / "no", OpenMode::kRead), ErrorCode::kFileNotFound));
  ASSERT_TRUE(IsOk(WriteFileDurably(files, folder / "a", "12345")));
  EXPECT_TRUE(IsError(files.Open(folder / "a", OpenMode::kCreateNew), ErrorCode::kFileExists));
  EXPECT_TRUE(IsError(ReadFile(files, folder / "a", 4), ErrorCode::kLimitExceeded));
}

TEST(PosixFileSystemTest, TellsWhatOthersMayRead) {
  const TempFolder folder;
  FileSystem& files = PosixFileSystem();
  ASSERT_TRUE(IsOk(WriteFileDurably(files, folder / "a", "x")));
  ASSERT_TRUE(IsOk(files.MakeFolders(folder / "keys")));
  EXPECT_TRUE(files.Stat(folder / "a").value().is_private);
  for (const char* name : {"a", "keys"}) {
    std::filesystem::permissions(folder / name, std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    EXPECT_FALSE(files.Stat(folder / name).value().is_private) << name;
    ASSERT_TRUE(IsOk(files.MakePrivate(folder / name)));
    EXPECT_TRUE(files.Stat(folder / name).value().is_private) << name;
  }
}

TEST(PosixFileSystemTest, NewFoldersAreForTheirOwnerAlone) {
  const TempFolder folder;
  FileSystem& files = PosixFileSystem();
  const mode_t before = ::umask(0);
  EXPECT_TRUE(IsOk(files.MakeFolders(folder / "a/b/c/")));
  ::umask(before);
  EXPECT_TRUE(files.Stat(folder / "a").value().is_private);
  EXPECT_TRUE(files.Stat(folder / "a/b/c").value().is_private);
  EXPECT_TRUE(IsOk(files.MakeFolders(folder / "a/b")));
  ASSERT_TRUE(IsOk(WriteFileDurably(files, folder / "file", "x")));
  EXPECT_TRUE(IsError(files.MakeFolders(folder / "file"), ErrorCode::kFileExists));
  EXPECT_TRUE(IsError(files.MakeFolders(folder / "file/below"), ErrorCode::kFileNotFound));
}

TEST(PosixFileSystemTest, ReadsShortOnlyAtTheEnd) {
  const TempFolder folder;
  FileSystem& files = PosixFileSystem();
  ASSERT_TRUE(IsOk(WriteFileDurably(files, folder / "a", "0123456789")));
  const auto file = files.Open(folder / "a", OpenMode::kRead).value();
  std::byte buffer[8];
  EXPECT_EQ(file->ReadAt(0, buffer).value(), 8u);
  EXPECT_EQ(file->ReadAt(6, buffer).value(), 4u);
  EXPECT_EQ(file->ReadAt(10, buffer).value(), 0u);
}

}  // namespace
}  // namespace healix::base
