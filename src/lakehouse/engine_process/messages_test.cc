// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "lakehouse/engine_process/messages_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

using testing::IsError;
using testing::IsOk;

/// Gives every member of a struct, at any depth, a value of its own.
class Filler final {
 public:
  template <typename T>
  void Fill(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = true;
    } else if constexpr (std::is_arithmetic_v<T>) {
      value = static_cast<T>(++next_);
    } else if constexpr (std::is_enum_v<T>) {
      value = kLast<T>;
    } else if constexpr (std::is_same_v<T, std::string>) {
      value = "text " + std::to_string(++next_) + std::string(1, '\0');
    } else if constexpr (wire::kIsA<T, std::optional>) {
      Fill(value.emplace());
    } else if constexpr (wire::kIsA<T, std::shared_ptr>) {
      auto content = std::make_shared<std::remove_const_t<typename T::element_type>>();
      Fill(*content);
      value = std::move(content);
    } else if constexpr (wire::kIsA<T, std::variant>) {
      Fill(value.template emplace<0>());
    } else if constexpr (wire::kIsA<T, std::vector>) {
      if (++depth_ < 8) Fill(value.emplace_back());
      --depth_;
    } else if constexpr (wire::kIsA<T, std::map>) {
      typename T::key_type key{};
      Fill(key);
      Fill(value[key]);
    } else if constexpr (!std::is_same_v<T, std::monostate>) {
      std::apply([this](auto&... members) { (Fill(members), ...); }, Shape<T>::Of(value));
    }
  }

 private:
  int next_ = 0;
  int depth_ = 0;
};

template <typename T>
class TravelTest : public ::testing::Test {};

using Travellers =
    ::testing::Types<engine::Scope, engine::ScanTable, engine::ScanFile, engine::Relation,
                     iceberg::Schema, OpenMessage, QueryMessage, WriteMessage, FailureMessage,
                     engine::ParquetInfo, std::vector<engine::WrittenFile>,
                     std::vector<engine::ResultColumn>, std::vector<engine::TextRow>>;
TYPED_TEST_SUITE(TravelTest, Travellers);

// That no member is forgotten is proven by the compiler: a Shape must name them all.
TYPED_TEST(TravelTest, ArrivesAsItWas) {
  TypeParam filled{};
  Filler().Fill(filled);
  const std::string bytes = Encode(filled);
  const auto arrived = Decode<TypeParam>(bytes);
  ASSERT_TRUE(IsOk(arrived));
  EXPECT_EQ(Encode(*arrived), bytes);
}

TYPED_TEST(TravelTest, AnyCutOrAddedByteIsRefused) {
  TypeParam filled{};
  Filler().Fill(filled);
  const std::string bytes = Encode(filled);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_TRUE(IsError(Decode<TypeParam>(std::string_view(bytes).substr(0, length)),
                        ErrorCode::kEngineFailed))
        << length;
  }
  EXPECT_TRUE(IsError(Decode<TypeParam>(bytes + '\0'), ErrorCode::kEngineFailed));
}

TEST(MessagesTest, AScopeKeepsEachOfItsParts) {
  engine::ScanTable table;
  table.schema.fields.emplace_back();
  table.schema.fields[0].name = "id";
  table.schema.fields[0].type = iceberg::Decimal(9, 2);
  engine::ScanFile& file = table.files.emplace_back();
  file.path = "/a/b.parquet";
  file.record_count = 7;
  file.partition_constants = {{1, std::nullopt}, {2, "x"}};
  file.deletion_vector = engine::DeletionVector{"/a/dv", 4, 5, 6};
  file.equality_deletes = {{"/a/e", {1, 2}}};
  engine::Scope scope;
  scope.relations.push_back(
      {"main", "t", "version => 3", std::make_shared<const engine::ScanTable>(table)});
  scope.relations.push_back({"raw", "v", std::nullopt, engine::ViewText{"SELECT 1", "raw", {"a"}}});
  scope.default_schema = "clean";
  const auto arrived = Decode<engine::Scope>(Encode(scope));
  ASSERT_TRUE(IsOk(arrived));
  EXPECT_EQ(arrived->default_schema, "clean");
  const auto& relation = arrived->relations.at(0);
  EXPECT_EQ(relation.at, "version => 3");
  const auto& scanned = *std::get<0>(relation.content);
  EXPECT_EQ(scanned.schema, table.schema);
  EXPECT_EQ(scanned.files.at(0).partition_constants, file.partition_constants);
  EXPECT_EQ(scanned.files.at(0).deletion_vector->cardinality, 6u);
  EXPECT_EQ(scanned.files.at(0).equality_deletes.at(0).field_ids,
            (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(std::get<1>(arrived->relations.at(1).content).column_names,
            std::vector<std::string>{"a"});
}

TEST(MessagesTest, BytesAreCanonical) {
  using Map = std::map<std::int32_t, std::string>;
  std::string bytes = Encode(Map{{1, ""}, {2, ""}});
  EXPECT_TRUE(IsOk(Decode<Map>(bytes)));
  bytes[4] = 3;  // the first key
  EXPECT_TRUE(IsError(Decode<Map>(bytes), ErrorCode::kEngineFailed));
  bytes[4] = 2;
  EXPECT_TRUE(IsError(Decode<Map>(bytes), ErrorCode::kEngineFailed));
  EXPECT_TRUE(IsError(Decode<bool>("\x02"), ErrorCode::kEngineFailed));
  EXPECT_TRUE(IsError(Decode<engine::Compression>("\x04"), ErrorCode::kEngineFailed));
  EXPECT_TRUE(IsError(Decode<engine::Parameter>("\x05"), ErrorCode::kEngineFailed));
}

TEST(MessagesTest, ACountCantPromiseMoreThanThereIs) {
  EXPECT_TRUE(IsError(Decode<std::string>("\xff\xff\xff\xffx"), ErrorCode::kEngineFailed));
  EXPECT_TRUE(IsError(Decode<std::vector<engine::ScanFile>>("\xff\xff\xff\x7fx"),
                      ErrorCode::kEngineFailed));
}

TEST(MessagesTest, EndlessNestingIsRefused) {
  iceberg::Type type;
  for (int i = 0; i < 2000; ++i) {
    iceberg::Field field;
    field.type = std::move(type);
    type = iceberg::Type();
    type.fields.push_back(std::move(field));
  }
  EXPECT_TRUE(IsError(Decode<iceberg::Type>(Encode(type)), ErrorCode::kEngineFailed));
}

TEST(MessagesTest, ErrorsKeepCodeTextAndPosition) {
  Position position;
  position.byte_offset = 14;
  const Error error = MakeError(ErrorCode::kSqlSyntax, "near {}", 7).At(position);
  const Error arrived = ErrorFrom(FailureFrom(error));
  EXPECT_EQ(arrived.code(), ErrorCode::kSqlSyntax);
  EXPECT_EQ(arrived.message(), "near 7");
  EXPECT_EQ(arrived.position().byte_offset, 14u);
  EXPECT_EQ(ErrorFrom({60000, "?", {}}).code(), ErrorCode::kEngineFailed);
}

}  // namespace
}  // namespace healix::lakehouse::engine_process
