// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/hash/sha256.h"
#include "base/ids/uuid.h"
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

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

VersionRow::Kind KindOf(const FhirRecord& record) {
  if (record.kind != FhirRecordKind::kTombstone) return VersionRow::Kind::kVersion;
  return record.last_updated_text.empty() ? VersionRow::Kind::kTimelessTombstone
                                          : VersionRow::Kind::kTombstone;
}

/// Returns the counts of one type, made when there are none.
RecordCounts& CountsOf(FileWork& work, std::string_view type) {
  CountsByType& types = work.entry.account.types;
  const auto at = types.find(type);
  return at == types.end() ? types[std::string(type)] : at->second;
}

base::Sha256Digest ContentHash(const FhirRecord& record, const base::Sha256Digest& bytes_hash) {
  // Two deletions at one time are the same.
  if (record.kind == FhirRecordKind::kTombstone) {
    return base::Sha256Of("tombstone\n" + record.last_updated_text);
  }
  return record.canonical == record.bytes ? bytes_hash : base::Sha256Of(record.canonical);
}

}  // namespace

struct Intake::Pending {
  Pending(FileWork& of, const VersionRow& version) : work(&of), row(version) {
    std::string_view* const views[] = {&row.resource_type, &row.id,       &row.version_id,
                                       &row.hash,          &row.full_url, &row.request_method,
                                       &row.if_none_exist, &row.resource};
    std::size_t size = 0;
    for (const std::string_view* view : views) size += view->size();
    text = std::make_unique<char[]>(size);
    char* end = text.get();
    for (std::string_view* view : views) {
      const char* const begin = end;
      end = std::copy(view->begin(), view->end(), end);
      *view = {begin, view->size()};
    }
  }

  FileWork* work;
  std::unique_ptr<char[]> text;
  VersionRow row;  ///< its views look into `text`
};

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
      arrived_at_(parts.clock.Now()),
      deletions_(parts.records) {}

Intake::~Intake() = default;

Status Intake::AddFhir(FileWork& work, const FhirRecord& record) {
  for (Finding warning : record.warnings) {
    warning.position.file = work.entry.account.file;
    findings_.Add(std::move(warning));
  }
  switch (record.kind) {
    case FhirRecordKind::kResource:
    case FhirRecordKind::kTombstone:
      return AddResource(work, record);
    case FhirRecordKind::kEnvelope:
      AddEnvelope(work, {record.offset, record.envelope_part, "bundle", record.bytes});
      return {};
    case FhirRecordKind::kRejected:
      AddRejected(work, record);
      return {};
  }
  return {};
}

Status Intake::AddResource(FileWork& work, const FhirRecord& record) {
  const bool is_tombstone = record.kind == FhirRecordKind::kTombstone;
  const base::Sha256Digest hash = base::Sha256Of(record.bytes);
  const base::Sha256Digest content = ContentHash(record, hash);
  const std::string hash_text = hash.ToHex();
  const bool is_nameless = record.id_origin == FhirIdOrigin::kNone && !is_tombstone;
  const std::string id = is_nameless ? content.ToHex() : record.id;
  VersionRow row;
  row.key = KeyOf({work.entry.key.source, record.resource_type, id, base::AsText(content.bytes)});
  row.resource_type = record.resource_type;
  row.id = id;
  row.version_id = record.version_id;
  row.last_updated = record.last_updated;
  row.offset = record.offset;
  row.length = record.length;
  row.hash = hash_text;
  row.format = record.syntax == FhirSyntax::kXml ? "xml" : "json";
  row.kind = KindOf(record);
  row.full_url = record.full_url;
  row.request_method = record.request_method;
  row.if_none_exist = record.if_none_exist;
  row.resource = record.bytes;
  return AddVersion(work, row);
}

void Intake::AddRejected(FileWork& work, const FhirRecord& record) {
  QuarantinedRecord rejected = Quarantined(*record.rejection, record.bytes, options_.limits);
  rejected.entry.offset = record.offset;
  rejected.entry.length = record.length;
  rejected.entry.type = record.resource_type;
  Reject(work, std::move(rejected), record.rejection->error.code());
}

Status Intake::AddVersion(FileWork& work, const VersionRow& row) {
  ++work.entry.items_done;
  ++records_seen_;
  const bool is_first = work.source == FileWork::Source::kNew && !seen_.Insert(row.key);
  if (is_first && row.kind != VersionRow::Kind::kTimelessTombstone) {
    Take(work, row);
    return {};
  }
  pending_bytes_ += row.resource.size();
  pending_.emplace_back(work, row);
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
    Reject(work, std::move(rejected), row.rejection->error.code());
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

void Intake::Reject(FileWork& work, QuarantinedRecord record, ErrorCode code) {
  const QuarantineEntry& entry = record.entry;
  findings_.Add(
      {Severity::kError, code, "", "", {work.entry.account.file, entry.offset, entry.line}});
  AddQuarantined(work, std::move(record));
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
  record.entry.file_sha256 = account.sha256;
  record.entry.member = work.entry.key.member;
  record.entry.ingest = options_.ingest;
  record.entry.arrived_at = arrived_at_;
  batch_.bytes += record.kept.size();
  ++batch_.record_count;
  batch_.quarantine.push_back(std::move(record));
}

bool Intake::IsFull() const {
  return batch_.bytes + pending_bytes_ >= options_.limits.batch_bytes_max ||
         batch_.record_count + pending_.size() >= options_.limits.batch_records_max ||
         closed_.size() >= kLedgerStepsMax;
}

bool Intake::IsHalfFull() const {
  return batch_.bytes + pending_bytes_ >= options_.limits.batch_bytes_max / 2;
}

bool Intake::IsKnown(const VersionKey& key, const VersionKeySet& stored) const {
  return stored.Contains(key) || keys_.Contains(key) || keys_in_flight_.Contains(key);
}

Result<bool> Intake::MustNotReplace(const VersionRow& row) const {
  if (row.if_none_exist.empty()) return false;
  if (keys_.ContainsRecord(row.key) || keys_in_flight_.ContainsRecord(row.key)) return true;
  return parts_.records.Read(
      [&](storage::records::Reader& reader) { return HasRecord(reader, row.key); });
}

Status Intake::Settle() {
  if (status_) status_ = DecidePending();
  return status_;
}

Status Intake::DecidePending() {
  if (pending_.empty()) return {};
  std::vector<VersionKey> keys;
  keys.reserve(pending_.size());
  for (const Pending& pending : pending_) keys.push_back(pending.row.key);
  std::sort(keys.begin(), keys.end());  // neighbours in the index are looked up together
  HEALIX_TRY(const VersionKeySet stored, parts_.records.Read([&](storage::records::Reader& reader) {
    return FindStored(reader, keys);
  }));
  std::erase_if(keys, [&](const VersionKey& key) { return !stored.Contains(key); });
  HEALIX_RETURN_IF_ERROR(deletions_.Prepare(keys));
  for (const Pending& pending : pending_) {
    const bool is_deletion = pending.row.kind == VersionRow::Kind::kTimelessTombstone;
    HEALIX_RETURN_IF_ERROR(is_deletion ? DecideDeletion(pending) : DecideVersion(pending, stored));
  }
  pending_.clear();
  pending_bytes_ = 0;
  return {};
}

Status Intake::DecideVersion(const Pending& pending, const VersionKeySet& stored) {
  if (IsKnown(pending.row.key, stored)) {
    deletions_.SeeAgain(pending.row.key);
    ++CountsOf(*pending.work, pending.row.resource_type).duplicate;
    return {};
  }
  HEALIX_TRY(const bool must_not_replace, MustNotReplace(pending.row));
  if (must_not_replace) {
    RecordCounts& counts = CountsOf(*pending.work, pending.row.resource_type);
    ++counts.duplicate;
    ++counts.if_none_exist;
    return {};
  }
  deletions_.SeeNew(pending.row.key);
  Take(*pending.work, pending.row);
  return {};
}

Status Intake::DecideDeletion(const Pending& pending) {
  HEALIX_TRY(const std::optional<VersionKey> key,
             deletions_.Decide(pending.row.key, {keys_, keys_in_flight_}));
  if (!key) {
    ++CountsOf(*pending.work, pending.row.resource_type).duplicate;
    return {};
  }
  VersionRow row = pending.row;
  row.key = *key;
  Take(*pending.work, row);
  return {};
}

void Intake::Take(FileWork& work, const VersionRow& row) {
  RecordCounts& counts = CountsOf(work, row.resource_type);
  ++counts.written;
  if (row.kind != VersionRow::Kind::kVersion) ++counts.tombstones;
  if (row.kind == VersionRow::Kind::kTombstone) deletions_.Mark(row.key);
  keys_.Insert(row.key);
  if (options_.mode == IngestRequest::Mode::kCheck) return;
  NoteWriter(work);
  AddRow(work, row);
}

void Intake::AddRow(const FileWork& work, const VersionRow& row) {
  const FhirPartition partition{work.entry.key.source, std::string(row.resource_type)};
  RowBuffer& rows = batch_.fhir.try_emplace(partition, FhirColumns()).first->second;
  if (row.resource.size() <= options_.limits.inline_bytes_max) {
    AddFhirRow(rows, work, row, {row.resource, ""});
  } else {
    const std::string object = parts_.ids.Next().ToString();
    AddFhirRow(rows, work, row, {"", object});
    RowBuffer& objects = batch_.objects.try_emplace(partition, FhirColumns()).first->second;
    AddFhirRow(objects, work, row, {row.resource, object});
  }
  batch_.keys.push_back(row.key);
  batch_.bytes += row.resource.size();
  ++batch_.record_count;
}

void Intake::AddFhirRow(RowBuffer& rows, const FileWork& work, const VersionRow& row,
                        const StoredResource& stored) const {
  rows.Text(work.entry.key.source).Text(row.resource_type).Text(row.id).TextOrNull(row.version_id);
  if (row.last_updated) {
    rows.Long(base::ToMicros(*row.last_updated));
  } else {
    rows.Null();
  }
  rows.Text(work.entry.account.file)
      .Long(Signed(row.offset))
      .Long(Signed(row.length))
      .Text(row.hash)
      .Text(row.format)
      .Text(options_.ingest.value())
      .Long(base::ToMicros(arrived_at_))
      .Boolean(row.kind != VersionRow::Kind::kVersion)
      .TextOrNull(row.full_url)
      .TextOrNull(row.request_method)
      .TextOrNull(row.if_none_exist)
      .TextOrNull(stored.bytes)
      .TextOrNull(stored.object)
      .EndRow();
}

void Intake::NoteWriter(FileWork& work) {
  std::vector<std::string>& ingests = work.entry.account.ingests;
  if (ingests.empty() || ingests.back() != options_.ingest.value()) {
    ingests.push_back(options_.ingest.value());
  }
}

Status Intake::NoteProgress(FileWork& work) {
  HEALIX_RETURN_IF_ERROR(Settle());
  NoteStep(work);
  return {};
}

void Intake::NoteStep(FileWork& work) {
  batch_.ledger.push_back({work.entry, work.items_saved});
  work.items_saved = work.entry.items_done;
}

void Intake::Close(std::unique_ptr<FileWork> work) {
  work->entry.is_complete = true;
  closed_.push_back(std::move(work));
}

Result<Batch> Intake::TakeBatch() {
  HEALIX_RETURN_IF_ERROR(Settle());
  for (const auto& work : closed_) NoteStep(*work);
  closed_.clear();
  Batch batch = std::exchange(batch_, Batch());
  if (options_.mode == IngestRequest::Mode::kWrite) {
    keys_in_flight_ = std::exchange(keys_, {});
    batch.deleted = deletions_.TakeMarks();
  }
  arrived_at_ = parts_.clock.Now();
  return batch;
}

}  // namespace healix::lakehouse::ingest
