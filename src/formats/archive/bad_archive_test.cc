// SPDX-License-Identifier: Apache-2.0
// What must be refused: each case says with which code, and that the rest is still read.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/matchers.h"
#include "formats/archive/archive_builders_internal.h"
#include "formats/archive/input_members.h"

namespace healix::formats::archive {
namespace {

using namespace testing;
using namespace std::string_literals;

/// The code with which a whole input fails.
std::string FinalCode(const Input& input) {
  return input.error ? std::string(Name(input.error->code())) : "none";
}

/// The code with which one member was refused or failed while it was read.
std::string CodeOf(const Input& input, std::string_view name) {
  const Seen* seen = input.Find(name);
  if (seen == nullptr) return "no such member";
  if (seen->read_error) return std::string(Name(seen->read_error->code()));
  return seen->member.error ? std::string(Name(seen->member.error->code())) : "none";
}

TEST(BadArchiveTest, CompressionThatIsNotThereIsNamed) {
  for (const char* name : {"a.json.gz", "a.zst", "a.zip", "a.tar", "a.tgz", "a.json.xz"}) {
    EXPECT_EQ(FinalCode(ReadBytes(name, "{\"resourceType\":\"Patient\"}")), "ARCHIVE_INVALID");
    EXPECT_EQ(FinalCode(ReadBytes(name, "")), "ARCHIVE_INVALID") << name;
  }
}

TEST(BadArchiveTest, CompressionThatIsNotReadIsNamed) {
  EXPECT_EQ(FinalCode(ReadBytes("a.xz", "\xfd\x37zXZ\0\0\0"s)), "UNSUPPORTED");
  EXPECT_EQ(FinalCode(ReadBytes("a.bz2", "BZh91AY&SY\0\0"s)), "UNSUPPORTED");
  EXPECT_EQ(FinalCode(ReadBytes("a.json", "BZh is text"s)), "none");
  const Input input = ReadBytes("a.zip", Zip({{"a.7z", "7z\xbc\xaf\x27\x1c.."s}, {"b", "b"}}));
  EXPECT_EQ(CodeOf(input, "a.7z"), "UNSUPPORTED");
  EXPECT_EQ(input.Find("a.7z")->member.size_bytes, 8u);
  EXPECT_EQ(input.Content("b"), "b");
}

TEST(BadArchiveTest, TruncatedCompressionFailsWithAPosition) {
  const std::string text(100'000, 'x');
  const std::string gzip = Gzip(text);
  const Input input = ReadBytes("a.gz", gzip.substr(0, gzip.size() - 5));
  ASSERT_EQ(CodeOf(input, ""), "ARCHIVE_INVALID");
  const Seen& seen = input.members[0];
  EXPECT_EQ(seen.read_error->position().file, "/a.gz");
  EXPECT_EQ(seen.read_error->position().byte_offset, seen.content.size());
  const std::string zstd = Zstd(text);  // one block: nothing can be unpacked before its end
  const Input whole = ReadBytes("a.zst", zstd.substr(0, zstd.size() - 5));
  ASSERT_EQ(FinalCode(whole), "ARCHIVE_INVALID");
  EXPECT_EQ(whole.error->position().file, "/a.zst");
}

TEST(BadArchiveTest, AWrongChecksumFails) {
  std::string gzip = Gzip("some text");
  gzip[gzip.size() - 6] ^= 1;
  EXPECT_EQ(FinalCode(ReadBytes("a.gz", gzip)), "ARCHIVE_INVALID");
  const Input zip = ReadBytes("a.zip", Zip({{"bad", "text", 8, 0, 0, 1}, {"good", "good"}}));
  EXPECT_EQ(CodeOf(zip, "bad"), "ARCHIVE_INVALID");
  EXPECT_EQ(zip.Content("good"), "good");
  EXPECT_EQ(FinalCode(zip), "none");
}

TEST(BadArchiveTest, GarbageBehindTheEndFails) {
  EXPECT_EQ(CodeOf(ReadBytes("a.gz", Gzip("x") + "garbage"), ""), "ARCHIVE_INVALID");
  EXPECT_EQ(CodeOf(ReadBytes("a.zst", Zstd("x") + "garbage!"), ""), "ARCHIVE_INVALID");
}

TEST(BadArchiveTest, DamageComesBehindAllBytesBeforeIt) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
  const Input gzip = ReadBytes("a.gz", Gzip("P1\nP2\n") + "garbage");
  EXPECT_EQ(gzip.Content(""), "P1\nP2\n");
  EXPECT_EQ(ReadBytes("a.zst", Zstd("P1\nP2\n") + "garbage!").Content(""), "P1\nP2\n");
  const std::string packed = Gzip(text);
  const std::string most = ReadBytes("a.gz", packed.substr(0, packed.size() - 9)).Content("");
  EXPECT_EQ(most, text.substr(0, most.size()));
  EXPECT_GT(most.size(), text.size() - 100);
}

/// Numbered lines, so that most changed bits still unpack to text.
std::string Lines() {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
  return text;
}

/// Calls `check` with the bytes, one bit of [begin, end) changed, at some hundred places.
template <typename Check>
void WithEachBitChanged(std::string bytes, std::size_t begin, std::size_t end, Check check) {
  const std::size_t step = std::max<std::size_t>(1, (end - begin) / 300);
  for (std::size_t at = begin; at < end; at += step) {
    const char bit = static_cast<char>(1 << (at % 8));
    bytes[at] ^= bit;
    SCOPED_TRACE(at);
    check(bytes);
    bytes[at] ^= bit;
  }
}

TEST(BadArchiveTest, NothingIsGivenOfAGzipMemberWhoseChecksumIsWrong) {
  const std::string good = Gzip("P1\nP2\n");
  const std::string bytes = good + Gzip(Lines());
  WithEachBitChanged(bytes, good.size() + 10, bytes.size(), [](const std::string& changed) {
    const Input input = ReadBytes("a.gz", changed);
    EXPECT_EQ(input.Content(""), "P1\nP2\n") << "members before it are whole";
    EXPECT_EQ(CodeOf(input, ""), "ARCHIVE_INVALID");
  });
}

TEST(BadArchiveTest, NothingIsGivenOfAZipMemberWhoseChecksumIsWrong) {
  const std::string lines = Lines();
  for (const std::uint16_t method : {0, 8, 93}) {
    const std::string zip = Zip({{"a", "aaaa"}, {"bad", lines, method}, {"c", "cccc"}});
    const std::size_t begin = zip.find("bad") + 3;
    const std::size_t end = zip.find("PK\x03\x04", begin);
    WithEachBitChanged(zip, begin, end, [](const std::string& changed) {
      const Input input = ReadBytes("a.zip", changed);
      EXPECT_EQ(input.Content("a"), "aaaa");
      EXPECT_EQ(input.Content("bad"), "");
      EXPECT_EQ(CodeOf(input, "bad"), "ARCHIVE_INVALID");
      EXPECT_GT(input.Find("bad")->member.size_bytes, 30u) << "its bytes stand in a class";
      EXPECT_EQ(input.Content("c"), "cccc");
    });
  }
}

TEST(BadArchiveTest, AMemberOfATarIsJudgedByItsOwnChecksum) {
  const std::string packed = Gzip(Lines());
  const std::string tar = Tar({{"a", "aaaa"}, {"bad.gz", packed}, {"c.gz", Gzip("cccc")}});
  const std::size_t begin = tar.find(packed);
  WithEachBitChanged(tar, begin + 10, begin + packed.size(), [&](const std::string& changed) {
    const Input input = ReadBytes("a.tar", changed);
    EXPECT_EQ(input.Content("a"), "aaaa");
    EXPECT_EQ(input.Content("bad.gz"), "");
    EXPECT_EQ(CodeOf(input, "bad.gz"), "ARCHIVE_INVALID");
    EXPECT_EQ(input.Find("bad.gz")->member.size_bytes, packed.size());
    EXPECT_EQ(input.Content("c.gz"), "cccc");
  });
}

TEST(BadArchiveTest, NothingIsGivenOfATarInAGzipMemberWhoseChecksumIsWrong) {
  const std::string bytes = Gzip(Tar({{"a", Lines()}, {"b", "bbbb"}}));
  WithEachBitChanged(bytes, 10, bytes.size(), [](const std::string& changed) {
    const Input input = ReadBytes("a.tar.gz", changed);
    EXPECT_TRUE(input.members.empty());
    EXPECT_EQ(FinalCode(input), "ARCHIVE_INVALID");
  });
}

TEST(BadArchiveTest, MembersThatCannotBeUnpackedStillHaveSizeAndHash) {
  const Input zip = ReadBytes("a.zip", Zip({{"secret", "text", 8, 1}, {"odd", "text", 99}}));
  for (const char* name : {"secret", "odd"}) {
    ASSERT_NE(zip.Find(name), nullptr);
    EXPECT_EQ(CodeOf(zip, name), "UNSUPPORTED");
    EXPECT_GT(zip.Find(name)->member.size_bytes, 30u) << name;
    EXPECT_NE(zip.Find(name)->member.hash, base::Sha256Of("")) << name;
  }
}

TEST(BadArchiveTest, ATarGoesOnBehindTheEndOfAnother) {
  const std::string two = Tar({{"a", "aaaa"}}) + Tar({{"b", "bbbb"}});
  const Input input = ReadBytes("ab.tar", two + std::string(10'240, '\0'));
  EXPECT_EQ(input.Content("a"), "aaaa");
  EXPECT_EQ(input.Content("b"), "bbbb");
  EXPECT_EQ(FinalCode(input), "none");
  EXPECT_EQ(FinalCode(ReadBytes("ab.tar", two.substr(0, two.size() - 1024))), "ARCHIVE_INVALID")
      << "the second has no end mark";
}

TEST(BadArchiveTest, BytesBehindTheEndOfATarAreRejectedWithSizeAndHash) {
  for (const std::size_t size : {std::size_t{3}, std::size_t{512}, std::size_t{70'000}}) {
    const std::string garbage(size, 'g');
    const Input input = ReadBytes("a.tar", Tar({{"a", "aaaa"}}) + garbage);
    EXPECT_EQ(input.Content("a"), "aaaa");
    ASSERT_EQ(input.members.size(), 2u);
    const Member& rest = input.members[1].member;
    EXPECT_EQ(rest.member_class, MemberClass::kRejected);
    EXPECT_EQ(rest.error->code(), ErrorCode::kArchiveInvalid);
    EXPECT_EQ(rest.size_bytes, size);
    EXPECT_EQ(rest.hash, base::Sha256Of(garbage));
    EXPECT_EQ(FinalCode(input), "none");
  }
}

TEST(BadArchiveTest, ATruncatedTarFailsBehindItsWholeMembers) {
  const std::string tar = Tar({{"a", std::string(1000, 'a')}, {"b", std::string(1000, 'b')}});
  Input input = ReadBytes("a.tar", tar.substr(0, 512 + 1024 + 512 + 500));
  EXPECT_EQ(input.Content("a").size(), 1000u);
  EXPECT_EQ(CodeOf(input, "b"), "ARCHIVE_INVALID");
  EXPECT_EQ(FinalCode(input), "ARCHIVE_INVALID");
  input = ReadBytes("a.tar", tar.substr(0, tar.size() - 1024));
  EXPECT_EQ(input.members.size(), 2u);
  EXPECT_EQ(FinalCode(input), "ARCHIVE_INVALID") << "no end mark";
}

TEST(BadArchiveTest, WhatFollowsADamagedTarHeaderIsRejectedWithSizeAndHash) {
  const std::string tar = Tar({{"a", std::string(1000, 'a')}, {"b", std::string(1000, 'b')}});
  constexpr std::size_t kSecondHeader = 512 + 1024;
  std::string bad_sum = tar;
  bad_sum[kSecondHeader] ^= 1;
  for (const std::string& bytes : {bad_sum, tar.substr(0, kSecondHeader + 100)}) {
    const Input input = ReadBytes("a.tar", bytes);
    EXPECT_EQ(input.Content("a").size(), 1000u);
    ASSERT_EQ(input.members.size(), 2u);
    const Member& rest = input.members[1].member;
    EXPECT_EQ(rest.error->code(), ErrorCode::kArchiveInvalid);
    EXPECT_EQ(rest.size_bytes, bytes.size() - kSecondHeader);
    EXPECT_EQ(rest.hash, base::Sha256Of(bytes.substr(kSecondHeader)));
    EXPECT_EQ(FinalCode(input), "none");
  }
}

TEST(BadArchiveTest, ATruncatedZipFailsAsAWhole) {
  const std::string zip = Zip({{"a", "aaaa"}, {"b", "bbbb"}});
  for (std::size_t size = 4; size < zip.size(); ++size) {
    EXPECT_EQ(FinalCode(ReadBytes("a.zip", zip.substr(0, size))), "ARCHIVE_INVALID") << size;
  }
}

TEST(BadArchiveTest, NoTruncationPassesForWhole) {
  const std::string bytes = Gzip(Tar({{"a.zst", Zstd("content of a")}, {"b", "content of b"}}));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Input input = ReadBytes("a.tar.gz", bytes.substr(0, size));
    EXPECT_EQ(FinalCode(input), "ARCHIVE_INVALID") << size;
  }
  for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
    const Input input = ReadBytes("a.json.gz", Gzip("content").substr(0, size));
    const bool refused = input.error.has_value() || input.members[0].read_error.has_value();
    EXPECT_EQ(refused, size < Gzip("content").size()) << size;
  }
}

TEST(BadArchiveTest, BombsAreStopped) {
  ArchiveLimits limits;
  limits.ratio_max = 100;
  const std::string zeros(5'000'000, '\0');
  for (const auto& [name, packed] :
       {std::pair{"a.gz"s, Gzip(zeros)}, std::pair{"a.zst"s, Zstd(zeros)},
        std::pair{"a.gz.gz"s, Gzip(Gzip(zeros))}}) {
    const Input input = ReadBytes(name, packed, limits);
    EXPECT_EQ(CodeOf(input, ""), "ARCHIVE_BOMB") << name;
    EXPECT_LT(input.members[0].content.size(), 2'000'000u);
  }
  const Input zip = ReadBytes("a.zip", Zip({{"bomb", zeros}, {"good", "good"}}), limits);
  EXPECT_EQ(CodeOf(zip, "bomb"), "ARCHIVE_BOMB");
  EXPECT_EQ(zip.Content("good"), "good");
}

TEST(BadArchiveTest, TheRatioCountsAllLayersTogether) {
  ArchiveLimits limits;
  limits.ratio_max = 2000;  // each layer alone stays below it
  const std::string twice = Gzip(Gzip(std::string(80'000'000, '\0')));
  EXPECT_EQ(CodeOf(ReadBytes("a.gz.gz", twice, limits), ""), "ARCHIVE_BOMB");
}

TEST(BadArchiveTest, SmallFilesOfBlanksAreNoBombs) {
  ArchiveLimits limits;
  limits.ratio_max = 10;
  EXPECT_EQ(CodeOf(ReadBytes("a.gz", Gzip(std::string(1'000'000, ' ')), limits), ""), "none");
}

TEST(BadArchiveTest, OverlappingZipMembersAreABomb) {
  std::string zip = Zip({{"a", "aaaa", 0}, {"b", "bbbb", 0}});
  // Points the second directory line at the first member.
  const std::size_t second = zip.rfind("PK\x01\x02"s);
  zip.replace(second + 42, 4, std::string(4, '\0'));
  EXPECT_EQ(FinalCode(ReadBytes("a.zip", zip)), "ARCHIVE_BOMB");
}

TEST(BadArchiveTest, UnsafePathsAreRejectedOneByOne) {
  const std::vector<std::string> unsafe = {"../x",  "a/../../x", "/etc/passwd", "..\\x",
                                           "C:\\x", "a/..",      "\\\\host\\x", "a\nb"};
  std::vector<TarMember> tar;
  std::vector<ZipMember> zip;
  for (const std::string& name : unsafe) {
    tar.push_back({name, "evil"});
    zip.push_back({name, "evil"});
  }
  tar.push_back({"good..json", "good"});
  zip.push_back({"good..json", "good"});
  for (const Input& input : {ReadBytes("a.tar", Tar(tar)), ReadBytes("a.zip", Zip(zip))}) {
    ASSERT_EQ(input.members.size(), unsafe.size() + 1);
    for (std::size_t i = 0; i < unsafe.size(); ++i) {
      const Member& member = input.members[i].member;
      ASSERT_EQ(member.member_class, MemberClass::kRejected) << unsafe[i];
      EXPECT_EQ(member.error->code(), ErrorCode::kArchivePathUnsafe) << unsafe[i];
      EXPECT_EQ(member.size_bytes, 4u);
      EXPECT_EQ(member.hash, base::Sha256Of("evil"));
    }
    EXPECT_EQ(input.Content("good..json"), "good");
  }
}

TEST(BadArchiveTest, LinksAndDevicesAreRejected) {
  const Input tar =
      ReadBytes("a.tar", Tar({{"sym", "", '2'}, {"hard", "", '1'}, {"dev", "", '3'}, {"a", "a"}}));
  for (const char* name : {"sym", "hard", "dev"}) {
    EXPECT_EQ(CodeOf(tar, name), "ARCHIVE_PATH_UNSAFE") << name;
  }
  EXPECT_EQ(tar.Content("a"), "a");
  const Input zip = ReadBytes("a.zip", Zip({{"sym", "/etc/passwd", 0, 0, 0120777}, {"a", "a"}}));
  EXPECT_EQ(CodeOf(zip, "sym"), "ARCHIVE_PATH_UNSAFE");
  EXPECT_EQ(zip.Content("a"), "a");
}

TEST(BadArchiveTest, WhatCannotBeUnpackedIsRejectedAlone) {
  const Input input =
      ReadBytes("a.zip", Zip({{"secret", "x", 0, 1}, {"lzma", "x", 14}, {"a", "a"}}));
  EXPECT_EQ(CodeOf(input, "secret"), "UNSUPPORTED");
  EXPECT_EQ(CodeOf(input, "lzma"), "UNSUPPORTED");
  EXPECT_EQ(input.Content("a"), "a");
  const std::string sparse =
      PaxHeader({"GNU.sparse.major=1"}) + TarEntry({"s", "x"}) + TarEntry({"a", "a"}) + TarEnd();
  EXPECT_EQ(CodeOf(ReadBytes("a.tar", sparse), "s"), "UNSUPPORTED");
  EXPECT_EQ(ReadBytes("a.tar", sparse).Content("a"), "a");
}

TEST(BadArchiveTest, ADamagedArchiveInsideIsLeftAndTheRestRead) {
  const std::string bad_tar = Tar({{"x", "x"}}).substr(0, 1024);
  const Input input = ReadBytes("a.zip", Zip({{"bad.tar", bad_tar},
                                              {"bad.zip", "PK\x03\x04 no"s},
                                              {"bad.gz", "plain"},
                                              {"good", "good"}}));
  EXPECT_EQ(input.Content("bad.tar!x"), "x");
  EXPECT_EQ(CodeOf(input, "bad.tar"), "ARCHIVE_INVALID");
  EXPECT_EQ(CodeOf(input, "bad.zip"), "ARCHIVE_INVALID");
  EXPECT_EQ(CodeOf(input, "bad.gz"), "ARCHIVE_INVALID");
  EXPECT_EQ(input.Content("good"), "good");
  EXPECT_EQ(FinalCode(input), "none");
}

TEST(BadArchiveTest, LimitsAreKept) {
  ArchiveLimits limits;
  limits.members_max = 2;
  Input input = ReadBytes("a.tar", Tar({{"a", ""}, {"b", ""}, {"c", ""}}), limits);
  EXPECT_EQ(input.members.size(), 2u);
  EXPECT_EQ(FinalCode(input), "LIMIT_EXCEEDED");
  EXPECT_EQ(FinalCode(ReadBytes("a.zip", Zip({{"a", ""}, {"b", ""}, {"c", ""}}), limits)),
            "LIMIT_EXCEEDED");
  limits = {};
  limits.depth_max = 2;
  EXPECT_EQ(FinalCode(ReadBytes("a.gz.gz.gz", Gzip(Gzip(Gzip("x"))), limits)), "LIMIT_EXCEEDED");
  EXPECT_EQ(CodeOf(ReadBytes("a.tgz", Gzip(Tar({{"b.gz", Gzip("x")}})), limits), "b.gz"),
            "LIMIT_EXCEEDED");
  limits = {};
  limits.name_bytes_max = 10;
  EXPECT_EQ(CodeOf(ReadBytes("a.tar", Tar({{"12345678901", ""}}), limits), "1234567890"),
            "LIMIT_EXCEEDED");
  limits.nested_zip_bytes_max = 1000;
  const std::string large = Zip({{"x", std::string(200'000, 'x'), 0}});
  EXPECT_EQ(CodeOf(ReadBytes("a.tar", Tar({{"b.zip", large}}), limits), "b.zip"), "LIMIT_EXCEEDED");
  limits.depth_max = 0;
  EXPECT_EQ(FinalCode(ReadBytes("a", "", limits)), "INVALID_ARGUMENT");
}

TEST(BadArchiveTest, AZstdWindowBeyond27BitsIsRefused) {
  EXPECT_EQ(FinalCode(ReadBytes("a.zst", Zstd("text", 28))), "LIMIT_EXCEEDED");
  EXPECT_EQ(CodeOf(ReadBytes("a.zst", Zstd("text", 27)), ""), "none");
}

TEST(BadArchiveTest, AFileThatShrinksHasVanished) {
  base::FaultFileSystem files;
  ASSERT_TRUE(base::WriteFileDurably(files, "/a.json", std::string(100'000, 'x')).has_value());
  auto input = OpenInput(files, "/a.json", {}).value();
  auto member = input->Next().value();
  ASSERT_TRUE(
      files.Open("/a.json", base::OpenMode::kReadWrite).value()->Truncate(1000).has_value());
  std::vector<std::byte> buffer(50'000);
  ASSERT_TRUE(member->stream->Read(buffer).has_value()) << "the front was looked at before";
  EXPECT_TRUE(healix::testing::IsError(member->stream->Read(buffer), ErrorCode::kInputVanished));
}

TEST(BadArchiveTest, ReadErrorsOfTheDiskPassThrough) {
  base::FaultFileSystem files;
  ASSERT_TRUE(base::WriteFileDurably(files, "/a.zip", Zip({{"a", "a"}})).has_value());
  files.FailCall(base::FileOperation::kRead, 3, ErrorCode::kIoFailed);
  EXPECT_EQ(FinalCode(ReadInput(files, "/a.zip")), "IO_FAILED");
  EXPECT_EQ(FinalCode(ReadInput(files, "/none.zip")), "FILE_NOT_FOUND");
}

}  // namespace
}  // namespace healix::formats::archive
