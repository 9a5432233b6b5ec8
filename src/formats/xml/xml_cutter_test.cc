// SPDX-License-Identifier: Apache-2.0
#include "formats/xml/xml_cutter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/testing/matchers.h"
#include "formats/cutting/memory_stream.h"

namespace healix::formats::xml {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using List = std::vector<std::string>;

struct Seen {
  XmlPieceKind kind;
  std::uint64_t offset;
  std::uint64_t length;
  std::string bytes;
  std::optional<Rejection> rejection;
};

struct Cutting {
  std::vector<Seen> pieces;
  ByteAccount account;

  List Of(XmlPieceKind kind) const {
    List list;
    for (const Seen& seen : pieces) {
      if (seen.kind == kind) list.push_back(std::to_string(seen.offset) + ":" + seen.bytes);
    }
    return list;
  }
};

XmlCutterOptions ForBundles() {
  XmlCutterOptions options;
  options.opened_name = "Bundle";
  options.element_name = "entry";
  return options;
}

Cutting Cut(std::string_view text, const XmlCutterOptions& options = ForBundles(),
            std::size_t read_bytes = SIZE_MAX) {
  MemoryStream stream(text, read_bytes);
  auto window = std::make_unique<StreamWindow>(stream);
  EXPECT_TRUE(IsOk(window->Open(std::nullopt)));
  auto cutter = XmlCutter::Create(std::move(window), options);
  EXPECT_TRUE(IsOk(cutter));
  Cutting cutting;
  for (;;) {
    const auto piece = (*cutter)->Next();
    EXPECT_TRUE(IsOk(piece));
    if (!piece || !*piece) break;
    const XmlPiece& got = **piece;
    cutting.pieces.push_back(
        {got.kind, got.offset, got.length, std::string(got.bytes), got.rejection});
  }
  cutting.account = (*cutter)->account();
  EXPECT_EQ(cutting.account.total_bytes(), text.size());
  return cutting;
}

void ExpectRejected(const Seen& seen, ErrorCode code, const std::string& bytes) {
  ASSERT_TRUE(seen.rejection.has_value()) << seen.bytes;
  EXPECT_EQ(seen.rejection->error.code(), code);
  EXPECT_EQ(seen.bytes, bytes);
}

TEST(XmlCutterTest, CutsTheEntriesOfABundle) {
  const std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- > -->\n"
      "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"a>b\"/>\n"
      "<entry><x v='/>'/><![CDATA[</entry>]]><entry/></entry>\n<entry/></Bundle>\n";
  for (const std::size_t read_bytes : {1, 2, 3, 7, 1000}) {
    const Cutting cutting = Cut(text, ForBundles(), read_bytes);
    EXPECT_EQ(cutting.Of(XmlPieceKind::kElement),
              (List{std::to_string(text.find("<entry>")) +
                        ":<entry><x v='/>'/><![CDATA[</entry>]]><entry/></entry>",
                    std::to_string(text.find("<entry/></B")) + ":<entry/>"}));
    EXPECT_EQ(cutting.Of(XmlPieceKind::kChild),
              (List{std::to_string(text.find("<type")) + ":<type value=\"a>b\"/>"}));
    EXPECT_EQ(cutting.Of(XmlPieceKind::kOpen).size(), 1U);
    EXPECT_EQ(cutting.Of(XmlPieceKind::kClose).size(), 1U);
    EXPECT_EQ(cutting.account.rejected_bytes, 0U);
  }
}

TEST(XmlCutterTest, CutsSingleDocumentsOneAfterTheOther) {
  const Cutting cutting = Cut("<a><b/></a>\n<?xml version='1.0'?><c/>");
  EXPECT_EQ(cutting.Of(XmlPieceKind::kValue), (List{"0:<a><b/></a>", "33:<c/>"}));
}

TEST(XmlCutterTest, ABombIsNeverReadInto) {
  const std::string bomb =
      "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol1 \"&lol;&lol;&lol;&lol;\">]>\n"
      "<Patient>&lol1;</Patient>";
  const Cutting cutting = Cut(bomb);
  ASSERT_EQ(cutting.pieces.size(), 1U);
  ExpectRejected(cutting.pieces[0], ErrorCode::kXmlInvalid, bomb);
}

TEST(XmlCutterTest, OneBadEntryLosesOnlyThatEntry) {
  for (const std::string bad :
       {"<entry><resource></entry>", "<entry><a <b/></entry>", "<entry></x></entry>",
        "<entry><!DOCTYPE a></entry>", "<entry><![CDAT[x]]></entry>"}) {
    const Cutting cutting = Cut("<Bundle><entry>1</entry>" + bad + "<entry>3</entry></Bundle>");
    EXPECT_EQ(cutting.Of(XmlPieceKind::kElement),
              (List{"8:<entry>1</entry>", std::to_string(24 + bad.size()) + ":<entry>3</entry>"}));
    ASSERT_EQ(cutting.Of(XmlPieceKind::kRejected).size(), 1U) << bad;
    ExpectRejected(cutting.pieces[2], ErrorCode::kXmlInvalid, bad);
  }
}

TEST(XmlCutterTest, TextAndStrayTagsBetweenElementsAreRejected) {
  const Cutting cutting = Cut("<Bundle>oops<entry/></x><entry/></Bundle>");
  EXPECT_EQ(cutting.Of(XmlPieceKind::kElement), (List{"12:<entry/>", "24:<entry/>"}));
  EXPECT_EQ(cutting.Of(XmlPieceKind::kRejected), (List{"8:oops", "20:</x>"}));
}

TEST(XmlCutterTest, RejectsATruncatedInput) {
  const Cutting cutting = Cut("<Bundle><entry>1</entry><entry><a");
  EXPECT_EQ(cutting.Of(XmlPieceKind::kElement), (List{"8:<entry>1</entry>"}));
  ExpectRejected(cutting.pieces.at(2), ErrorCode::kInputTruncated, "<entry><a");
  EXPECT_EQ(cutting.pieces.size(), 4U);
  ExpectRejected(Cut("<Bundle><entry/>").pieces.at(2), ErrorCode::kInputTruncated, "");
}

TEST(XmlCutterTest, LargeAndDeepElementsAreRejectedAndReadingGoesOn) {
  XmlCutterOptions options = ForBundles();
  options.record_bytes_max = 1000;
  options.depth_max = 3;
  const std::string large = "<entry>" + std::string(300'000, 'x') + "</entry>";
  const std::string deep = "<entry><a><b><c/></b></a></entry>";
  for (const std::size_t read_bytes : {std::size_t{997}, SIZE_MAX}) {
    const Cutting cutting =
        Cut("<Bundle>" + large + deep + "<entry/></Bundle>", options, read_bytes);
    ASSERT_EQ(cutting.pieces.size(), 5U);
    ExpectRejected(cutting.pieces[1], ErrorCode::kRecordTooLarge,
                   large.substr(0, kRejectedHeadBytesMax));
    EXPECT_EQ(cutting.pieces[1].rejection->sha256, base::Sha256Of(large));
    EXPECT_EQ(cutting.pieces[1].length, large.size());
    ExpectRejected(cutting.pieces[2], ErrorCode::kNestingTooDeep, deep);
    EXPECT_EQ(cutting.Of(XmlPieceKind::kElement).size(), 1U);
  }
}

TEST(XmlCutterTest, FollowsTheDeclaredEncoding) {
  const Cutting cutting = Cut("<?xml version=\"1.0\" encoding='ISO-8859-1'?><a v=\"\xE9\"/>");
  EXPECT_EQ(cutting.Of(XmlPieceKind::kValue), (List{"43:<a v=\"\u00e9\"/>"}));
  EXPECT_EQ(cutting.pieces[0].length, 10U);
  MemoryStream stream("<?xml version=\"1.0\" encoding=\"EBCDIC-CP-US\"?><a/>");
  auto window = std::make_unique<StreamWindow>(stream);
  ASSERT_TRUE(IsOk(window->Open(std::nullopt)));
  EXPECT_TRUE(IsError(XmlCutter::Create(std::move(window), {}), ErrorCode::kEncodingUnsupported));
}

}  // namespace
}  // namespace healix::formats::xml
