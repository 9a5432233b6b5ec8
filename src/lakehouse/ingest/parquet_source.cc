// SPDX-License-Identifier: Apache-2.0
#include "base/hash/sha256.h"
#include "base/io/file_system.h"
#include "base/time/instant.h"
#include "lakehouse/ingest/account_json_internal.h"
#include "lakehouse/ingest/item_source_internal.h"
#include "lakehouse/ingest/parquet_source_internal.h"

namespace healix::lakehouse::ingest {

std::optional<Error> FaultOf(const ComposedRow& row, const Limits& limits) {
  if (row.fault) return row.fault;
  if (row.json.size() <= limits.record_bytes_max) return std::nullopt;
  return MakeError(ErrorCode::kRecordTooLarge, "row {} is {} bytes of JSON", row.row,
                   row.json.size());
}

Status AddComposed(Intake& intake, FileWork& work, std::string_view type,
                   const ComposedRow& composed) {
  const formats::json::JsonView resource(composed.json);
  const base::Sha256Digest content = base::Sha256Of(composed.json);
  const std::string hash = content.ToHex();
  std::string id = TextMember(resource, "id");
  if (id.empty()) id = hash;
  std::string version_id;
  VersionRow row;
  if (const auto meta = resource.Member("meta")) {
    version_id = TextMember(*meta, "versionId");
    auto updated = base::ParseInstant(TextMember(*meta, "lastUpdated"));
    if (updated) row.last_updated = *updated;
  }
  row.key = KeyOf({work.entry.key.source, type, id, base::AsText(content.bytes)});
  row.resource_type = type;
  row.id = id;
  row.version_id = version_id;
  row.offset = composed.row;
  row.length = composed.json.size();
  row.hash = hash;
  row.format = "parquet";
  row.resource = composed.json;
  return intake.AddVersion(work, row);
}

namespace {

class ParquetSource final : public ItemSource {
 public:
  ParquetSource(engine::Engine& engine, engine::ParquetInfo info, std::string type, Limits limits)
      : engine_(engine), info_(std::move(info)), type_(std::move(type)), limits_(limits) {}

  Result<Step> Next(Intake& intake, FileWork& work) override {
    if (!rows_) {
      HEALIX_TRY(rows_, ParquetRows::Open(engine_, info_, {skipped_, std::nullopt}));
    }
    HEALIX_TRY(const auto row, rows_->Next());
    if (!row) {
      is_read_ = true;
      return Step::kEnd;
    }
    if (const auto fault = FaultOf(*row, limits_)) {
      Reject(intake, work, *row, *fault);
      return Step::kItem;
    }
    HEALIX_RETURN_IF_ERROR(AddComposed(intake, work, type_, *row));
    return Step::kItem;
  }

  Result<Step> Skip() override {
    if (skipped_ == info_.record_count) return Step::kEnd;
    ++skipped_;
    return Step::kItem;
  }

  /// A Parquet file has no bytes per record: all of it is records, once it is read.
  ByteCounts bytes() const override {
    return {is_read_ ? info_.table.files.front().size_bytes : 0, 0, 0};
  }

 private:
  void Reject(Intake& intake, FileWork& work, const ComposedRow& row, const Error& fault) const {
    QuarantinedRecord rejected = Quarantined({fault, base::Sha256Of(row.json)}, row.json, limits_);
    rejected.entry.offset = row.row;
    rejected.entry.length = row.json.size();
    rejected.entry.type = type_;
    intake.Reject(work, std::move(rejected), fault.code());
  }

  engine::Engine& engine_;
  engine::ParquetInfo info_;
  std::string type_;
  Limits limits_;
  std::unique_ptr<ParquetRows> rows_;
  std::uint64_t skipped_ = 0;
  bool is_read_ = false;
};

}  // namespace

Result<std::unique_ptr<ItemSource>> OpenFhirParquetSource(engine::Engine& engine,
                                                          const engine::ParquetInfo& info,
                                                          const Limits& limits) {
  const auto type = FhirTypeOf(info);
  if (!type) return MakeError(ErrorCode::kUnsupported, "the Parquet file does not hold FHIR");
  return std::unique_ptr<ItemSource>(std::make_unique<ParquetSource>(engine, info, *type, limits));
}

Status ReadAllPages(engine::Engine& engine, const engine::ParquetInfo& info) {
  if (info.table.schema.fields.empty()) return {};
  const auto read = [&]() -> Status {
    HEALIX_TRY(const auto rows,
               engine.Query(InputScope(info), "SELECT bit_xor(hash(COLUMNS(*))) FROM input", {}));
    const auto hashes = rows->NextRows();
    return hashes ? Status() : Status(hashes.error());
  }();
  // The statement is ours and fits every value: what it meets is the file's.
  if (read || read.error().code() != ErrorCode::kQueryFailed) return read;
  return MakeError(ErrorCode::kParquetInvalid, "a page can't be decoded");
}

}  // namespace healix::lakehouse::ingest
