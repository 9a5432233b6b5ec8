// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/hash/sha256.h"
#include "lakehouse/ingest/quarantine_store_internal.h"
#include "lakehouse/ingest/redrive_files_internal.h"
#include "lakehouse/ingest/redrive_records_internal.h"
#include "lakehouse/ingest/source_reader_internal.h"
#include "lakehouse/ingest/writer_turn_internal.h"
#include "trust/journal/journal.h"

namespace healix::lakehouse::ingest {
namespace {

using Entries = std::vector<QuarantineEntry>;

constexpr std::size_t kPageEntries = 512;  ///< with at most 64 KiB each

/// Tries page after page of quarantine entries.
class Redrive final {
 public:
  Redrive(const Parts& parts, const Limits& limits) : parts_(parts), limits_(limits) {}

  /// Tries all entries of a page; all that passes is committed at the end.
  Status TakePage(const std::vector<QuarantinedRecord>& page) {
    Entries partly_kept;
    Entries rows;
    Entries rests;
    for (const QuarantinedRecord& record : page) {
      const QuarantineEntry& entry = record.entry;
      ++outcome_.tried;
      if (entry.extent == QuarantineExtent::kRest) {
        rests.push_back(entry);
      } else if (entry.kind == "fhir-parquet") {
        rows.push_back(entry);
      } else if (base::Sha256Of(record.kept).ToHex() == entry.sha256) {
        HEALIX_RETURN_IF_ERROR(TakeText(entry, record.kept));
      } else if (entry.length > limits_.record_bytes_max) {
        Stay(entry.id, MakeError(ErrorCode::kRecordTooLarge,
                                 "it has {} bytes: raise ingest.record_bytes_max from {}, then "
                                 "redrive",
                                 entry.length, limits_.record_bytes_max));
      } else {
        partly_kept.push_back(entry);
      }
    }
    HEALIX_RETURN_IF_ERROR(TakeFromSources(partly_kept));
    HEALIX_RETURN_IF_ERROR(TakeRows(rows));
    HEALIX_RETURN_IF_ERROR(CommitRecords());
    return TakeRests(rests);
  }

  RedriveOutcome TakeOutcome() { return std::move(outcome_); }

 private:
  void Stay(QuarantineId id, Error error) {
    ++outcome_.kept;
    if (outcome_.stayed.size() < RedriveOutcome::kRefusalsMax) {
      outcome_.stayed.push_back({id, std::move(error)});
    }
  }

  RecordRedrive& records() {
    if (!records_) records_ = std::make_unique<RecordRedrive>(parts_, limits_);
    return *records_;
  }

  Status CommitIfFull() { return records_ && records_->IsFull() ? CommitRecords() : Status(); }

  Status CommitRecords() {
    if (!records_) return {};
    HEALIX_TRY(const RedriveStep step, records_->Commit());
    records_.reset();
    Count(step.counts, step.receipt);
    return {};
  }

  void Count(const RecordCounts& counts, const ReceiptId& receipt) {
    outcome_.written += counts.written;
    outcome_.duplicate += counts.duplicate;
    if (!receipt.value().empty()) outcome_.receipts.push_back(receipt);
  }

  Status TakeText(const QuarantineEntry& entry, const std::string& text) {
    HEALIX_TRY(const auto fault, records().TakeText(entry, text));
    if (fault) Stay(entry.id, *fault);
    return CommitIfFull();
  }

  /// Groups entries by their file on disk. Those whose file is gone or has changed stay.
  std::map<std::string, Entries> ByUnchangedFile(const Entries& entries) {
    std::map<std::string, Entries> files;
    std::map<std::string, Result<FileIdentity>> identities;
    for (const QuarantineEntry& entry : entries) {
      const auto path = FileOnDisk(parts_.files, entry.file);
      if (!path) {
        Stay(entry.id, SourceGone(entry.file));
        continue;
      }
      auto known = identities.find(*path);
      if (known == identities.end()) {
        known = identities.emplace(*path, IdentifyFile(parts_.files, *path)).first;
      }
      if (!known->second) {
        Stay(entry.id, known->second.error());
      } else if (known->second->sha256 != entry.file_sha256) {
        Stay(entry.id, SourceChanged(*path));
      } else {
        files[*path].push_back(entry);
      }
    }
    return files;
  }

  /// Tries records of which only the front was kept.
  Status TakeFromSources(const Entries& entries) {
    for (const auto& [path, of_file] : ByUnchangedFile(entries)) {
      HEALIX_RETURN_IF_ERROR(TakeFromSource(path, of_file));
    }
    return {};
  }

  Status TakeFromSource(const std::string& path, const Entries& entries) {
    std::vector<SourceRange> ranges;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      ranges.push_back({entries[i].file, entries[i].offset, entries[i].length, i});
    }
    std::set<std::size_t> unread;
    for (std::size_t i = 0; i < entries.size(); ++i) unread.insert(i);
    Status taken;  // a failure of ours, not of the source
    const Status read = ReadRanges(parts_.files, std::move(ranges),
                                   [&](const SourceRange& range, std::string bytes) {
                                     unread.erase(range.index);
                                     const QuarantineEntry& entry = entries[range.index];
                                     const auto text = TextWithHash(std::move(bytes), entry.sha256);
                                     if (text) {
                                       taken = TakeText(entry, *text);
                                     } else {
                                       Stay(entry.id, SourceChanged(path));
                                     }
                                     return taken;
                                   });
    if (!taken) return taken;
    if (read) return {};
    for (const std::size_t index : unread) Stay(entries[index].id, read.error());
    return {};
  }

  Status TakeRows(const Entries& entries) {
    for (auto& [path, of_file] : ByUnchangedFile(entries)) {
      HEALIX_RETURN_IF_ERROR(TakeRowsOf(path, of_file));
    }
    return {};
  }

  /// Composes the rows of one file once, from the first entry to the last.
  Status TakeRowsOf(const std::string& path, Entries entries) {
    const auto by_row = [](const QuarantineEntry& a, const QuarantineEntry& b) {
      return a.offset < b.offset;
    };
    std::sort(entries.begin(), entries.end(), by_row);
    const auto info = parts_.engine.InspectParquet(path);
    const auto type = info ? FhirTypeOf(*info) : std::nullopt;
    if (!type) {
      for (const QuarantineEntry& entry : entries) Stay(entry.id, SourceChanged(path));
      return {};
    }
    const std::uint64_t first = entries.front().offset;
    HEALIX_TRY(const auto rows,
               ParquetRows::Open(parts_.engine, *info, {first, entries.back().offset - first + 1}));
    for (const QuarantineEntry& entry : entries) {
      HEALIX_TRY(auto row, rows->Next());
      while (row && row->row < entry.offset) {
        HEALIX_TRY(row, rows->Next());
      }
      if (!row) return MakeError(ErrorCode::kInternal, "an unchanged file has fewer rows");
      HEALIX_TRY(const auto fault, records().TakeRow(entry, *type, *row));
      if (fault) Stay(entry.id, *fault);
      HEALIX_RETURN_IF_ERROR(CommitIfFull());
    }
    return {};
  }

  Status TakeRests(const Entries& entries) {
    std::map<std::pair<std::string, std::string>, Entries> files;  // by path and source
    for (const QuarantineEntry& entry : entries) {
      const auto path = FileOnDisk(parts_.files, entry.file);
      if (path) {
        files[{*path, entry.source}].push_back(entry);
      } else {
        Stay(entry.id, SourceGone(entry.file));
      }
    }
    for (const auto& [place, of_file] : files) {
      HEALIX_TRY(const FileRedriveOutcome read, RedriveFile(parts_, limits_, place.first, of_file));
      Count(read.counts, read.receipt);
      for (const auto& [id, error] : read.stayed) Stay(id, error);
    }
    return {};
  }

  const Parts& parts_;
  const Limits limits_;
  std::unique_ptr<RecordRedrive> records_;  ///< what the next commit takes in
  RedriveOutcome outcome_;
};

}  // namespace

Result<RedriveOutcome> RedriveQuarantine(const Parts& parts, const QuarantineFilter& filter,
                                         const Limits& limits) {
  HEALIX_RETURN_IF_ERROR(limits.Validate());
  HEALIX_RETURN_IF_ERROR(MigrateIngest(parts.records));
  HEALIX_RETURN_IF_ERROR(trust::journal::MigrateJournal(parts.records));
  const WriterTurn turn(parts.records);
  Redrive redrive(parts, limits);
  QuarantineFilter open = filter;
  open.state = QuarantineFilter::State::kOpen;
  open.limit = kPageEntries;
  // What the redrive itself puts into quarantine is not tried again.
  HEALIX_TRY(const QuarantineId last, parts.records.Read(LastQuarantineId));
  while (open.after < last) {
    HEALIX_TRY(std::vector<QuarantinedRecord> page,
               parts.records.Read([&](storage::records::Reader& reader) {
                 return FindQuarantined(reader, open);
               }));
    std::erase_if(page, [&](const QuarantinedRecord& record) { return last < record.entry.id; });
    if (page.empty()) break;
    open.after = page.back().entry.id;
    HEALIX_RETURN_IF_ERROR(redrive.TakePage(page));
  }
  RedriveOutcome outcome = redrive.TakeOutcome();
  if (filter.id && outcome.tried == 0) {
    return MakeError(ErrorCode::kQuarantineNotFound, "there is no open entry {}",
                     filter.id->value());
  }
  return outcome;
}

}  // namespace healix::lakehouse::ingest
