// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/ingest/identify_ahead_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsError;
using testing::IsOk;

class IdentifyAheadTest : public ::testing::Test {
 protected:
  InputFile Make(const std::string& name, std::size_t size) {
    InputFile file;
    file.path = folder_ / name;
    file.size_bytes = size;
    EXPECT_TRUE(IsOk(base::WriteFileDurably(base::PosixFileSystem(), file.path,
                                            std::string(size, name.front()))));
    return file;
  }

  testing::TempFolder folder_;
};

TEST_F(IdentifyAheadTest, GivesWhatIdentifyFileGives) {
  constexpr std::size_t kLarge = IdentifyAhead::kAheadBytesMin + 1;
  const std::vector<InputFile> files = {Make("a", kLarge), Make("b", 10), Make("c", kLarge),
                                        Make("d", kLarge), Make("e", 0)};
  IdentifyAhead ahead(base::PosixFileSystem());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const InputFile* const next = i + 1 < files.size() ? &files[i + 1] : nullptr;
    const auto identity = ahead.Identify(files[i], next);
    ASSERT_TRUE(IsOk(identity));
    const auto expected = IdentifyFile(base::PosixFileSystem(), files[i].path);
    ASSERT_TRUE(IsOk(expected));
    EXPECT_EQ(*identity, *expected);
  }
}

TEST_F(IdentifyAheadTest, AFileThatGoesAwayMeanwhileIsToldInItsTurn) {
  const InputFile first = Make("a", 10);
  InputFile gone = Make("b", 10);
  gone.size_bytes = IdentifyAhead::kAheadBytesMin;
  ASSERT_TRUE(IsOk(base::PosixFileSystem().Remove(gone.path)));
  IdentifyAhead ahead(base::PosixFileSystem());
  EXPECT_TRUE(IsOk(ahead.Identify(first, &gone)));
  EXPECT_TRUE(IsError(ahead.Identify(gone, nullptr), ErrorCode::kInputVanished));
}

TEST_F(IdentifyAheadTest, AFileThatIsLeftOutDoesNotStandInForTheNext) {
  const InputFile a = Make("a", 10);
  const InputFile skipped = Make("b", IdentifyAhead::kAheadBytesMin);
  const InputFile c = Make("c", 20);
  IdentifyAhead ahead(base::PosixFileSystem());
  EXPECT_TRUE(IsOk(ahead.Identify(a, &skipped)));
  const auto identity = ahead.Identify(c, nullptr);
  ASSERT_TRUE(IsOk(identity));
  EXPECT_EQ(identity->size_bytes, 20U);
}

}  // namespace
}  // namespace healix::lakehouse::ingest
