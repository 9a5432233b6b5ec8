// SPDX-License-Identifier: Apache-2.0
#include <span>

#include "base/testing/matchers.h"
#include "lakehouse/engine/engine_fixture.h"
#include "lakehouse/engine/parquet_footer_internal.h"

namespace healix::lakehouse::engine {
namespace {

using iceberg::TypeId;
using testing::IsError;
using testing::IsOk;
using namespace std::string_literals;

// FileMetaData: version 1, then a list of SchemaElements, then 7 rows.
const std::string kHead = "\x15\x02\x19\x2C"s;
const std::string kTail = "\x16\x0E\x00"s;
// type INT32, optional, name `n`, [INT_32], field id 2.
const std::string kMarked = "\x15\x02\x25\x02\x18\x01n\x25\x22\x35\x04\x00"s;
const std::string kBare = "\x15\x02\x25\x02\x18\x01n\x55\x04\x00"s;
// type INT32, optional, name `d`, DATE; type INT64, name `l`, INT_64.
const std::string kDate =
    "\x15\x02\x25\x02\x18\x01"
    "d\x25\x0C\x35\x04\x00"s;
const std::string kLong = "\x15\x04\x25\x02\x18\x01l\x25\x24\x35\x04\x00"s;

TEST(ParquetFooterTest, DropsTheMarkOf32BitColumns) {
  EXPECT_EQ(WithoutInt32Marks(kHead + kMarked + kDate + kTail).value(),
            kHead + kBare + kDate + kTail);
}

TEST(ParquetFooterTest, KeepsEveryOtherFooter) {
  const std::string footer = kHead + kDate + kLong + kTail;
  EXPECT_EQ(WithoutInt32Marks(footer).value(), footer);
}

TEST(ParquetFooterTest, RefusesWhatIsNoFooter) {
  const std::string footer = kHead + kMarked + kDate + kTail;
  for (std::size_t size = 0; size < footer.size() - kTail.size(); ++size) {
    EXPECT_TRUE(IsError(WithoutInt32Marks(footer.substr(0, size)), ErrorCode::kParquetInvalid));
  }
  EXPECT_TRUE(IsError(WithoutInt32Marks("\x15\x02\x19\x25\x02"), ErrorCode::kParquetInvalid));
}

class WrittenFooterTest : public EngineTest {};

TEST_F(WrittenFooterTest, HoldsNoMarkAndTheFileIsAsLargeAsItSays) {
  iceberg::Schema schema;
  schema.fields = {MakeField(1, "n", iceberg::Primitive(TypeId::kInt)),
                   MakeField(2, "l", iceberg::Primitive(TypeId::kLong))};
  const auto written = WriteSql(Write(schema, "marks"), "SELECT * FROM (VALUES (1, 2), (3, 4))");
  ASSERT_TRUE(IsOk(written));
  const WrittenFile& file = written->at(0);
  const auto opened = files().Open(file.path, base::OpenMode::kRead).value();
  EXPECT_EQ(opened->Size().value(), file.size_bytes);
  std::string bytes(file.size_bytes, '\0');
  EXPECT_EQ(opened->ReadAt(0, std::as_writable_bytes(std::span(bytes))).value(), bytes.size());
  EXPECT_EQ(bytes.find("\x18\x01n\x25\x22"), std::string::npos);
  EXPECT_NE(bytes.find("\x18\x01n\x55\x02"), std::string::npos);
  EXPECT_NE(bytes.find("\x18\x01l\x25\x24"), std::string::npos);
}

}  // namespace
}  // namespace healix::lakehouse::engine
