// SPDX-License-Identifier: Apache-2.0
#include "base/hash/sha256.h"
#include "base/io/file_system.h"
#include "base/time/instant.h"
#include "lakehouse/ingest/account_json_internal.h"
#include "lakehouse/ingest/item_source_internal.h"
#include "lakehouse/ingest/parquet_source_internal.h"

namespace healix::lakehouse::ingest {
namespace {

PendingRecord ToPending(FileWork& work, const std::string& type, const ComposedRow& row) {
  const formats::json::JsonView resource(row.json);
  const base::Sha256Digest content = base::Sha256Of(row.json);
  PendingRecord pending;
  pending.work = &work;
  pending.resource_type = type;
  pending.id = TextMember(resource, "id");
  if (pending.id.empty()) pending.id = content.ToHex();
  if (const auto meta = resource.Member("meta")) {
    pending.version_id = TextMember(*meta, "versionId");
    auto updated = base::ParseInstant(TextMember(*meta, "lastUpdated"));
    if (updated) pending.last_updated = *updated;
  }
  pending.offset = row.row;
  pending.length = row.json.size();
  pending.hash = content.ToHex();
  pending.format = "parquet";
  pending.resource = row.json;
  pending.key = KeyOf({work.entry.key.source, type, pending.id, base::AsText(content.bytes)});
  return pending;
}

class ParquetSource final : public ItemSource {
 public:
  ParquetSource(engine::Engine& engine, engine::ParquetInfo info, std::string type)
      : engine_(engine), info_(std::move(info)), type_(std::move(type)) {}

  Result<Step> Next(Intake& intake, FileWork& work) override {
    if (!rows_) {
      HEALIX_TRY(rows_, ParquetRows::Open(engine_, info_, {skipped_, std::nullopt}));
    }
    HEALIX_TRY(const auto row, rows_->Next());
    if (!row) {
      is_read_ = true;
      return Step::kEnd;
    }
    HEALIX_RETURN_IF_ERROR(intake.AddVersion(ToPending(work, type_, *row)));
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
  engine::Engine& engine_;
  engine::ParquetInfo info_;
  std::string type_;
  std::unique_ptr<ParquetRows> rows_;
  std::uint64_t skipped_ = 0;
  bool is_read_ = false;
};

}  // namespace

Result<std::unique_ptr<ItemSource>> OpenFhirParquetSource(engine::Engine& engine,
                                                          const engine::ParquetInfo& info) {
  const auto type = FhirTypeOf(info);
  if (!type) return MakeError(ErrorCode::kUnsupported, "the Parquet file does not hold FHIR");
  return std::unique_ptr<ItemSource>(std::make_unique<ParquetSource>(engine, info, *type));
}

Status ReadAllPages(engine::Engine& engine, const engine::ParquetInfo& info) {
  if (info.table.schema.fields.empty()) return {};
  HEALIX_TRY(const auto rows,
             engine.Query(InputScope(info), "SELECT bit_xor(hash(COLUMNS(*))) FROM input", {}));
  HEALIX_TRY(const std::vector<engine::TextRow> hashes, rows->NextRows());
  HEALIX_CHECK(hashes.size() == 1, "an aggregate has one row");
  return {};
}

}  // namespace healix::lakehouse::ingest
