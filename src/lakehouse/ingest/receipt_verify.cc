// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "lakehouse/ingest/raw_tables_internal.h"
#include "lakehouse/ingest/receipt.h"
#include "lakehouse/ingest/receipt_json_internal.h"
#include "lakehouse/ingest/table_reader_internal.h"
#include "trust/keys/signing_key.h"

namespace healix::lakehouse::ingest {
namespace {

/// Rows by file and type (or table name).
using RowCounts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

bool IsTabular(const FileAccount& file) { return file.kind == "csv" || file.kind == "parquet"; }

/// What the receipt says was written, by file and type.
RowCounts Expected(const Receipt& receipt) {
  RowCounts expected;
  for (const FileAccount& file : receipt.files) {
    for (const auto& [type, counts] : file.types) {
      if (counts.written > 0) expected[{file.file, type}] += counts.written;
    }
  }
  return expected;
}

std::vector<engine::Parameter> IngestsOf(const Receipt& receipt) {
  std::set<std::string> ingests;
  for (const FileAccount& file : receipt.files) {
    ingests.insert(file.ingests.begin(), file.ingests.end());
  }
  return {ingests.begin(), ingests.end()};
}

std::string AnyOf(const std::string& column, std::size_t count) {
  std::string sql = column + " IN (?";
  for (std::size_t i = 1; i < count; ++i) sql += ", ?";
  return sql + ")";
}

/// Adds up rows of one table; the last cell is a count.
Status CountRows(const Parts& parts, const TableQuestion& question, const std::string& type,
                 RowCounts& counted) {
  return ReadTable(parts, question, [&](const engine::TextRow& cells) -> Status {
    std::uint64_t count = 0;
    const std::string& digits = cells.back().text;
    std::from_chars(digits.data(), digits.data() + digits.size(), count);
    counted[{cells[0].text, type.empty() ? cells[1].text : type}] += count;
    return {};
  });
}

Result<RowCounts> CountAllRows(const Parts& parts, const Receipt& receipt) {
  RowCounts counted;
  const std::vector<engine::Parameter> ingests = IngestsOf(receipt);
  if (ingests.empty()) return counted;
  std::set<std::string> tabular;
  bool has_fhir = false;
  for (const FileAccount& file : receipt.files) {
    for (const auto& [type, counts] : file.types) {
      if (counts.written == 0) continue;
      if (IsTabular(file)) tabular.insert(type);
      has_fhir = has_fhir || !IsTabular(file);
    }
  }
  if (has_fhir) {
    HEALIX_RETURN_IF_ERROR(CountRows(parts,
                                     {FhirTable(),
                                      "SELECT file, resource_type, count(*) FROM input WHERE " +
                                          AnyOf("ingest", ingests.size()) + " GROUP BY ALL",
                                      ingests},
                                     "", counted));
  }
  for (const std::string& table : tabular) {
    HEALIX_RETURN_IF_ERROR(CountRows(parts,
                                     {{"raw", table},
                                      "SELECT hx_file, count(*) FROM input WHERE " +
                                          AnyOf("hx_ingest", ingests.size()) + " GROUP BY ALL",
                                      ingests},
                                     table, counted));
  }
  return counted;
}

/// Checks that totals are the sums of the files.
Status CheckSums(const Receipt& receipt) {
  Receipt summed = receipt;
  SumFiles(summed);
  if (summed.totals == receipt.totals && summed.bytes == receipt.bytes &&
      summed.types == receipt.types && summed.reasons == receipt.reasons) {
    return {};
  }
  return MakeError(ErrorCode::kReceiptMismatch, "the totals are not the sums of the files");
}

}  // namespace

Result<Verification> VerifyReceipt(const Parts& parts, const ReceiptId& id) {
  HEALIX_TRY(const Receipt receipt, ShowReceipt(parts, id));
  HEALIX_RETURN_IF_ERROR(parts.key.public_key().Verify(receipt.json, receipt.signature));
  HEALIX_RETURN_IF_ERROR(CheckSums(receipt));
  HEALIX_TRY(const RowCounts counted, CountAllRows(parts, receipt));
  Verification verification;
  verification.files = receipt.files.size();
  for (const auto& [place, rows] : Expected(receipt)) {
    const auto found = counted.find(place);
    const std::uint64_t found_rows = found == counted.end() ? 0 : found->second;
    if (found_rows != rows) {
      return MakeError(ErrorCode::kReceiptMismatch,
                       "{} rows of {} came from this file, the receipt says {}", found_rows,
                       SafeName(place.second), rows)
          .At({place.first, {}, {}});
    }
    verification.rows += rows;
  }
  return verification;
}

}  // namespace healix::lakehouse::ingest
