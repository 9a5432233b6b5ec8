// SPDX-License-Identifier: Apache-2.0
#include "storage/home/home.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io/fault_file_system.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"

namespace healix::storage::home {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using healix::testing::TempFolder;
using std::chrono::milliseconds;

class HomeTest : public ::testing::Test {
 protected:
  Status Create() { return Home::Create(files_, path_); }
  Result<std::unique_ptr<Home>> Open() { return Home::Open(files_, path_, milliseconds(0)); }
  Status Write(const std::string& name, std::string_view content) {
    return base::WriteFileDurably(files_, path_ + "/" + name, content);
  }

  const TempFolder folder_;
  base::FileSystem& files_ = base::PosixFileSystem();
  const std::string path_ = folder_ / "deep/home";
};

TEST_F(HomeTest, IsMadeOnceAndOpened) {
  EXPECT_TRUE(IsError(Open(), ErrorCode::kHomeNotFound));
  ASSERT_TRUE(IsOk(Create()));
  ASSERT_TRUE(IsOk(Create()));
  const auto home = Open();
  ASSERT_TRUE(IsOk(home));
  const HomeLayout& layout = (*home)->layout();
  EXPECT_EQ(layout.root, path_);
  EXPECT_TRUE(files_.Stat(layout.WarehouseFolder()).value().is_folder);
  EXPECT_TRUE(files_.Stat(layout.KeysFolder()).value().is_private);
}

TEST_F(HomeTest, KeepsAnIdOfItsOwn) {
  ASSERT_TRUE(IsOk(Create()));
  const std::string id = Open().value()->id();
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(Open().value()->id(), id);
  ASSERT_TRUE(IsOk(Home::Create(files_, folder_ / "another")));
  EXPECT_NE(Home::Open(files_, folder_ / "another", milliseconds(0)).value()->id(), id);
  ASSERT_TRUE(IsOk(Write("id", "../elsewhere\n")));
  EXPECT_TRUE(IsError(Open(), ErrorCode::kRecordsDamaged));
}

TEST_F(HomeTest, LeavesForeignFoldersAlone) {
  ASSERT_TRUE(IsOk(files_.MakeFolders(path_)));
  ASSERT_TRUE(IsOk(Write("thesis.doc", "x")));
  EXPECT_TRUE(IsError(Create(), ErrorCode::kHomeFolderForeign));
  EXPECT_EQ(files_.List(path_).value(), std::vector<std::string>{"thesis.doc"});
}

TEST_F(HomeTest, RefusesANewerFormat) {
  ASSERT_TRUE(IsOk(Create()));
  ASSERT_TRUE(IsOk(Write("format", fmt::format("{}\n", kFormat + 1))));
  EXPECT_TRUE(IsError(Open(), ErrorCode::kHomeTooNew));
  EXPECT_TRUE(IsError(Create(), ErrorCode::kHomeTooNew));
  for (const char* damaged : {"", "one\n", "0\n", "1", "1x\n", "99999999999999999999\n"}) {
    ASSERT_TRUE(IsOk(Write("format", damaged)));
    EXPECT_TRUE(IsError(Open(), ErrorCode::kRecordsDamaged)) << damaged;
  }
}

TEST_F(HomeTest, OneProcessAtATime) {
  ASSERT_TRUE(IsOk(Create()));
  auto first = Open();
  ASSERT_TRUE(IsOk(first));
  const auto second = Home::Open(files_, path_, milliseconds(50));
  ASSERT_TRUE(IsError(second, ErrorCode::kHomeInUse));
  EXPECT_NE(second.error().message().find(std::to_string(::getpid())), std::string::npos)
      << "the holder is named";
  first->reset();
  EXPECT_TRUE(IsOk(Open()));
}

TEST_F(HomeTest, TheLockEndsWithItsProcess) {
  ASSERT_TRUE(IsOk(Create()));
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto home = Open();
    const char sign = home ? 'y' : 'n';
    if (::write(ends[1], &sign, 1) != 1) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  char sign = 0;
  ASSERT_EQ(::read(ends[0], &sign, 1), 1);
  EXPECT_EQ(sign, 'y');
  EXPECT_TRUE(IsError(Open(), ErrorCode::kHomeInUse));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(IsOk(Open()));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(HomeTest, EmptiesTheTemporaryFolder) {
  ASSERT_TRUE(IsOk(Create()));
  ASSERT_TRUE(IsOk(files_.MakeFolders(path_ + "/tmp/a/b")));
  ASSERT_TRUE(IsOk(Write("tmp/a/left", "x")));
  ASSERT_TRUE(IsOk(Write("warehouse/kept", "x")));
  ASSERT_TRUE(IsOk(Open()));
  EXPECT_TRUE(files_.List(path_ + "/tmp").value().empty());
  EXPECT_TRUE(IsOk(files_.Stat(path_ + "/warehouse/kept")));
}

TEST_F(HomeTest, IsMadeWholeAfterACrash) {
  base::FaultFileSystem good({.now = {}});
  ASSERT_TRUE(IsOk(Home::Create(good, "/home")));
  const std::uint64_t calls = good.CallCount(base::FileOperation::kAny);
  ASSERT_GT(calls, 10u);
  for (std::uint64_t nth = 1; nth <= calls; ++nth) {
    SCOPED_TRACE(nth);
    base::FaultFileSystem disk({.seed = nth, .now = {}});
    disk.CrashAtCall(base::FileOperation::kAny, nth);
    EXPECT_FALSE(Home::Create(disk, "/home"));
    disk.Reopen();
    ASSERT_TRUE(IsOk(Home::Create(disk, "/home")));
    disk.Crash();
    disk.Reopen();
    EXPECT_TRUE(IsOk(Home::Open(disk, "/home", milliseconds(0))));
  }
}

}  // namespace
}  // namespace healix::storage::home
