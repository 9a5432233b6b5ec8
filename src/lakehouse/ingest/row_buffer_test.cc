// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "lakehouse/ingest/arrow_json_internal.h"
#include "lakehouse/ingest/row_buffer_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsOk;

TEST(RowBufferTest, StreamsWhatWasAppended) {
  RowBuffer rows(
      {{"id", ColumnKind::kText}, {"n", ColumnKind::kLong}, {"b", ColumnKind::kBoolean}});
  constexpr std::int64_t kRows = 40'000;  // more than one chunk
  for (std::int64_t i = 0; i < kRows; ++i) {
    rows.Text(std::to_string(i));
    if (i % 3 == 0) {
      rows.Null();
    } else {
      rows.Long(i);
    }
    rows.Boolean(i % 2 == 0).EndRow();
  }
  EXPECT_EQ(rows.row_count(), static_cast<std::uint64_t>(kRows));
  engine::ArrowStreamOwner stream = rows.TakeStream();
  EXPECT_EQ(rows.row_count(), 0U);
  ArrowArrayStream raw = stream.Release();
  engine::ArrowSchemaOwner schema;
  ASSERT_EQ(raw.get_schema(&raw, schema.Receive()), 0);
  std::int64_t at = 0;
  int batches = 0;
  while (true) {
    engine::ArrowBatch batch;
    ASSERT_EQ(raw.get_next(&raw, batch.Receive()), 0);
    if (batch.get().release == nullptr) break;
    ++batches;
    for (std::int64_t row = 0; row < batch.get().length; ++row, ++at) {
      std::string json;
      ASSERT_TRUE(IsOk(AppendFhirJson(json, "X", schema.get(), batch.get(), row)));
      const std::string number = at % 3 == 0 ? "" : ",\"n\":" + std::to_string(at);
      ASSERT_EQ(json, "{\"resourceType\":\"X\",\"id\":\"" + std::to_string(at) + "\"" + number +
                          ",\"b\":" + (at % 2 == 0 ? "true" : "false") + "}");
    }
  }
  raw.release(&raw);
  EXPECT_EQ(at, kRows);
  EXPECT_GT(batches, 1);
}

/// A struct column of two members over one row, made by hand.
struct StructColumn {
  std::int32_t offsets[2] = {0, 3};
  const char* text = "abc";
  const void* text_buffers[3] = {nullptr, offsets, text};
  double number = 72.5;
  const void* number_buffers[2] = {nullptr, &number};
  const void* struct_buffers[1] = {nullptr};
  ArrowArray text_array{1, 0, 0, 3, 0, text_buffers, nullptr, nullptr, nullptr, nullptr};
  ArrowArray number_array{1, 0, 0, 2, 0, number_buffers, nullptr, nullptr, nullptr, nullptr};
  ArrowArray* members[2] = {&text_array, &number_array};
  ArrowArray array{1, 0, 0, 1, 2, struct_buffers, members, nullptr, nullptr, nullptr};
  ArrowArray* columns[1] = {&array};
  ArrowArray table{1, 0, 0, 1, 1, struct_buffers, columns, nullptr, nullptr, nullptr};
};

std::string Compose(StructColumn& data, const char* column, const char* first, const char* second) {
  ArrowSchema text{"u", first, nullptr, 2, 0, nullptr, nullptr, nullptr, nullptr};
  ArrowSchema number{"g", second, nullptr, 2, 0, nullptr, nullptr, nullptr, nullptr};
  ArrowSchema* members[2] = {&text, &number};
  ArrowSchema inner{"+s", column, nullptr, 2, 2, members, nullptr, nullptr, nullptr};
  ArrowSchema* columns[1] = {&inner};
  ArrowSchema table{"+s", "", nullptr, 0, 1, columns, nullptr, nullptr, nullptr};
  std::string json;
  EXPECT_TRUE(IsOk(AppendFhirJson(json, "T", table, data.table, 0)));
  return json;
}

TEST(ArrowJsonTest, ComposesChoicesAndReferences) {
  StructColumn data;
  EXPECT_EQ(Compose(data, "value", "string", "decimal"),
            R"({"resourceType":"T","valueString":"abc","valueDecimal":72.5})");
  EXPECT_EQ(Compose(data, "quantity", "id", "value"),
            R"({"resourceType":"T","quantity":{"id":"abc","value":72.5}})");
}

}  // namespace
}  // namespace healix::lakehouse::ingest
