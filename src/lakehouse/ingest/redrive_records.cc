// SPDX-License-Identifier: Apache-2.0
#include "base/ids/uuid.h"
#include "base/io/sync_points.h"
#include "formats/cutting/memory_stream.h"
#include "lakehouse/ingest/raw_tables_internal.h"
#include "lakehouse/ingest/receipt_store_internal.h"
#include "lakehouse/ingest/redrive_account_internal.h"
#include "lakehouse/ingest/redrive_records_internal.h"
#include "lakehouse/ingest/table_reader_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using formats::fhir::FhirCutter;
using formats::fhir::FhirCutterOptions;
using formats::fhir::FhirRecordKind;

constexpr std::string_view kBundleBegin = R"({"resourceType":"Bundle","entry":[)";
constexpr std::string_view kBundleEnd = "]}";

FhirCutterOptions OptionsFor(const QuarantineEntry& entry, const Limits& limits) {
  FhirCutterOptions options = CutterOptionsFor(limits);
  options.syntax =
      entry.kind == "fhir-xml" ? formats::fhir::FhirSyntax::kXml : formats::fhir::FhirSyntax::kJson;
  return options;
}

/// Returns why `text` is not records only, nothing when it is.
std::optional<Error> FaultOfText(const std::string& text, const FhirCutterOptions& options) {
  formats::MemoryStream stream(text);
  const auto cutter = FhirCutter::Create(stream, options);
  if (!cutter) return cutter.error();
  bool has_record = false;
  while (true) {
    const auto record = (*cutter)->Next();
    if (!record) return record.error();
    if (!*record) break;
    if ((*record)->rejection) return (*record)->rejection->error;
    has_record = has_record || (*record)->kind != FhirRecordKind::kEnvelope;
  }
  if (has_record) return std::nullopt;
  return MakeError(ErrorCode::kInputTruncated, "there is no record in it");
}

/// Returns why `text` stays in quarantine, nothing when it is records only. A line that breaks off
/// among others is judged as such, not as the end of a file.
std::optional<Error> Judge(const QuarantineEntry& entry, const std::string& text,
                           const FhirCutterOptions& options) {
  std::optional<Error> fault = FaultOfText(text, options);
  const bool is_cut = fault && fault->code() == ErrorCode::kInputTruncated;
  if (!is_cut || entry.code == Name(ErrorCode::kInputTruncated)) return fault;
  return FaultOfText(text + "\n{}", options);
}

/// The line end that a row has, so that a header before it ends alike.
std::string_view LineEndOf(std::string_view row) {
  if (row.ends_with("\r\n")) return "\r\n";
  return row.ends_with('\r') ? "\r" : "\n";
}

}  // namespace

RecordRedrive::RecordRedrive(const Parts& parts, const Limits& limits)
    : parts_(parts),
      limits_(limits),
      ingest_(parts.ids.Next().ToString()),
      started_at_(parts.clock.Now()),
      intake_(parts, {ingest_, limits, IngestRequest::Mode::kWrite}, findings_),
      committer_(parts, ingest_, trust::journal::ActKind::kQuarantineRedrive) {}

Result<FileWork*> RecordRedrive::WorkFor(const QuarantineEntry& entry) {
  const LedgerKey key{entry.source, entry.file_sha256, entry.member};
  const auto known = works_.find(key);
  if (known != works_.end()) return &known->second;
  HEALIX_TRY(auto found, parts_.records.Read([&](storage::records::Reader& reader) {
    return FindInLedger(reader, key);
  }));
  if (!found || !found->is_complete) {
    return MakeError(ErrorCode::kRecordsConflict,
                     "the ingest of {} has not ended: run it again, then redrive",
                     SafePath(entry.file));
  }
  FileWork work;
  work.entry = *std::move(found);
  work.entry.account.file = entry.file;
  work.items_saved = work.entry.items_done;
  return &works_.emplace(key, std::move(work)).first->second;
}

Result<std::optional<Error>> RecordRedrive::TakeText(const QuarantineEntry& entry,
                                                     const std::string& text) {
  auto work = WorkFor(entry);
  if (!work) {
    if (work.error().code() != ErrorCode::kRecordsConflict) return work.error();
    return std::optional<Error>(work.error());
  }
  TakeBack((*work)->entry, entry);
  HEALIX_TRY(const std::optional<Error> fault,
             entry.kind == "csv" ? TakeCsvRow(**work, entry, text) : TakeFhir(**work, entry, text));
  Settle(**work, entry, fault);
  return fault;
}

Result<std::optional<Error>> RecordRedrive::TakeRow(const QuarantineEntry& entry,
                                                    std::string_view type, const ComposedRow& row) {
  auto work = WorkFor(entry);
  if (!work) {
    if (work.error().code() != ErrorCode::kRecordsConflict) return work.error();
    return std::optional<Error>(work.error());
  }
  TakeBack((*work)->entry, entry);
  const std::optional<Error> fault = FaultOf(row, limits_);
  if (!fault) HEALIX_RETURN_IF_ERROR(AddComposed(intake_, **work, type, row));
  Settle(**work, entry, fault);
  return fault;
}

Result<std::optional<Error>> RecordRedrive::TakeFhir(FileWork& work, const QuarantineEntry& entry,
                                                     const std::string& text) {
  const FhirCutterOptions options = OptionsFor(entry, limits_);
  std::string bundle;
  const std::optional<Error> fault = Judge(entry, text, options);
  if (fault) {
    // A rejected entry of a Bundle needs a Bundle around it to be understood.
    if (entry.kind != "fhir-json") return fault;
    bundle = std::string(kBundleBegin).append(text).append(kBundleEnd);
    if (FaultOfText(bundle, options)) return fault;
  }
  const std::uint64_t prefix_bytes = bundle.empty() ? 0 : kBundleBegin.size();
  formats::MemoryStream stream(bundle.empty() ? text : bundle);
  HEALIX_TRY(const auto cutter, FhirCutter::Create(stream, options));
  while (true) {
    HEALIX_TRY(auto record, cutter->Next());
    if (!record) return std::optional<Error>();
    const bool is_made_up = record->kind == FhirRecordKind::kEnvelope && !bundle.empty();
    if (is_made_up) continue;
    if (record->offset == 0 && record->length == text.size()) record->length = entry.length;
    record->offset = record->offset + entry.offset - prefix_bytes;
    HEALIX_RETURN_IF_ERROR(intake_.AddFhir(work, *record));
  }
}

Result<std::optional<Error>> RecordRedrive::TakeCsvRow(FileWork& work, const QuarantineEntry& entry,
                                                       const std::string& text) {
  HEALIX_TRY(const auto header, HeaderOf(entry));
  if (!header) {
    return std::optional<Error>(
        MakeError(ErrorCode::kRecordNotFound, "raw.envelope holds no header of this file"));
  }
  const std::string csv = std::string(*header).append(LineEndOf(text)).append(text);
  formats::MemoryStream stream(csv);
  formats::csv::CsvOptions options;
  if (entry.code == Name(ErrorCode::kUtf8Invalid)) {
    options.fallback = limits_.csv_encoding;
  } else {
    options.encoding = formats::TextEncoding::kUtf8;
  }
  options.row_bytes_max = limits_.record_bytes_max;
  HEALIX_TRY(const auto reader, formats::csv::CsvReader::Create(stream, options));
  HEALIX_TRY(auto row, reader->Next());
  if (!row) {
    return std::optional<Error>(MakeError(ErrorCode::kInputTruncated, "there is no row in it"));
  }
  if (row->rejection) return std::optional<Error>(row->rejection->error);
  row->offset = entry.offset;
  row->length = entry.length;
  row->line = entry.line.value_or(0);
  intake_.AddCsvRow(work, {{"raw", entry.type}, reader->columns()}, *row);
  return std::optional<Error>();
}

Result<std::optional<std::string>> RecordRedrive::HeaderOf(const QuarantineEntry& entry) {
  const std::string key = entry.source + '\n' + entry.file + '\n' + entry.ingest.value();
  std::optional<std::string> header;
  if (const auto known = headers_.find(key); known != headers_.end())
    return std::optional(known->second);
  // Ids of ingests grow with time: the newest header up to the row's own ingest is that of the row.
  TableQuestion question;
  question.table = EnvelopeTable();
  question.sql =
      "SELECT envelope FROM input WHERE source = ? AND file = ? AND kind = 'csv-header' "
      "AND ingest <= ? ORDER BY ingest DESC LIMIT 1";
  question.parameters = {entry.source, entry.file, entry.ingest.value()};
  HEALIX_RETURN_IF_ERROR(ReadTable(parts_, question, [&](const engine::TextRow& row) -> Status {
    header = row[0].text;
    return {};
  }));
  if (header) headers_.emplace(key, *header);
  return header;
}

void RecordRedrive::Settle(FileWork& work, const QuarantineEntry& entry,
                           const std::optional<Error>& fault) {
  work.entry.items_done = work.items_saved;  // the item was counted when it was quarantined
  if (fault) {
    PutBack(work.entry.account, entry, fault->code());
    retried_.push_back({entry.id, fault->code()});
    return;
  }
  work.entry.account.bytes.records += entry.kind == "fhir-parquet" ? 0 : entry.length;
  resolved_.push_back(entry.id);
}

/// Makes the receipt of what the redrive did to files.
Receipt RecordRedrive::Draft() const {
  RunResult told{ingest_, started_at_, {}, {}, {}, {}};
  for (const auto& [key, work] : works_) {
    const FileAccount fresh = NewSince(work.entry);
    told.sums.Add(fresh);
    told.files.Append(fresh);
  }
  return DraftReceipt(parts_, std::move(told));
}

Status RecordRedrive::Close(storage::records::Transaction& transaction, Receipt receipt) const {
  base::SyncPoint("ingest.redrive.in_commit");
  if (!receipt.id.value().empty()) {
    Sign(parts_, receipt);
    return StoreReceipt(transaction, receipt);
  }
  for (const auto& [key, work] : works_) {
    HEALIX_RETURN_IF_ERROR(LeaveTellingTo(transaction, key, work.entry.untold_by));
  }
  return {};
}

Result<RedriveStep> RecordRedrive::Commit() {
  HEALIX_TRY(Batch batch, intake_.TakeBatch());
  batch.resolved = std::move(resolved_);
  batch.retried = std::move(retried_);
  for (const auto& [key, work] : works_) batch.ledger.push_back({work.entry, work.items_saved});
  Receipt draft = Draft();
  if (!batch.resolved.empty()) draft.id = ReceiptId(parts_.ids.Next().ToString());
  batch.closing = [&](storage::records::Transaction& transaction,
                      const SnapshotsByTable& snapshots) {
    draft.snapshots = snapshots;
    return Close(transaction, draft);
  };
  base::SyncPoint("ingest.redrive.before_commit");
  HEALIX_RETURN_IF_ERROR(committer_.Commit(std::move(batch)));
  base::SyncPoint("ingest.redrive.after_commit");
  return RedriveStep{draft.totals, draft.id};
}

}  // namespace healix::lakehouse::ingest
