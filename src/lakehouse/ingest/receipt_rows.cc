// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "lakehouse/ingest/ledger_claims_internal.h"
#include "lakehouse/ingest/raw_tables_internal.h"
#include "lakehouse/ingest/receipt_rows_internal.h"
#include "lakehouse/ingest/row_content_internal.h"
#include "lakehouse/ingest/table_reader_internal.h"
#include "lakehouse/ingest/version_index_internal.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::ingest {
namespace {

constexpr std::size_t kKeysPerLook = 4096;

bool IsTabular(const FileAccount& file) { return file.kind == "csv" || file.kind == "parquet"; }

std::uint64_t NumberOf(const engine::TextCell& cell) {
  std::uint64_t number = 0;
  std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), number);
  return number;
}

std::string AnyOf(std::string_view column, std::size_t count) {
  std::string sql(column);
  sql += " IN (?";
  for (std::size_t i = 1; i < count; ++i) sql += ", ?";
  return sql + ")";
}

/// The columns of a table that say where its rows come from.
struct PlaceColumnNames {
  std::string_view ingest;
  std::string_view file;
  std::string_view offset;
};
constexpr PlaceColumnNames kFhirPlace = {"ingest", "file", "\"offset\""};
constexpr PlaceColumnNames kTabularPlace = {"hx_ingest", "hx_file", "hx_offset"};

/// Rows that are found less rows that are told of. Places are kept as hashes, as there may be a
/// hundred thousand.
class Balance final {
 public:
  void Add(std::string_view place, std::string_view type, std::int64_t rows) {
    rows_[PairHash(place, type)] += rows;
  }
  std::int64_t At(std::string_view place, std::string_view type) const {
    const auto at = rows_.find(PairHash(place, type));
    return at == rows_.end() ? 0 : at->second;
  }
  bool IsEven() const {
    for (const auto& [place, rows] : rows_) {
      if (rows != 0) return false;
    }
    return true;
  }

 private:
  std::unordered_map<base::Sha256Digest, std::int64_t, DigestHash> rows_;
};

/// Row of raw.fhir or raw.fhir_object, in the order of kFhirCells.
struct FhirCells {
  explicit FhirCells(const engine::TextRow& row) : cells(row) {}
  const std::string& source() const { return cells[0].text; }
  const std::string& type() const { return cells[1].text; }
  const std::string& id() const { return cells[2].text; }
  const std::string& version_id() const { return cells[3].text; }
  const std::string& last_updated() const { return cells[4].text; }
  const std::string& file() const { return cells[5].text; }
  const std::string& ingest() const { return cells[6].text; }
  bool is_deleted() const { return cells[7].text == "true"; }
  const std::string& format() const { return cells[8].text; }
  const std::string& hash() const { return cells[9].text; }
  const std::string& object() const { return cells[10].text; }
  const std::string& resource() const { return cells[11].text; }
  std::uint64_t offset() const { return NumberOf(cells[12]); }

  const engine::TextRow& cells;
};
constexpr std::string_view kFhirCells =
    "SELECT source, resource_type, id, version_id, epoch_us(last_updated), file, ingest, deleted, "
    "format, hash, object, resource, \"offset\" FROM input WHERE ";

Error NotTakenIn(const FhirCells& row, std::string_view what) {
  return MakeError(ErrorCode::kReceiptMismatch, "{} of a row is not what was taken in",
                   SafeReason(what))
      .At({row.file(), row.offset(), {}});
}

class RowCheck final {
 public:
  RowCheck(const Parts& parts, const Receipt& receipt) : parts_(parts), receipt_(receipt) {}

  Result<std::uint64_t> Run() {
    TakeOff();
    if (ingests_.empty()) return row_count_;
    HEALIX_TRY(ledger_, LedgerClaims::Read(parts_.records));
    if (has_fhir_) HEALIX_RETURN_IF_ERROR(CheckFhir());
    for (const std::string& table : tabular_) HEALIX_RETURN_IF_ERROR(CheckTabular(table));
    HEALIX_RETURN_IF_ERROR(CheckBalances());
    return row_count_;
  }

 private:
  /// Takes what was written off the balances.
  void TakeOff() {
    std::set<std::string> ingests;
    for (const FileAccount& file : receipt_.files) {
      for (const std::string& ingest : file.ingests) claims_.insert(PairHash(ingest, file.file));
      ingests.insert(file.ingests.begin(), file.ingests.end());
      for (const auto& [type, counts] : file.types) {
        if (counts.written == 0) continue;
        if (IsTabular(file)) tabular_.insert(type);
        has_fhir_ = has_fhir_ || !IsTabular(file);
        rows_.Add(file.file, type, -static_cast<std::int64_t>(counts.written));
        tombstones_.Add(file.file, type, -static_cast<std::int64_t>(counts.tombstones));
      }
    }
    ingests_ = {ingests.begin(), ingests.end()};
  }

  Status CheckFhir() {
    HEALIX_RETURN_IF_ERROR(ReadFhir(FhirTable()));
    const auto objects = parts_.warehouse.Load(ObjectTable());
    if (objects) {
      HEALIX_RETURN_IF_ERROR(ReadFhir(ObjectTable()));
    } else if (objects.error().code() != ErrorCode::kTableNotFound) {
      return objects.error();
    }
    HEALIX_RETURN_IF_ERROR(LookUpKeys());
    if (!objects_.IsEven()) {
      return MakeError(ErrorCode::kReceiptMismatch,
                       "the rows of large records are not those that {} names",
                       SafeName(tables::ToString(FhirTable())));
    }
    return CheckPlaces(FhirTable(), kFhirPlace);
  }

  Status ReadFhir(const tables::TableName& table) {
    const std::string sql = std::string(kFhirCells) + AnyOf("ingest", ingests_.size());
    return ReadTable(parts_, {table, sql, ingests_}, [&](const engine::TextRow& cells) -> Status {
      const FhirCells row(cells);
      const bool is_claimed = claims_.contains(PairHash(row.ingest(), row.file()));
      if (!is_claimed) strays_.insert(PairHash(row.ingest(), row.file()));
      if (!is_claimed) return {};
      if (table == ObjectTable()) {
        objects_.Add(row.object(), row.hash(), -1);
        return CheckContent(row);
      }
      ++row_count_;
      rows_.Add(row.file(), row.type(), 1);
      if (row.is_deleted()) tombstones_.Add(row.file(), row.type(), 1);
      if (row.object().empty()) return CheckContent(row);
      objects_.Add(row.object(), row.hash(), 1);
      return {};
    });
  }

  Status CheckContent(const FhirCells& row) {
    if (base::Sha256Of(row.resource()).ToHex() != row.hash()) return NotTakenIn(row, "the content");
    if (row.is_deleted()) return {};
    const auto content = content_.Read(row.format(), row.resource());
    if (!content) return NotTakenIn(row, "the content");
    if (content->version_id != row.version_id()) return NotTakenIn(row, "the version");
    if (content->last_updated != row.last_updated()) return NotTakenIn(row, "the time");
    keys_.push_back(KeyOf({row.source(), row.type(), row.id(), base::AsText(content->hash.bytes)}));
    return keys_.size() < kKeysPerLook ? Status() : LookUpKeys();
  }

  /// Looks the rows' keys up together.
  Status LookUpKeys() {
    HEALIX_TRY(const VersionKeySet stored,
               parts_.records.Read(
                   [&](storage::records::Reader& reader) { return FindStored(reader, keys_); }));
    for (const VersionKey& key : keys_) {
      if (stored.Contains(key)) continue;
      return MakeError(ErrorCode::kReceiptMismatch,
                       "a row has another content, type or id than was taken in");
    }
    keys_.clear();
    return {};
  }

  Status CheckTabular(const std::string& type) {
    const tables::TableName table{"raw", type};
    const std::string sql = "SELECT hx_ingest, hx_file, count(*) FROM input WHERE " +
                            AnyOf("hx_ingest", ingests_.size()) + " GROUP BY ALL";
    HEALIX_RETURN_IF_ERROR(
        ReadTable(parts_, {table, sql, ingests_}, [&](const engine::TextRow& cells) -> Status {
          const base::Sha256Digest place = PairHash(cells[0].text, cells[1].text);
          if (!claims_.contains(place)) {
            strays_.insert(place);
            return {};
          }
          row_count_ += NumberOf(cells[2]);
          rows_.Add(cells[1].text, type, static_cast<std::int64_t>(NumberOf(cells[2])));
          return {};
        }));
    return CheckPlaces(table, kTabularPlace);
  }

  /// Finds places that have two rows, and rows that no ingest of this home made.
  Status CheckPlaces(const tables::TableName& table, const PlaceColumnNames& columns) {
    const std::string twice = fmt::format(
        "SELECT any_value({1}) FROM input WHERE {3} GROUP BY {0}, {1}, {2} HAVING count(*) > 1 "
        "LIMIT 1",
        columns.ingest, columns.file, columns.offset, AnyOf(columns.ingest, ingests_.size()));
    HEALIX_RETURN_IF_ERROR(
        ReadTable(parts_, {table, twice, ingests_}, [&](const engine::TextRow& cells) -> Status {
          return MakeError(ErrorCode::kReceiptMismatch, "a record of the file has two rows")
              .At({cells[0].text, {}, {}});
        }));
    for (const base::Sha256Digest& stray : strays_) {
      if (!ledger_.HasPlace(stray)) return Unclaimed(table);
    }
    strays_.clear();
    const std::string ingests = fmt::format("SELECT DISTINCT {} FROM input", columns.ingest);
    return ReadTable(parts_, {table, ingests}, [&](const engine::TextRow& cells) -> Status {
      return ledger_.HasIngest(cells[0].text) ? Status() : Status(Unclaimed(table));
    });
  }

  static Error Unclaimed(const tables::TableName& table) {
    return MakeError(ErrorCode::kReceiptMismatch, "{} holds rows that no ingest took in",
                     SafeName(tables::ToString(table)));
  }

  Status CheckBalances() const {
    for (const FileAccount& file : receipt_.files) {
      for (const auto& [type, counts] : file.types) {
        if (counts.written == 0) continue;
        const std::int64_t surplus = rows_.At(file.file, type);
        const bool is_even = surplus == 0 && tombstones_.At(file.file, type) == 0;
        if (is_even) continue;
        return MakeError(ErrorCode::kReceiptMismatch,
                         "the table holds {} rows of {} more than the receipt says of this file, "
                         "or other tombstones",
                         surplus, SafeName(type))
            .At({file.file, {}, {}});
      }
    }
    if (rows_.IsEven()) return {};
    return MakeError(ErrorCode::kReceiptMismatch, "a file has rows of a type that was not in it");
  }

  const Parts& parts_;
  const Receipt& receipt_;
  std::vector<engine::Parameter> ingests_;
  std::set<std::string> tabular_;  ///< tables beside raw.fhir
  bool has_fhir_ = false;
  LedgerClaims ledger_;
  std::unordered_set<base::Sha256Digest, DigestHash> claims_;  ///< ingest and file
  std::unordered_set<base::Sha256Digest, DigestHash> strays_;  ///< the same, not in this receipt
  Balance rows_;
  Balance tombstones_;
  Balance objects_;  ///< by their key and hash
  RowContentReader content_;
  std::vector<VersionKey> keys_;
  std::uint64_t row_count_ = 0;
};

}  // namespace

Result<std::uint64_t> CheckRows(const Parts& parts, const Receipt& receipt) {
  return RowCheck(parts, receipt).Run();
}

}  // namespace healix::lakehouse::ingest
