// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/hash/sha256.h"
#include "base/io/file_system.h"
#include "lakehouse/ingest/intake_internal.h"
#include "lakehouse/ingest/raw_tables_internal.h"
#include "lakehouse/ingest/version_index_internal.h"

namespace healix::lakehouse::ingest {

using formats::fhir::FhirIdOrigin;
using formats::fhir::FhirRecord;
using formats::fhir::FhirRecordKind;
using formats::fhir::FhirSyntax;

namespace {

constexpr std::size_t kPendingRecordsMax = 4096;
constexpr std::size_t kLedgerStepsMax = 10'000;
constexpr std::uint64_t kPendingBytesMax = std::uint64_t{8} << 20;

VersionKey RecordOnly(const VersionKey& key) {
  VersionKey record = key;
  std::fill(record.bytes.begin() + VersionKey::kRecordBytes, record.bytes.end(), '\0');
  return record;
}

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

/// What a tombstone's content is: two deletions at one time are the same.
base::Sha256Digest TombstoneHash(const FhirRecord& record) {
  return base::Sha256Of("tombstone\n" + record.last_updated_text);
}

PendingRecord ToPending(FileWork& work, const FhirRecord& record) {
  const bool is_tombstone = record.kind == FhirRecordKind::kTombstone;
  const base::Sha256Digest content =
      is_tombstone ? TombstoneHash(record) : base::Sha256Of(record.canonical);
  PendingRecord pending;
  pending.work = &work;
  pending.resource_type = record.resource_type;
  pending.id =
      record.id_origin == FhirIdOrigin::kNone && !is_tombstone ? content.ToHex() : record.id;
  pending.version_id = record.version_id;
  pending.last_updated = record.last_updated;
  pending.offset = record.offset;
  pending.length = record.length;
  pending.hash = base::Sha256Of(record.bytes).ToHex();
  pending.format = record.syntax == FhirSyntax::kXml ? "xml" : "json";
  if (is_tombstone) pending.kind = PendingRecord::Kind::kTombstone;
  pending.full_url = record.full_url;
  pending.request_method = record.request_method;
  pending.if_none_exist = record.if_none_exist;
  pending.resource = record.bytes;
  pending.key = KeyOf(
      {work.entry.key.source, pending.resource_type, pending.id, base::AsText(content.bytes)});
  return pending;
}

}  // namespace

QuarantinedRecord Quarantined(const formats::Rejection& rejection, std::string_view head,
                              const Limits& limits) {
  QuarantinedRecord record;
  record.entry.code = std::string(Name(rejection.error.code()));
  record.entry.sha256 = rejection.sha256.ToHex();
  record.entry.line = rejection.error.position().line;
  record.kept = head.substr(0, limits.kept_bytes_max);
  return record;
}

Intake::Intake(const Parts& parts, IntakeOptions options, Findings& findings)
    : parts_(parts),
      options_(std::move(options)),
      findings_(findings),
      arrived_at_(parts.clock.Now()) {}

Status Intake::AddFhir(FileWork& work, const FhirRecord& record) {
  for (Finding warning : record.warnings) {
    warning.position.file = work.entry.account.file;
    findings_.Add(std::move(warning));
  }
  switch (record.kind) {
    case FhirRecordKind::kResource:
    case FhirRecordKind::kTombstone:
      return AddVersion(ToPending(work, record));
    case FhirRecordKind::kEnvelope:
      AddEnvelope(work, {record.offset, record.envelope_part, "bundle", record.bytes});
      return {};
    case FhirRecordKind::kRejected: {
      QuarantinedRecord rejected = Quarantined(*record.rejection, record.bytes, options_.limits);
      rejected.entry.offset = record.offset;
      rejected.entry.length = record.length;
      rejected.entry.type = record.resource_type;
      findings_.Add({Severity::kError,
                     record.rejection->error.code(),
                     "",
                     "",
                     {work.entry.account.file, record.offset, rejected.entry.line}});
      AddQuarantined(work, std::move(rejected));
      return {};
    }
  }
  return {};
}

Status Intake::AddVersion(PendingRecord record) {
  ++record.work->entry.items_done;
  ++records_seen_;
  pending_bytes_ += record.resource.size();
  pending_.push_back(std::move(record));
  if (pending_.size() < kPendingRecordsMax && pending_bytes_ < kPendingBytesMax) return {};
  return Settle();
}

void Intake::AddCsvRow(FileWork& work, const TabularShape& shape, const formats::csv::CsvRow& row) {
  if (row.rejection) {
    QuarantinedRecord rejected = Quarantined(*row.rejection, row.bytes, options_.limits);
    rejected.entry.offset = row.offset;
    rejected.entry.length = row.length;
    rejected.entry.line = row.line;
    rejected.entry.type = shape.table.name;
    findings_.Add({Severity::kError,
                   row.rejection->error.code(),
                   "",
                   "",
                   {work.entry.account.file, row.offset, row.line}});
    AddQuarantined(work, std::move(rejected));
    return;
  }
  auto [at, is_new] = batch_.tabular.try_emplace(shape, TabularColumns(shape.columns));
  RowBuffer& rows = at->second;
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    if (row.fields[i].empty() && !row.quoted[i]) {
      rows.Null();
    } else {
      rows.Text(row.fields[i]);
    }
  }
  rows.Text(work.entry.account.file)
      .Long(Signed(row.line))
      .Long(Signed(row.offset))
      .Long(Signed(row.length))
      .Text(base::Sha256Of(row.bytes).ToHex())
      .Text(options_.ingest.value())
      .Long(base::ToMicros(arrived_at_))
      .EndRow();
  ++work.entry.items_done;
  ++work.entry.account.types[shape.table.name].written;
  NoteWriter(work);
  ++records_seen_;
  ++batch_.record_count;
  batch_.bytes += row.bytes.size() + 16 * row.fields.size();
}

void Intake::AddTable(FileWork& work, const tables::TableName& table,
                      const engine::ParquetInfo& info) {
  FileAccount& account = work.entry.account;
  work.entry.items_done += info.record_count;
  account.bytes.records = account.size_bytes;
  account.types[table.name].written += info.record_count;
  NoteWriter(work);
  records_seen_ += info.record_count;
  batch_.record_count += info.record_count;
  batch_.bytes += account.size_bytes;
  if (info.record_count > 0) batch_.copies.push_back({table, info, account.file, arrived_at_});
}

void Intake::AddEnvelope(FileWork& work, const EnvelopePiece& piece) {
  ++work.entry.items_done;
  if (!batch_.envelopes) batch_.envelopes.emplace(EnvelopeColumns());
  batch_.envelopes->Text(work.entry.key.source)
      .Text(work.entry.account.file)
      .Long(Signed(piece.offset))
      .Long(Signed(piece.part))
      .Text(piece.kind)
      .Text(piece.text)
      .Text(options_.ingest.value())
      .Long(base::ToMicros(arrived_at_))
      .EndRow();
  batch_.bytes += piece.text.size();
}

void Intake::AddQuarantined(FileWork& work, QuarantinedRecord record) {
  FileAccount& account = work.entry.account;
  ++work.entry.items_done;
  ++records_seen_;
  ++account.types[record.entry.type].quarantined;
  ++account.reasons[record.entry.code];
  record.entry.source = work.entry.key.source;
  record.entry.kind = account.kind;
  record.entry.file = account.file;
  record.entry.ingest = options_.ingest;
  record.entry.arrived_at = arrived_at_;
  batch_.bytes += record.kept.size();
  ++batch_.record_count;
  batch_.quarantine.push_back(std::move(record));
}

bool Intake::IsFull() const {
  return batch_.bytes + pending_bytes_ >= options_.limits.batch_bytes_max ||
         batch_.record_count + pending_.size() >= options_.limits.batch_records_max ||
         batch_.ledger.size() >= kLedgerStepsMax;
}

bool Intake::IsKnown(const PendingRecord& record, const VersionKeySet& stored) const {
  return stored.contains(record.key) || keys_.contains(record.key) ||
         keys_in_flight_.contains(record.key);
}

Result<bool> Intake::MustNotReplace(const PendingRecord& record) const {
  if (record.if_none_exist.empty()) return false;
  const VersionKey key = RecordOnly(record.key);
  if (records_.contains(key) || records_in_flight_.contains(key)) return true;
  return parts_.records.Read(
      [&](storage::records::Reader& reader) { return HasRecord(reader, record.key); });
}

Status Intake::Settle() {
  if (status_) status_ = DecidePending();
  return status_;
}

Status Intake::DecidePending() {
  std::vector<VersionKey> keys;
  keys.reserve(pending_.size());
  for (const PendingRecord& record : pending_) keys.push_back(record.key);
  HEALIX_TRY(const VersionKeySet stored, parts_.records.Read([&](storage::records::Reader& reader) {
    return FindStored(reader, keys);
  }));
  for (const PendingRecord& record : pending_) {
    RecordCounts& counts = record.work->entry.account.types[record.resource_type];
    if (IsKnown(record, stored)) {
      ++counts.duplicate;
      continue;
    }
    HEALIX_TRY(const bool must_not_replace, MustNotReplace(record));
    if (must_not_replace) {
      ++counts.duplicate;
      ++counts.if_none_exist;
      continue;
    }
    ++counts.written;
    if (record.kind == PendingRecord::Kind::kTombstone) ++counts.tombstones;
    keys_.insert(record.key);
    records_.insert(RecordOnly(record.key));
    if (options_.mode == IngestRequest::Mode::kWrite) AddRow(record);
  }
  pending_.clear();
  pending_bytes_ = 0;
  return {};
}

void Intake::AddRow(const PendingRecord& record) {
  const FhirPartition partition{record.work->entry.key.source, record.resource_type};
  RowBuffer& rows = batch_.fhir.try_emplace(partition, FhirColumns()).first->second;
  rows.Text(partition.source)
      .Text(record.resource_type)
      .Text(record.id)
      .TextOrNull(record.version_id);
  if (record.last_updated) {
    rows.Long(base::ToMicros(*record.last_updated));
  } else {
    rows.Null();
  }
  rows.Text(record.work->entry.account.file)
      .Long(Signed(record.offset))
      .Long(Signed(record.length))
      .Text(record.hash)
      .Text(record.format)
      .Text(options_.ingest.value())
      .Long(base::ToMicros(arrived_at_))
      .Boolean(record.kind == PendingRecord::Kind::kTombstone)
      .TextOrNull(record.full_url)
      .TextOrNull(record.request_method)
      .TextOrNull(record.if_none_exist)
      .Text(record.resource)
      .EndRow();
  NoteWriter(*record.work);
  batch_.keys.push_back(record.key);
  batch_.bytes += record.resource.size();
  ++batch_.record_count;
}

void Intake::NoteWriter(FileWork& work) {
  std::vector<std::string>& ingests = work.entry.account.ingests;
  if (ingests.empty() || ingests.back() != options_.ingest.value()) {
    ingests.push_back(options_.ingest.value());
  }
}

Status Intake::NoteProgress(FileWork& work) {
  HEALIX_RETURN_IF_ERROR(Settle());
  batch_.ledger.push_back({work.entry, work.items_saved});
  work.items_saved = work.entry.items_done;
  return {};
}

Batch Intake::TakeBatch() {
  Batch batch = std::exchange(batch_, Batch());
  if (options_.mode == IngestRequest::Mode::kWrite) {
    keys_in_flight_ = std::exchange(keys_, {});
    records_in_flight_ = std::exchange(records_, {});
  }
  arrived_at_ = parts_.clock.Now();
  return batch;
}

}  // namespace healix::lakehouse::ingest
