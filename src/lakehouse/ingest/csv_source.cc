// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/item_source_internal.h"
#include "lakehouse/ingest/raw_tables_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using formats::csv::CsvOptions;
using formats::csv::CsvReader;

/// As many as the engine writes within its default memory.
constexpr std::size_t kColumnsMax = 1024;

class CsvSource final : public ItemSource {
 public:
  CsvSource(std::unique_ptr<CsvReader> reader, tables::TableName table)
      : reader_(std::move(reader)), shape_{std::move(table), reader_->columns()} {}

  Result<Step> Next(Intake& intake, FileWork& work) override {
    if (!is_header_done_) {
      is_header_done_ = true;
      intake.AddEnvelope(work, {0, 0, "csv-header", reader_->header_text()});
      return Step::kItem;
    }
    HEALIX_TRY(const auto row, reader_->Next());
    if (!row) return Step::kEnd;
    intake.AddCsvRow(work, shape_, *row);
    return Step::kItem;
  }

  Result<Step> Skip() override {
    if (!is_header_done_) {
      is_header_done_ = true;
      return Step::kItem;
    }
    HEALIX_TRY(const auto row, reader_->Next());
    return row ? Step::kItem : Step::kEnd;
  }

  ByteCounts bytes() const override {
    const formats::ByteAccount& account = reader_->account();
    return {account.record_bytes, account.envelope_bytes, account.rejected_bytes};
  }

 private:
  std::unique_ptr<CsvReader> reader_;
  TabularShape shape_;
  bool is_header_done_ = false;
};

}  // namespace

Result<std::unique_ptr<ItemSource>> OpenCsvSource(base::ByteStream& stream, std::string_view source,
                                                  std::string_view table, const Limits& limits) {
  CsvOptions options;
  options.row_bytes_max = limits.record_bytes_max;
  options.fallback = limits.csv_encoding;
  options.column_count_max = kColumnsMax;
  HEALIX_TRY(auto reader, CsvReader::Create(stream, options));
  return std::unique_ptr<ItemSource>(
      std::make_unique<CsvSource>(std::move(reader), TabularTable(source, table)));
}

}  // namespace healix::lakehouse::ingest
