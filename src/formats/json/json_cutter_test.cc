// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_cutter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/testing/matchers.h"
#include "formats/cutting/memory_stream.h"

namespace healix::formats::json {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;

bool AlwaysOpens(std::string_view) { return true; }
bool OpensBundles(std::string_view head) { return head.find("Bundle") != std::string_view::npos; }

struct Seen {
  JsonPieceKind kind;
  std::uint64_t offset;
  std::uint64_t length;
  std::string bytes;
  std::string name;
  std::optional<Rejection> rejection;
};

struct Cutting {
  std::vector<Seen> pieces;
  ByteAccount account;

  /// Lists the pieces of a kind as `offset:bytes`.
  std::vector<std::string> Of(JsonPieceKind kind) const {
    std::vector<std::string> list;
    for (const Seen& seen : pieces) {
      if (seen.kind == kind) list.push_back(std::to_string(seen.offset) + ":" + seen.bytes);
    }
    return list;
  }
};

using List = std::vector<std::string>;

Cutting Cut(std::string_view text, JsonCutterOptions options = {},
            std::size_t read_bytes = SIZE_MAX) {
  MemoryStream stream(text, read_bytes);
  auto window = std::make_unique<StreamWindow>(stream);
  EXPECT_TRUE(IsOk(window->Open(std::nullopt)));
  auto cutter = JsonCutter::Create(std::move(window), std::move(options));
  EXPECT_TRUE(IsOk(cutter));
  Cutting cutting;
  for (;;) {
    auto piece = (*cutter)->Next();
    EXPECT_TRUE(IsOk(piece));
    if (!piece || !*piece) break;
    const JsonPiece& got = **piece;
    cutting.pieces.push_back({got.kind, got.offset, got.length, std::string(got.bytes),
                              std::string(got.name), got.rejection});
  }
  cutting.account = (*cutter)->account();
  EXPECT_EQ(cutting.account.total_bytes(), text.size());
  return cutting;
}

void ExpectRejected(const Seen& seen, ErrorCode code, std::uint64_t offset, std::uint64_t length) {
  EXPECT_EQ(seen.kind, JsonPieceKind::kRejected);
  ASSERT_TRUE(seen.rejection.has_value());
  EXPECT_EQ(seen.rejection->error.code(), code);
  EXPECT_EQ(seen.offset, offset);
  EXPECT_EQ(seen.length, length);
}

TEST(JsonCutterTest, CutsLines) {
  const auto cutting = Cut("\xEF\xBB\xBF{\"a\":1}\r\n\n  {\"b\":\"\\n\"}\t\n{\"c\":3}");
  EXPECT_EQ(cutting.Of(JsonPieceKind::kValue),
            (List{"3:{\"a\":1}", "15:{\"b\":\"\\n\"}", "27:{\"c\":3}"}));
  EXPECT_EQ(cutting.account.record_bytes, 7U + 10 + 7);
  EXPECT_EQ(cutting.account.rejected_bytes, 0U);
}

TEST(JsonCutterTest, CutsValuesOverManyLines) {
  const auto cutting = Cut("{\n  \"a\": [1,\n 2]\n}\n{ \"b\": {} }{\"c\":0}\n");
  EXPECT_EQ(cutting.Of(JsonPieceKind::kValue),
            (List{"0:{\n  \"a\": [1,\n 2]\n}", "19:{ \"b\": {} }", "30:{\"c\":0}"}));
}

TEST(JsonCutterTest, CutsTheElementsOfAnOuterArray) {
  const auto cutting = Cut("[ {\"a\":\"]}\\\"\"} ,\n[1],\"x\", 12 ]\n");
  EXPECT_EQ(cutting.Of(JsonPieceKind::kValue),
            (List{"2:{\"a\":\"]}\\\"\"}", "17:[1]", "21:\"x\"", "26:12"}));
}

TEST(JsonCutterTest, CutsTheEntriesOfAnOpenedObject) {
  const std::string text =
      "{\"resourceType\":\"Bundle\", \"entry\" : [ {\"r\":1}, {\"r\":2} ],\n \"type\":\"batch\"}\n";
  for (const std::size_t read_bytes : {1, 2, 3, 7, 1000}) {
    const auto cutting = Cut(text, {.opens = AlwaysOpens, .array_name = "entry"}, read_bytes);
    ASSERT_EQ(cutting.pieces.size(), 6U);
    EXPECT_EQ(cutting.Of(JsonPieceKind::kOpen), (List{"0:{"}));
    EXPECT_EQ(cutting.Of(JsonPieceKind::kElement), (List{"38:{\"r\":1}", "47:{\"r\":2}"}));
    EXPECT_EQ(cutting.Of(JsonPieceKind::kMember),
              (List{"1:\"resourceType\":\"Bundle\"", "59:\"type\":\"batch\""}));
    EXPECT_EQ(cutting.pieces[1].name, "resourceType");
    EXPECT_EQ(cutting.Of(JsonPieceKind::kClose), (List{"73:}"}));
    EXPECT_EQ(cutting.account.record_bytes, 14U);
  }
}

TEST(JsonCutterTest, OpensSomeLinesAndTakesOthersWhole) {
  const auto cutting = Cut("{\"t\":\"Bundle\",\"entry\":[1,2]}\n{\"t\":\"Patient\"}\n",
                           {.opens = OpensBundles, .array_name = "entry"});
  EXPECT_EQ(cutting.Of(JsonPieceKind::kElement), (List{"23:1", "25:2"}));
  EXPECT_EQ(cutting.Of(JsonPieceKind::kValue), (List{"29:{\"t\":\"Patient\"}"}));
}

TEST(JsonCutterTest, OneBadLineHarmsNoOther) {
  const auto cutting = Cut("{\"a\":\n{\"b\":2}\n{\"c\":[\n{\"d\":4}\n");
  // A line that breaks off after a colon could be JSON over several lines: values, not lines.
  EXPECT_EQ(cutting.pieces.size(), 1U);
  const auto lines = Cut("{\"a\":\"x\n{\"b\":2}\n{\"c\":[\n{\"d\":4}\n");
  EXPECT_EQ(lines.Of(JsonPieceKind::kValue),
            (List{"0:{\"a\":\"x", "8:{\"b\":2}", "16:{\"c\":[", "23:{\"d\":4}"}));
}

TEST(JsonCutterTest, ABundleThatBreaksOffEndsWithItsLine) {
  const auto cutting = Cut("{\"a\":0}\n{\"entry\":[{\"r\":1},{\"r\":\n{\"entry\":[{\"r\":3}]}\n",
                           {.opens = AlwaysOpens, .array_name = "entry"});
  EXPECT_EQ(cutting.Of(JsonPieceKind::kElement), (List{"18:{\"r\":1}", "42:{\"r\":3}"}));
  const auto rejected = cutting.Of(JsonPieceKind::kRejected);
  ASSERT_EQ(rejected, (List{"26:{\"r\":"}));
  EXPECT_EQ(cutting.Of(JsonPieceKind::kOpen).size(), 3U);
  EXPECT_EQ(cutting.Of(JsonPieceKind::kClose).size(), 3U);
}

TEST(JsonCutterTest, RejectsATruncatedInput) {
  ExpectRejected(Cut("{\n\"a\":1}\n{\"b\": [1").pieces.at(1), ErrorCode::kInputTruncated, 9, 8);
  ExpectRejected(Cut("[{\"a\":1},{\"b\":").pieces.at(1), ErrorCode::kInputTruncated, 9, 5);
  ExpectRejected(Cut("[{\"a\":1},").pieces.at(1), ErrorCode::kInputTruncated, 9, 0);
  const JsonCutterOptions opening{.opens = AlwaysOpens, .array_name = "entry"};
  const auto inside = Cut("{\"entry\":[{\"a\":1},{\"b\"", opening);
  ExpectRejected(inside.pieces.at(2), ErrorCode::kInputTruncated, 18, 4);
  EXPECT_EQ(inside.pieces.at(3).kind, JsonPieceKind::kClose);
  ExpectRejected(Cut("{\"entry\":[{\"a\":1}]", opening).pieces.at(2), ErrorCode::kInputTruncated,
                 18, 0);
}

TEST(JsonCutterTest, RejectsALargeValueAndReadsOn) {
  const std::string large = "{\"b\":\"" + std::string(200'000, 'x') + "\"}";
  for (const std::string& text :
       {"{\"a\":1}\n" + large + "\n{\"c\":3}\n", "[{\"a\":1}," + large + ",{\"c\":3}]"}) {
    for (const std::size_t read_bytes : {std::size_t{100}, SIZE_MAX}) {
      const auto cutting = Cut(text, {.record_bytes_max = 1000}, read_bytes);
      ASSERT_EQ(cutting.pieces.size(), 3U);
      const Seen& rejected = cutting.pieces[1];
      ExpectRejected(rejected, ErrorCode::kRecordTooLarge, text.find("{\"b"), large.size());
      EXPECT_EQ(rejected.bytes, large.substr(0, kRejectedHeadBytesMax));
      EXPECT_EQ(rejected.rejection->sha256, base::Sha256Of(large));
      EXPECT_EQ(cutting.pieces[2].bytes, "{\"c\":3}");
      EXPECT_EQ(cutting.account.rejected_bytes, large.size());
    }
  }
}

TEST(JsonCutterTest, RejectsStrayBytesAndReadsOn) {
  const auto cutting = Cut("[{\"a\":1}}},{\"b\":2}] ]{\"c\":3}");
  EXPECT_EQ(cutting.Of(JsonPieceKind::kValue),
            (List{"1:{\"a\":1}", "11:{\"b\":2}", "21:{\"c\":3}"}));
  EXPECT_EQ(cutting.Of(JsonPieceKind::kRejected), (List{"8:}}", "20:]"}));
}

TEST(JsonCutterTest, RejectsTheRestOfAnObjectWithoutMembers) {
  const auto cutting = Cut("{\"entry\":[1], oops {} }\n{\"entry\":[2]}",
                           {.opens = AlwaysOpens, .array_name = "entry"});
  EXPECT_EQ(cutting.Of(JsonPieceKind::kElement), (List{"10:1", "34:2"}));
  EXPECT_EQ(cutting.Of(JsonPieceKind::kRejected), (List{"14:oops {} }"}));
}

TEST(JsonCutterTest, EmptyInputsHaveNoPieces) {
  EXPECT_TRUE(Cut("").pieces.empty());
  EXPECT_TRUE(Cut(" \n\r\n\t").pieces.empty());
  EXPECT_TRUE(Cut("[ ]\n").pieces.empty());
}

/// Delivers `{"a":"xxxx..."}` on one line without ever holding it.
class LongLine final : public base::ByteStream {
 public:
  explicit LongLine(std::uint64_t bytes) : left_(bytes) {}

  Result<std::size_t> Read(std::span<std::byte> buffer) override {
    const std::size_t bytes = std::min<std::uint64_t>(buffer.size(), left_);
    for (std::size_t i = 0; i < bytes; ++i) buffer[i] = static_cast<std::byte>('x');
    if (!started_ && bytes >= 6) std::memcpy(buffer.data(), "{\"a\":\"", 6);
    started_ = true;
    left_ -= bytes;
    largest_read_ = std::max(largest_read_, buffer.size());
    return bytes;
  }
  std::size_t largest_read() const { return largest_read_; }

 private:
  std::uint64_t left_;
  bool started_ = false;
  std::size_t largest_read_ = 0;
};

TEST(JsonCutterTest, ASingleLineOf300MegabytesNeedsLittleMemory) {
  constexpr std::uint64_t kBytes = 300'000'000;
  LongLine stream(kBytes);
  auto window = std::make_unique<StreamWindow>(stream);
  StreamWindow& watched = *window;
  ASSERT_TRUE(IsOk(window->Open(std::nullopt)));
  auto cutter = JsonCutter::Create(std::move(window), {.record_bytes_max = 4 << 20});
  ASSERT_TRUE(IsOk(cutter));
  const auto piece = (*cutter)->Next();
  ASSERT_TRUE(IsOk(piece));
  EXPECT_EQ((*piece)->rejection->error.code(), ErrorCode::kRecordTooLarge);
  EXPECT_EQ((*piece)->length, kBytes);
  EXPECT_LE(watched.capacity_bytes(), std::size_t{16} << 20);
  EXPECT_LE(stream.largest_read(), std::size_t{1} << 20);
}

TEST(JsonCutterTest, RefusesOptionsThatCannotWork) {
  EXPECT_TRUE(
      IsError(JsonCutterOptions{.record_bytes_max = 0}.Validate(), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::formats::json
