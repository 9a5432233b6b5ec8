// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "formats/archive/archive_builders_internal.h"
#include "formats/archive/input_members.h"

namespace healix::formats::archive {
namespace {

using namespace testing;

std::vector<std::string> NamesOf(const Input& input) {
  std::vector<std::string> names;
  for (const Seen& seen : input.members) names.push_back(seen.member.name);
  return names;
}

/// One content member called `name` with this content, and nothing wrong.
void ExpectOnly(const Input& input, const std::string& name, const std::string& content) {
  ASSERT_FALSE(input.error) << input.error->ToString();
  ASSERT_EQ(NamesOf(input), std::vector<std::string>{name});
  const Seen& seen = input.members[0];
  ASSERT_FALSE(seen.read_error) << seen.read_error->ToString();
  EXPECT_EQ(seen.member.member_class, MemberClass::kContent);
  EXPECT_EQ(seen.content, content);
}

TEST(ArchiveTest, ReadsAPlainFile) {
  const Input input = ReadBytes("a.ndjson", "{}\n{}\n");
  ExpectOnly(input, "", "{}\n{}\n");
  EXPECT_EQ(input.members[0].member.place, "/a.ndjson");
  EXPECT_EQ(input.members[0].member.content_name, "a.ndjson");
  ExpectOnly(ReadBytes("empty.json", ""), "", "");
}

TEST(ArchiveTest, ReadsGzipOfSeveralMembersWithPadding) {
  const Input input = ReadBytes("a.json.gz", Gzip("one ") + Gzip("") + Gzip("two"));
  ExpectOnly(input, "", "one two");
  EXPECT_EQ(input.members[0].member.content_name, "a.json");
  EXPECT_EQ(input.members[0].member.note, "");
  ExpectOnly(ReadBytes("a.gz", Gzip("one") + std::string(700, '\0')), "", "one");
  ExpectOnly(ReadBytes("a.gz", Gzip("")), "", "");
}

TEST(ArchiveTest, ReadsZstdOfSeveralFrames) {
  const std::string skippable(
      "\x5a\x2a\x4d\x18\x03\x00\x00\x00"
      "abc",
      11);
  ExpectOnly(ReadBytes("a.json.zst", Zstd("one ") + skippable + Zstd("two")), "", "one two");
  ExpectOnly(ReadBytes("a.json.zst", skippable + Zstd("two")), "", "two");
  std::string long_text;
  for (int i = 0; i < 300'000; ++i) long_text += std::to_string(std::int64_t{i} * 7919);
  ExpectOnly(ReadBytes("a.zst", Zstd(long_text, 27)), "", long_text);
}

TEST(ArchiveTest, ReadsATarInsideZstd) {
  const std::string long_content(10'000, 'b');
  const Input input = ReadBytes(
      "set.tar.zst",
      Zstd(Tar({{"x/", "", '5'}, {"x/a.json", "{}"}, {"x/b.json", long_content}, {"empty", ""}})));
  ASSERT_FALSE(input.error) << input.error->ToString();
  EXPECT_EQ(NamesOf(input), (std::vector<std::string>{"x/", "x/a.json", "x/b.json", "empty"}));
  EXPECT_EQ(input.members[0].member.rule, "archive.folder");
  EXPECT_EQ(input.Content("x/b.json"), long_content);
  EXPECT_EQ(input.members[1].member.place, "/set.tar.zst!x/a.json");
  EXPECT_EQ(input.members[1].member.content_name, "a.json");
}

TEST(ArchiveTest, ReadsLongTarNames) {
  const std::string long_name = "folder/" + std::string(300, 'n') + ".json";
  const std::string bytes =
      PaxHeader({"path=" + long_name, "mtime=1.5"}) + TarEntry({"short", "pax"}) +
      TarEntry({"././@LongLink", "gnu/" + long_name + std::string(1, '\0'), 'L'}) +
      TarEntry({"short", "gnu"}) + TarEntry({"short", "itself"}) + TarEnd();
  const Input input = ReadBytes("a.tar", bytes);
  ASSERT_FALSE(input.error) << input.error->ToString();
  EXPECT_EQ(input.Content(long_name), "pax");
  EXPECT_EQ(input.Content("gnu/" + long_name), "gnu");
  EXPECT_EQ(input.Content("short"), "itself");
}

TEST(ArchiveTest, AnEmptyTarIsEmpty) {
  const Input input = ReadBytes("a.tar.gz", Gzip(std::string(10'240, '\0')));
  EXPECT_FALSE(input.error);
  EXPECT_TRUE(input.members.empty());
}

TEST(ArchiveTest, ReadsEveryZipMethod) {
  const std::string content(5000, 'z');
  const Input input = ReadBytes("a.zip", Zip({{"stored", content, 0},
                                              {"deflate", content, 8},
                                              {"zstd", content, 93},
                                              {"streamed", content, 8, 8},
                                              {"folder/", "", 0},
                                              {"folder/empty", "", 0},
                                              {"wide", content, 8, 0, 0100644, 0, true}}));
  ASSERT_FALSE(input.error) << input.error->ToString();
  for (const char* name : {"stored", "deflate", "zstd", "streamed", "wide"}) {
    ASSERT_NE(input.Find(name), nullptr);
    EXPECT_FALSE(input.Find(name)->read_error) << name << input.Find(name)->read_error->ToString();
    EXPECT_EQ(input.Content(name), content) << name;
  }
  EXPECT_EQ(input.Find("folder/")->member.member_class, MemberClass::kIgnored);
  EXPECT_EQ(input.members.size(), 7u);
}

TEST(ArchiveTest, AnEmptyZipIsEmpty) {
  const Input input = ReadBytes("a.zip", Zip({}));
  EXPECT_FALSE(input.error);
  EXPECT_TRUE(input.members.empty());
}

TEST(ArchiveTest, GoesIntoArchivesInsideArchives) {
  const std::string inner_zip = Zip({{"in.json", "in zip"}});
  const std::string inner_tar = Gzip(Tar({{"a.json", "in tar"}, {"b.zip", inner_zip}}));
  const Input input = ReadBytes("a.zip", Zip({{"x/one.json.gz", Gzip("one"), 0},
                                              {"x/inner.tar.gz", inner_tar, 0},
                                              {"last.json", "last"}}));
  ASSERT_FALSE(input.error) << input.error->ToString();
  EXPECT_EQ(NamesOf(input),
            (std::vector<std::string>{"x/one.json.gz", "x/inner.tar.gz!a.json",
                                      "x/inner.tar.gz!b.zip!in.json", "last.json"}));
  EXPECT_EQ(input.members[0].content, "one");
  EXPECT_EQ(input.members[0].member.content_name, "one.json");
  EXPECT_EQ(input.members[1].content, "in tar");
  EXPECT_EQ(input.members[2].content, "in zip");
  EXPECT_EQ(input.members[2].member.place, "/a.zip!x/inner.tar.gz!b.zip!in.json");
}

TEST(ArchiveTest, SideFilesAreIgnoredWithSizeAndHash) {
  const Input input = ReadBytes("a.zip", Zip({{"__MACOSX/._A.csv", "side"},
                                              {"x/.DS_Store", "store"},
                                              {"x/._b.csv", "b"},
                                              {"A.csv", "data"}}));
  ASSERT_EQ(input.members.size(), 4u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(input.members[i].member.member_class, MemberClass::kIgnored);
    EXPECT_EQ(input.members[i].member.rule, "archive.side_file");
  }
  EXPECT_EQ(input.members[0].member.size_bytes, 4u);
  EXPECT_EQ(input.members[0].member.hash, base::Sha256Of("side"));
  EXPECT_EQ(input.Content("A.csv"), "data");
}

TEST(ArchiveTest, AMisleadingNameIsReadAndNoted) {
  Input input = ReadBytes("a.json.gz", Zstd("{}"));
  ExpectOnly(input, "", "{}");
  EXPECT_EQ(input.members[0].member.note, "named gzip, is zstd");
  EXPECT_EQ(input.members[0].member.content_name, "a.json");
  input = ReadBytes("a.json", Gzip("{}"));
  ExpectOnly(input, "", "{}");
  EXPECT_EQ(input.members[0].member.note, "is gzip, which its name does not say");
  input = ReadBytes("a.tgz", Tar({{"a", "1"}}));
  ExpectOnly(input, "a", "1");
  EXPECT_EQ(input.members[0].member.note, "named gzip, is tar");
}

TEST(ArchiveTest, NamesThatAreNotUtf8StandAsHex) {
  const Input input = ReadBytes("a.zip", Zip({{"caf\x82.json", "1"}, {"caf\xc3\xa9.json", "2"}}));
  EXPECT_EQ(NamesOf(input), (std::vector<std::string>{"caf%82.json", "caf\xc3\xa9.json"}));
}

TEST(ArchiveTest, ReadsTheSameInSmallSteps) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i * 7919) + "\n";
  base::FaultFileSystem files;
  const std::string bytes = Zip({{"a.tar.gz", Gzip(Tar({{"b.zst", Zstd(text)}, {"c", text}})), 0}});
  ASSERT_TRUE(base::WriteFileDurably(files, "/a.zip", bytes).has_value());
  for (const std::size_t step : {1u, 7u, 511u, 512u, 513u}) {
    const Input input = ReadInput(files, "/a.zip", {}, step);
    EXPECT_FALSE(input.error);
    EXPECT_EQ(input.Content("a.tar.gz!b.zst"), text) << step;
    EXPECT_EQ(input.Content("a.tar.gz!c"), text) << step;
  }
}

TEST(ArchiveTest, MembersThatAreNotReadArePassedOver) {
  base::FaultFileSystem files;
  const std::string bytes = Gzip(Tar({{"a", std::string(100'000, 'a')}, {"b", "b"}}));
  ASSERT_TRUE(base::WriteFileDurably(files, "/a.tgz", bytes).has_value());
  auto input = OpenInput(files, "/a.tgz", {}).value();
  EXPECT_EQ(input->Next().value()->name, "a");
  EXPECT_EQ(input->Next().value()->name, "b");
  EXPECT_FALSE(input->Next().value());
  EXPECT_FALSE(input->Next().value()) << "the end stays the end";
}

TEST(ArchiveTest, ReadsTheOmopZip) {
  HEALIX_SHARED_OR_SKIP(path, "data/omop-synthea27nj/Synthea27Nj_5.4.zip");
  const Input input = ReadInput(base::PosixFileSystem(), path);
  ASSERT_FALSE(input.error) << input.error->ToString();
  int tables = 0;
  int side_files = 0;
  for (const Seen& seen : input.members) {
    EXPECT_FALSE(seen.read_error) << seen.member.name;
    const bool is_csv = seen.member.name.ends_with(".csv");
    tables += is_csv && seen.member.member_class == MemberClass::kContent;
    side_files += is_csv && seen.member.member_class == MemberClass::kIgnored;
  }
  EXPECT_EQ(tables, 39);
  EXPECT_EQ(side_files, 1);
  EXPECT_TRUE(input.Content("PERSON.csv").starts_with("person_id,"))
      << input.members[0].member.name;
}

TEST(ArchiveTest, ReadsTheSyntheaArchives) {
  HEALIX_SHARED_OR_SKIP(hiv, "data/synthea-hiv/bundles.tar.zst");
  HEALIX_SHARED_OR_SKIP(ms, "data/synthea-ms/bundles.tar.zst");
  for (const auto& [path, bundles] : {std::pair{hiv, 65}, std::pair{ms, 13}}) {
    const Input input = ReadInput(base::PosixFileSystem(), path);
    ASSERT_FALSE(input.error) << input.error->ToString();
    int seen_bundles = 0;
    for (const Seen& seen : input.members) {
      if (seen.member.member_class != MemberClass::kContent) continue;
      EXPECT_TRUE(seen.member.name.ends_with(".json"));
      EXPECT_EQ(seen.content.front(), '{');
      ++seen_bundles;
    }
    EXPECT_EQ(seen_bundles, bundles);
  }
}

}  // namespace
}  // namespace healix::formats::archive
