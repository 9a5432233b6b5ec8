// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstring>
#include <set>
#include <string>
#include <unordered_map>

#include "base/hash/sha256.h"
#include "lakehouse/ingest/raw_tables_internal.h"
#include "lakehouse/ingest/receipt.h"
#include "lakehouse/ingest/receipt_json_internal.h"
#include "lakehouse/ingest/table_reader_internal.h"
#include "trust/keys/signing_key.h"

namespace healix::lakehouse::ingest {
namespace {

/// Rows that are found less rows that are told of, by file and type. Places are kept as hashes, as
/// there may be a hundred thousand.
class RowBalance final {
 public:
  void Add(const std::string& file, const std::string& type, std::int64_t rows) {
    balance_[PlaceOf(file, type)] += rows;
  }
  std::int64_t At(const std::string& file, const std::string& type) const {
    const auto at = balance_.find(PlaceOf(file, type));
    return at == balance_.end() ? 0 : at->second;
  }

 private:
  struct Hash {
    std::size_t operator()(const base::Sha256Digest& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.bytes.data(), sizeof(hash));
      return hash;
    }
  };
  static base::Sha256Digest PlaceOf(const std::string& file, const std::string& type) {
    return base::Sha256Of(type + '\0' + file);
  }

  std::unordered_map<base::Sha256Digest, std::int64_t, Hash> balance_;
};

bool IsTabular(const FileAccount& file) { return file.kind == "csv" || file.kind == "parquet"; }

/// What of a receipt says where its rows are.
struct WrittenPlaces {
  std::vector<engine::Parameter> ingests;
  std::set<std::string> tabular;  ///< tables beside raw.fhir
  bool has_fhir = false;
  std::uint64_t rows = 0;
};

/// Takes what was written off the balance.
WrittenPlaces TakeOff(const Receipt& receipt, RowBalance& balance) {
  WrittenPlaces places;
  std::set<std::string> ingests;
  for (const FileAccount& file : receipt.files) {
    ingests.insert(file.ingests.begin(), file.ingests.end());
    for (const auto& [type, counts] : file.types) {
      if (counts.written == 0) continue;
      if (IsTabular(file)) places.tabular.insert(type);
      places.has_fhir = places.has_fhir || !IsTabular(file);
      places.rows += counts.written;
      balance.Add(file.file, type, -static_cast<std::int64_t>(counts.written));
    }
  }
  places.ingests = {ingests.begin(), ingests.end()};
  return places;
}

std::string AnyOf(const std::string& column, std::size_t count) {
  std::string sql = column + " IN (?";
  for (std::size_t i = 1; i < count; ++i) sql += ", ?";
  return sql + ")";
}

/// Adds rows of one table to the balance; the last cell is a count.
Status CountRows(const Parts& parts, const TableQuestion& question, const std::string& type,
                 RowBalance& balance) {
  return ReadTable(parts, question, [&](const engine::TextRow& cells) -> Status {
    std::int64_t count = 0;
    const std::string& digits = cells.back().text;
    std::from_chars(digits.data(), digits.data() + digits.size(), count);
    balance.Add(cells[0].text, type.empty() ? cells[1].text : type, count);
    return {};
  });
}

Status CountAllRows(const Parts& parts, const WrittenPlaces& places, RowBalance& balance) {
  if (places.ingests.empty()) return {};
  const std::size_t ingests = places.ingests.size();
  if (places.has_fhir) {
    const std::string sql = "SELECT file, resource_type, count(*) FROM input WHERE " +
                            AnyOf("ingest", ingests) + " GROUP BY ALL";
    HEALIX_RETURN_IF_ERROR(CountRows(parts, {FhirTable(), sql, places.ingests}, "", balance));
  }
  for (const std::string& table : places.tabular) {
    const std::string sql = "SELECT hx_file, count(*) FROM input WHERE " +
                            AnyOf("hx_ingest", ingests) + " GROUP BY ALL";
    HEALIX_RETURN_IF_ERROR(CountRows(parts, {{"raw", table}, sql, places.ingests}, table, balance));
  }
  return {};
}

/// Checks that each file has as many rows as the receipt says.
Status CheckRows(const Receipt& receipt, const RowBalance& balance) {
  for (const FileAccount& file : receipt.files) {
    for (const auto& [type, counts] : file.types) {
      if (counts.written == 0) continue;
      const std::int64_t surplus = balance.At(file.file, type);
      if (surplus == 0) continue;
      return MakeError(ErrorCode::kReceiptMismatch,
                       "the table holds {} rows of {} more than the receipt says of this file",
                       surplus, SafeName(type))
          .At({file.file, {}, {}});
    }
  }
  return {};
}

}  // namespace

Result<Verification> VerifyReceipt(const Parts& parts, const ReceiptId& id) {
  HEALIX_TRY(const Receipt receipt, ShowReceipt(parts, id));
  HEALIX_RETURN_IF_ERROR(parts.key.public_key().Verify(receipt.json, receipt.signature));
  if (receipt.files.Sum() != static_cast<const FileSums&>(receipt)) {
    return MakeError(ErrorCode::kReceiptMismatch, "the totals are not the sums of the files");
  }
  RowBalance balance;
  const WrittenPlaces places = TakeOff(receipt, balance);
  HEALIX_RETURN_IF_ERROR(CountAllRows(parts, places, balance));
  HEALIX_RETURN_IF_ERROR(CheckRows(receipt, balance));
  return Verification{receipt.files.size(), places.rows};
}

}  // namespace healix::lakehouse::ingest
