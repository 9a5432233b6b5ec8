// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <optional>
#include <string>

#include "base/hash/sha256.h"
#include "base/ids/uuid.h"
#include "formats/cutting/memory_stream.h"
#include "lakehouse/ingest/batch_committer_internal.h"
#include "lakehouse/ingest/intake_internal.h"
#include "lakehouse/ingest/item_source_internal.h"
#include "lakehouse/ingest/quarantine.h"
#include "lakehouse/ingest/quarantine_store_internal.h"
#include "lakehouse/ingest/receipt_store_internal.h"
#include "lakehouse/ingest/source_reader_internal.h"
#include "lakehouse/ingest/writer_turn_internal.h"
#include "trust/journal/journal.h"

namespace healix::lakehouse::ingest {
namespace {

using formats::fhir::FhirCutter;
using formats::fhir::FhirCutterOptions;
using formats::fhir::FhirRecord;
using formats::fhir::FhirRecordKind;

constexpr std::string_view kBundleBegin = R"({"resourceType":"Bundle","entry":[)";
constexpr std::string_view kBundleEnd = "]}";

/// Tries quarantined records again and commits them batch by batch.
class Redrive final {
 public:
  Redrive(const Parts& parts, const Limits& limits)
      : parts_(parts),
        limits_(limits),
        result_{IngestId(parts.ids.Next().ToString()), parts.clock.Now(), {}, {}, {}, {}},
        intake_(parts, {result_.ingest, limits, IngestRequest::Mode::kWrite}, findings_),
        committer_(parts, result_.ingest) {}

  Status Run(const std::vector<QuarantinedRecord>& records) {
    for (const QuarantinedRecord& record : records) {
      ++outcome_.tried;
      HEALIX_TRY(const bool is_taken, Take(record));
      if (!is_taken) ++outcome_.kept;
      if (intake_.IsFull()) HEALIX_RETURN_IF_ERROR(Commit());
    }
    return Commit();
  }

  Result<RedriveOutcome> Finish() {
    for (FileWork& work : works_) {
      const RecordCounts counts = Sum(work.entry.account.types);
      outcome_.written += counts.written;
      outcome_.duplicate += counts.duplicate;
      result_.Account(work.entry);
    }
    if (result_.files.empty()) return outcome_;
    result_.snapshots = committer_.snapshots();
    Receipt receipt = DraftReceipt(parts_, std::move(result_));
    HEALIX_RETURN_IF_ERROR(SignReceipt(parts_, receipt));
    outcome_.receipt = receipt.id;
    return outcome_;
  }

 private:
  Status Commit() {
    HEALIX_TRY(Batch batch, intake_.TakeBatch());
    batch.resolved = std::exchange(resolved_, {});
    return committer_.Commit(std::move(batch));
  }

  /// Returns whether the record could be taken in.
  Result<bool> Take(const QuarantinedRecord& record) {
    const QuarantineEntry& entry = record.entry;
    if (!entry.kind.starts_with("fhir-") || entry.length > limits_.record_bytes_max) return false;
    const auto bytes = Bytes(record);
    if (!bytes) return false;
    HEALIX_TRY(bool is_taken, TakeText(entry, *bytes, 0));
    if (!is_taken && entry.kind == "fhir-json") {
      // A rejected entry of a Bundle: it needs a Bundle around it to be understood.
      const std::string bundle = std::string(kBundleBegin).append(*bytes).append(kBundleEnd);
      HEALIX_TRY(is_taken, TakeText(entry, bundle, kBundleBegin.size()));
    }
    if (is_taken) resolved_.push_back(entry.id);
    return is_taken;
  }

  /// Returns the record as it was; nothing when the source does not hold it any more.
  std::optional<std::string> Bytes(const QuarantinedRecord& record) const {
    const QuarantineEntry& entry = record.entry;
    std::optional<std::string> bytes = record.kept;
    if (entry.length != record.kept.size()) {
      const Status read = ReadRanges(parts_.files, {{entry.file, entry.offset, entry.length, 0}},
                                     [&](const SourceRange&, std::string found) -> Status {
                                       bytes = std::move(found);
                                       return {};
                                     });
      if (!read) return std::nullopt;
    }
    if (base::Sha256Of(*bytes).ToHex() != entry.sha256) return std::nullopt;
    return bytes;
  }

  /// Takes all records of `text` in when none of them is rejected and there is at least one.
  Result<bool> TakeText(const QuarantineEntry& entry, const std::string& text,
                        std::uint64_t prefix_bytes) {
    if (!HoldsRecordsOnly(entry, text)) return false;
    formats::MemoryStream stream(text);
    HEALIX_TRY(const auto cutter, FhirCutter::Create(stream, Options(entry)));
    FileWork& work = WorkFor(entry);
    work.entry.account.bytes.records += entry.length;
    while (true) {
      HEALIX_TRY(auto record, cutter->Next());
      if (!record) return true;
      if (record->kind == FhirRecordKind::kEnvelope) continue;
      record->offset = record->offset + entry.offset - prefix_bytes;
      HEALIX_RETURN_IF_ERROR(intake_.AddFhir(work, *record));
    }
  }

  bool HoldsRecordsOnly(const QuarantineEntry& entry, const std::string& text) const {
    formats::MemoryStream stream(text);
    const auto cutter = FhirCutter::Create(stream, Options(entry));
    if (!cutter) return false;
    std::uint64_t records = 0;
    while (true) {
      const auto record = (*cutter)->Next();
      if (!record) return false;
      if (!*record) return records > 0;
      if ((*record)->kind == FhirRecordKind::kRejected) return false;
      if ((*record)->kind != FhirRecordKind::kEnvelope) ++records;
    }
  }

  FhirCutterOptions Options(const QuarantineEntry& entry) const {
    FhirCutterOptions options;
    options.record_bytes_max = limits_.record_bytes_max;
    options.depth_max = limits_.depth_max;
    options.syntax = entry.kind == "fhir-xml" ? formats::fhir::FhirSyntax::kXml
                                              : formats::fhir::FhirSyntax::kJson;
    return options;
  }

  FileWork& WorkFor(const QuarantineEntry& entry) {
    for (FileWork& work : works_) {
      if (work.entry.account.file == entry.file && work.entry.key.source == entry.source) {
        return work;
      }
    }
    FileWork work;
    work.entry.key.source = entry.source;
    work.entry.account.source = entry.source;
    work.entry.account.file = entry.file;
    work.entry.account.kind = entry.kind;
    works_.push_back(std::move(work));
    return works_.back();
  }

  const Parts& parts_;
  const Limits limits_;
  Findings findings_;
  RunResult result_;
  Intake intake_;
  BatchCommitter committer_;
  std::deque<FileWork> works_;  ///< by file; addresses stay
  std::vector<QuarantineId> resolved_;
  RedriveOutcome outcome_;
};

}  // namespace

Result<RedriveOutcome> RedriveQuarantine(const Parts& parts, const QuarantineFilter& filter,
                                         const Limits& limits) {
  HEALIX_RETURN_IF_ERROR(limits.Validate());
  HEALIX_RETURN_IF_ERROR(MigrateIngest(parts.records));
  HEALIX_RETURN_IF_ERROR(trust::journal::MigrateJournal(parts.records));
  const WriterTurn turn(parts.records);
  QuarantineFilter open = filter;
  open.state = QuarantineFilter::State::kOpen;
  HEALIX_TRY(const std::vector<QuarantinedRecord> records,
             parts.records.Read(
                 [&](storage::records::Reader& reader) { return FindQuarantined(reader, open); }));
  if (records.empty() && filter.id) {
    return MakeError(ErrorCode::kQuarantineNotFound, "there is no open entry {}",
                     filter.id->value());
  }
  Redrive redrive(parts, limits);
  HEALIX_RETURN_IF_ERROR(redrive.Run(records));
  return redrive.Finish();
}

}  // namespace healix::lakehouse::ingest
