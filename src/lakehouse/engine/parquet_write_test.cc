// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "lakehouse/engine/engine_fixture.h"

namespace healix::lakehouse::engine {
namespace {

using iceberg::Field;
using iceberg::TypeId;
using testing::IsError;
using testing::IsOk;

iceberg::Schema SchemaOf(std::vector<Field> fields) {
  iceberg::Schema schema;
  schema.fields = std::move(fields);
  return schema;
}

template <typename T>
std::string Bytes(T number) {
  return {reinterpret_cast<const char*>(&number), sizeof(T)};
}

/// Streams the result of a query as an Arrow stream, as ingest streams its own batches.
struct QuerySource {
  std::unique_ptr<ResultStream> result;

  static ArrowSource From(std::unique_ptr<ResultStream> result) {
    ArrowArrayStream stream{};
    stream.private_data = new QuerySource{std::move(result)};
    stream.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
      auto schema = Of(self).Schema();
      if (!schema) return 1;
      *out = schema->Release();
      return 0;
    };
    stream.get_next = [](ArrowArrayStream* self, ArrowArray* out) {
      auto batch = Of(self).Next();
      if (!batch) return 1;
      *out = batch->has_value() ? (**batch).Release() : ArrowArray{};
      return 0;
    };
    stream.get_last_error = [](ArrowArrayStream*) -> const char* { return "the query failed"; };
    stream.release = [](ArrowArrayStream* self) {
      delete static_cast<QuerySource*>(self->private_data);
      self->release = nullptr;
    };
    return {ArrowStreamOwner(stream)};
  }
  static ResultStream& Of(ArrowArrayStream* self) {
    return *static_cast<QuerySource*>(self->private_data)->result;
  }
};

class ParquetWriteTest : public EngineTest {
 protected:
  FieldStatistics StatisticsOf(const iceberg::Type& type, const std::string& values) {
    const auto written =
        WriteSql(Write(SchemaOf({MakeField(4, "v", type)}), "s" + std::to_string(next_file_++)),
                 "SELECT * FROM (VALUES " + values + ")");
    EXPECT_TRUE(IsOk(written)) << values;
    if (!written || written->size() != 1) return {};
    return written->front().fields.at(4);
  }
  FieldStatistics StatisticsOf(TypeId type, const std::string& values) {
    return StatisticsOf(iceberg::Primitive(type), values);
  }
};

TEST_F(ParquetWriteTest, BoundsOfNumbersAreBinary) {
  const FieldStatistics ints = StatisticsOf(TypeId::kInt, "(-5), (NULL), (7)");
  EXPECT_EQ(ints.value_count, 3u);
  EXPECT_EQ(ints.null_count, 1u);
  EXPECT_GT(ints.column_bytes, 0u);
  EXPECT_EQ(ints.lower_bound, Bytes(std::int32_t{-5}));
  EXPECT_EQ(ints.upper_bound, Bytes(std::int32_t{7}));
  EXPECT_FALSE(ints.nan_count.has_value());
  const FieldStatistics longs = StatisticsOf(TypeId::kLong, "(-9223372036854775808), (0)");
  EXPECT_EQ(longs.lower_bound, Bytes(std::numeric_limits<std::int64_t>::min()));
  const FieldStatistics flags = StatisticsOf(TypeId::kBoolean, "(true), (false)");
  EXPECT_EQ(flags.lower_bound, std::string(1, '\0'));
  EXPECT_EQ(flags.upper_bound, std::string(1, '\1'));
}

TEST_F(ParquetWriteTest, NanIsInNoBound) {
  const FieldStatistics plain = StatisticsOf(TypeId::kDouble, "(-1.5), (2.5), (NULL)");
  EXPECT_EQ(plain.nan_count, 0u);
  EXPECT_EQ(plain.lower_bound, Bytes(-1.5));
  EXPECT_EQ(plain.upper_bound, Bytes(2.5));
  const FieldStatistics mixed = StatisticsOf(TypeId::kDouble, "('NaN'::DOUBLE), (1.0), (2.0)");
  EXPECT_FALSE(mixed.nan_count.has_value());
  EXPECT_TRUE(!mixed.lower_bound || mixed.lower_bound == Bytes(1.0));
  EXPECT_TRUE(!mixed.upper_bound || mixed.upper_bound == Bytes(2.0));
  const FieldStatistics only = StatisticsOf(TypeId::kFloat, "('NaN')");
  EXPECT_FALSE(only.lower_bound || only.upper_bound);
  const FieldStatistics floats = StatisticsOf(TypeId::kFloat, "(0.1), ('-Infinity'::DOUBLE)");
  EXPECT_EQ(floats.upper_bound, Bytes(0.1f));
  EXPECT_EQ(floats.lower_bound, Bytes(-std::numeric_limits<float>::infinity()));
}

TEST_F(ParquetWriteTest, BoundsOfDecimalsAreShortestBigEndian) {
  using namespace std::string_literals;
  const FieldStatistics small = StatisticsOf(iceberg::Decimal(4, 2), "(-1.28), (1.27), (0.00)");
  EXPECT_EQ(small.lower_bound, "\x80"s);
  EXPECT_EQ(small.upper_bound, "\x7f"s);
  const FieldStatistics middle = StatisticsOf(iceberg::Decimal(9, 2), "(2.55), (-2.57)");
  EXPECT_EQ(middle.lower_bound, "\xfe\xff"s);
  EXPECT_EQ(middle.upper_bound, "\x00\xff"s);
  const FieldStatistics large =
      StatisticsOf(iceberg::Decimal(38, 0), "(18446744073709551616), (-18446744073709551617)");
  EXPECT_EQ(large.upper_bound, "\x01\0\0\0\0\0\0\0\0"s);
  EXPECT_EQ(large.lower_bound, "\xfe\xff\xff\xff\xff\xff\xff\xff\xff"s);
}

TEST_F(ParquetWriteTest, BoundsOfTimesCountFromTheEpoch) {
  const FieldStatistics dates = StatisticsOf(TypeId::kDate, "('1969-12-31'), ('2024-02-29')");
  EXPECT_EQ(dates.lower_bound, Bytes(std::int32_t{-1}));
  EXPECT_EQ(dates.upper_bound, Bytes(std::int32_t{19782}));
  const FieldStatistics stamps =
      StatisticsOf(TypeId::kTimestamp, "('1970-01-01 00:00:00.000001'), ('1969-12-31 23:59:59')");
  EXPECT_EQ(stamps.lower_bound, Bytes(std::int64_t{-1000000}));
  EXPECT_EQ(stamps.upper_bound, Bytes(std::int64_t{1}));
  const FieldStatistics zoned =
      StatisticsOf(TypeId::kTimestampTz, "('1970-01-01 02:00:00+01'), (NULL)");
  EXPECT_EQ(zoned.lower_bound, Bytes(std::int64_t{3600000000}));
  const FieldStatistics times = StatisticsOf(TypeId::kTime, "('00:00:01'), ('23:59:59.999999')");
  EXPECT_EQ(times.lower_bound, Bytes(std::int64_t{1000000}));
  EXPECT_EQ(times.upper_bound, Bytes(std::int64_t{86399999999}));
}

TEST_F(ParquetWriteTest, BoundsOfTextAreCutToSixteenCharacters) {
  const FieldStatistics text =
      StatisticsOf(TypeId::kString, "('aaaaaaaaaaaaaaaaaaaa'), ('zzzzzzzzzzzzzzzzzzzz')");
  EXPECT_EQ(text.lower_bound, std::string(16, 'a'));
  EXPECT_EQ(text.upper_bound, std::string(15, 'z') + "{");
  const FieldStatistics exact = StatisticsOf(TypeId::kString, "('0123456789abcdef'), ('')");
  EXPECT_EQ(exact.lower_bound, "");
  EXPECT_EQ(exact.upper_bound, "0123456789abcdef");
  const FieldStatistics wide = StatisticsOf(TypeId::kString, "('éééééééééééééééééééé')");
  EXPECT_EQ(wide.lower_bound, "éééééééééééééééé");
  EXPECT_EQ(wide.upper_bound, "éééééééééééééééê");
  const FieldStatistics highest = StatisticsOf(TypeId::kString, "(repeat(chr(1114111), 20))");
  EXPECT_FALSE(highest.upper_bound.has_value());
  const FieldStatistics bytes =
      StatisticsOf(TypeId::kBinary, "('\\x00\\xFF'::BLOB), (unhex(repeat('FF', 15) || '0102'))");
  EXPECT_EQ(bytes.lower_bound, std::string("\0\xff", 2));
  EXPECT_EQ(bytes.upper_bound, std::string(15, '\xff') + "\x02");
  const FieldStatistics ids =
      StatisticsOf(TypeId::kUuid, "('00112233-4455-6677-8899-aabbccddeeff')");
  EXPECT_EQ(ids.lower_bound, std::string("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc"
                                         "\xdd\xee\xff",
                                         16));
  const FieldStatistics nulls = StatisticsOf(TypeId::kString, "(NULL)");
  EXPECT_EQ(nulls.null_count, 1u);
  EXPECT_FALSE(nulls.lower_bound || nulls.upper_bound);
}

TEST_F(ParquetWriteTest, NestedFieldsHaveIdsAndStatistics) {
  const iceberg::Schema schema = SchemaOf(
      {MakeField(1, "s", MakeNested(TypeId::kStruct, {MakeField(2, "a\"b", TypeId::kInt)})),
       MakeField(3, "l", MakeNested(TypeId::kList, {MakeField(4, "element", TypeId::kString)})),
       MakeField(5, "m",
                 MakeNested(TypeId::kMap, {MakeField(6, "key", TypeId::kString),
                                           MakeField(7, "value", TypeId::kDate)}))});
  const auto written = WriteSql(Write(schema, "nested"),
                                "SELECT {'a\"b': 3}, ['x', 'y'], MAP {'k': DATE '1970-01-02'}");
  ASSERT_TRUE(IsOk(written));
  const auto& fields = written->at(0).fields;
  EXPECT_EQ(fields.at(2).lower_bound, Bytes(std::int32_t{3}));
  EXPECT_EQ(fields.at(4).value_count, 2u);
  EXPECT_EQ(fields.at(4).upper_bound, "y");
  EXPECT_EQ(fields.at(7).upper_bound, Bytes(std::int32_t{1}));
  const auto info = engine_->InspectParquet(written->at(0).path);
  ASSERT_TRUE(IsOk(info));
  EXPECT_EQ(info->table.schema.fields[0].type.fields[0].id, 2);
  EXPECT_EQ(info->table.schema.fields[1].type.fields[0].id, 4);
  EXPECT_EQ(info->table.schema.fields[2].type.fields[1].id, 7);
}

TEST_F(ParquetWriteTest, ArrowBatchesBecomeFiles) {
  auto result = engine_->Query(nullptr,
                               "SELECT i, 'row ' || i AS t, [i] AS l, TIMESTAMPTZ '1970-01-01' "
                               "FROM range(10000) r(i)",
                               {.batch_rows = 3000});
  ASSERT_TRUE(IsOk(result));
  const iceberg::Schema schema = SchemaOf(
      {MakeField(1, "i", TypeId::kLong), MakeField(2, "t", TypeId::kString),
       MakeField(3, "l", MakeNested(TypeId::kList, {MakeField(4, "element", TypeId::kInt)})),
       MakeField(5, "z", TypeId::kTimestampTz)});
  const auto written =
      engine_->WriteParquet(QuerySource::From(std::move(result).value()), Write(schema, "arrow"));
  ASSERT_TRUE(IsOk(written));
  ASSERT_EQ(written->size(), 1u);
  const WrittenFile& file = written->front();
  EXPECT_EQ(file.record_count, 10000u);
  EXPECT_EQ(file.fields.at(1).upper_bound, Bytes(std::int64_t{9999}));
  const auto size = files().Stat(file.path);
  ASSERT_TRUE(IsOk(size));
  EXPECT_EQ(file.size_bytes, size->size_bytes);
  ASSERT_FALSE(file.split_offsets.empty());
  EXPECT_EQ(file.split_offsets.front(), 4);
}

TEST_F(ParquetWriteTest, ColumnCountsMustAgree) {
  const iceberg::Schema one = SchemaOf({MakeField(1, "i", TypeId::kInt)});
  EXPECT_TRUE(IsError(WriteSql(Write(one, "x"), "SELECT 1, 2"), ErrorCode::kInvalidArgument));
  auto result = engine_->Query(nullptr, "SELECT 1, 2", {});
  ASSERT_TRUE(IsOk(result));
  EXPECT_TRUE(
      IsError(engine_->WriteParquet(QuerySource::From(std::move(result).value()), Write(one, "y")),
              ErrorCode::kInvalidArgument));
}

TEST_F(ParquetWriteTest, LargeResultsGoToSeveralFiles) {
  WriteOptions options = Write(
      SchemaOf({MakeField(1, "i", TypeId::kLong), MakeField(2, "u", TypeId::kString)}), "big");
  options.target_file_bytes = 200'000;
  options.row_group_rows = 2048;
  const auto written = WriteSql(options, "SELECT i, md5(i::VARCHAR) FROM range(30000) t(i)");
  ASSERT_TRUE(IsOk(written));
  EXPECT_GE(written->size(), 2u);
  std::uint64_t rows = 0;
  for (const WrittenFile& file : *written) {
    rows += file.record_count;
    EXPECT_GT(file.record_count, 0u);
    EXPECT_GT(file.split_offsets.size(), 0u);
  }
  EXPECT_EQ(rows, 30000u);
}

TEST_F(ParquetWriteTest, RowGroupsAreBoundInBytes) {
  WriteOptions options = Write(SchemaOf({MakeField(2, "u", TypeId::kString)}), "groups");
  options.row_group_bytes = 1 << 20;
  const auto written =
      WriteSql(options, "SELECT repeat(md5(i::VARCHAR), 30) FROM range(20000) t(i)");
  ASSERT_TRUE(IsOk(written));
  EXPECT_GE(written->at(0).split_offsets.size(), 8u);
}

TEST_F(ParquetWriteTest, SortedRowsStayInOrder) {
  WriteOptions options = Write(
      SchemaOf({MakeField(1, "i", TypeId::kLong), MakeField(2, "s", TypeId::kString)}), "sort");
  options.row_group_rows = 2048;
  options.sort_columns = {{"s", SortColumn::Order::kDescendingNullsLast}, {"i"}};
  const auto written =
      WriteSql(options, "SELECT i, nullif('k' || i % 7, 'k3') FROM range(50000) t(i)");
  ASSERT_TRUE(IsOk(written));
  ASSERT_EQ(written->size(), 1u);
  ScanTable table;
  table.schema = options.schema;
  table.files.emplace_back();
  table.files.back().path = written->at(0).path;
  table.files.back().record_count = 50000;
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT s, i FROM t WHERE _pos IN (0, 1, 49999) ORDER BY _pos"),
            "k6|6\nk6|13\nNULL|49997");
  EXPECT_EQ(Ask("SELECT count(*) FROM (SELECT s, i, lag(s) OVER (ORDER BY _pos) ps, "
                "lag(i) OVER (ORDER BY _pos) pi FROM t) WHERE ps < s OR (ps = s AND pi > i)"),
            "0");
}

TEST_F(ParquetWriteTest, NoRowsMakeNoFile) {
  const auto written =
      WriteSql(Write(SchemaOf({MakeField(1, "i", TypeId::kInt)}), "none"), "SELECT 1 WHERE false");
  ASSERT_TRUE(IsOk(written));
  EXPECT_TRUE(written->empty());
  const auto left = files().List(folder_.path().string());
  ASSERT_TRUE(IsOk(left));
  EXPECT_TRUE(left->empty());
}

TEST_F(ParquetWriteTest, RequiredColumnsRefuseNull) {
  Field required = MakeField(1, "i", TypeId::kInt);
  required.required = true;
  EXPECT_TRUE(
      IsError(WriteSql(Write(SchemaOf({required}), "r"), "SELECT * FROM (VALUES (1), (NULL))"),
              ErrorCode::kQueryFailed));
  const auto left = files().List(folder_.path().string());
  ASSERT_TRUE(IsOk(left));
  EXPECT_TRUE(left->empty());
}

TEST_F(ParquetWriteTest, AnExistingFileIsNeverTouched) {
  const std::string path = folder_ / "taken-0.parquet";
  ASSERT_TRUE(IsOk(base::WriteFileDurably(files(), path, "mine")));
  EXPECT_TRUE(
      IsError(WriteSql(Write(SchemaOf({MakeField(1, "i", TypeId::kInt)}), "taken"), "SELECT 1"),
              ErrorCode::kFileExists));
  EXPECT_EQ(base::ReadFile(files(), path, 100).value_or(""), "mine");
}

TEST_F(ParquetWriteTest, MetadataAndCompressionAreAsAsked) {
  for (const Compression compression :
       {Compression::kZstd, Compression::kZstdFast, Compression::kSnappy, Compression::kNone}) {
    WriteOptions options = Write(SchemaOf({MakeField(1, "i", TypeId::kInt)}),
                                 "m" + std::to_string(static_cast<int>(compression)));
    options.compression = compression;
    options.key_value_metadata = {{"healix.batch", "it's 7"}, {"a", ""}};
    const auto written = WriteSql(options, "SELECT 1");
    ASSERT_TRUE(IsOk(written));
    const auto info = engine_->InspectParquet(written->at(0).path);
    ASSERT_TRUE(IsOk(info));
    EXPECT_EQ(info->key_value_metadata.at("healix.batch"), "it's 7");
  }
}

TEST_F(ParquetWriteTest, BadOptionsAreRefused) {
  const iceberg::Schema schema = SchemaOf({MakeField(1, "i", TypeId::kInt)});
  for (const char* name : {"", "a/b", "a b", "{i}"}) {
    EXPECT_TRUE(IsError(Write(schema, name).Validate(), ErrorCode::kInvalidArgument)) << name;
  }
  WriteOptions rows = Write(schema, "x");
  rows.row_group_rows = 1000;
  EXPECT_TRUE(IsError(rows.Validate(), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsError(Write({}, "x").Validate(), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::lakehouse::engine
