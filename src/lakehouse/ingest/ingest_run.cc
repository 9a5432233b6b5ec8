// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "base/ids/uuid.h"
#include "base/io/sync_points.h"
#include "lakehouse/ingest/ingest_run_internal.h"
#include "lakehouse/ingest/parquet_source_internal.h"
#include "lakehouse/ingest/place_names_internal.h"
#include "lakehouse/ingest/raw_tables_internal.h"
#include "lakehouse/ingest/redrive_account_internal.h"
#include "lakehouse/ingest/source_names_internal.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::ingest {

using formats::archive::Member;
using formats::archive::MemberClass;
using trust::journal::ActKind;

namespace {

constexpr std::uint64_t kItemsPerReport = 2048;

bool IsWrite(const IngestRequest& request) { return request.mode == IngestRequest::Mode::kWrite; }

std::string NameOf(const LedgerKey& key) {
  return key.sha256 + ' ' + key.source + ' ' + key.member;
}

/// Tells whether an error is about the input's content, so that other files can still be read.
bool IsAboutContent(const Error& error) {
  const auto number = static_cast<unsigned>(error.code());
  constexpr unsigned kFormatsBegin = 2000;
  constexpr unsigned kFormatsEnd = 3000;
  return (number >= kFormatsBegin && number < kFormatsEnd) ||
         error.code() == ErrorCode::kLimitExceeded || error.code() == ErrorCode::kUnsupported ||
         error.code() == ErrorCode::kPermissionDenied;
}

}  // namespace

void RunResult::Account(const LedgerEntry& entry) {
  const FileAccount account = AccountForReceipt(entry);
  sums.Add(account);
  files.Append(account);
}

IngestRun::IngestRun(const Parts& parts, const IngestRequest& request, Findings& findings,
                     const FileRetry* retry)
    : parts_(parts),
      request_(request),
      findings_(findings),
      retry_(retry),
      result_{IngestId(parts.ids.Next().ToString()), parts.clock.Now(), {}, {}, {}, {}},
      intake_(parts, {result_.ingest, request.limits, request.mode}, findings),
      committer_(parts, result_.ingest,
                 retry == nullptr ? ActKind::kIngestBatch : ActKind::kQuarantineRedrive),
      background_(committer_),
      ahead_(parts.files) {}

Status IngestRun::Run(const std::vector<InputFile>& files) {
  for (const InputFile& file : files) progress_.bytes_total += file.size_bytes;
  if (IsWrite(request_)) {
    HEALIX_TRY(superseded_, Superseded::Load(parts_, request_.limits.record_bytes_max));
    Resolve(superseded_->AnsweredBy(files));
  }
  for (const InputFile& file : files) {
    if (IsCancelled()) break;
    HEALIX_RETURN_IF_ERROR(TakeFile(file, &file == &files.back() ? nullptr : &file + 1));
    progress_.bytes_done += file.size_bytes;
    Report(0);
  }
  HEALIX_RETURN_IF_ERROR(PushLastBatch());
  HEALIX_RETURN_IF_ERROR(background_.Drain());
  if (IsCancelled()) return MakeError(ErrorCode::kCancelled, "the ingest was cancelled");
  return {};
}

RunResult IngestRun::TakeResult() {
  static_cast<void>(background_.Drain());  // Run() has told of its failure
  result_.snapshots = committer_.snapshots();
  return std::move(result_);
}

bool IngestRun::IsCancelled() const { return request_.cancel != nullptr && *request_.cancel; }

void IngestRun::Report(std::uint64_t file_bytes_done) {
  if (!request_.on_progress) return;
  Progress now = progress_;
  now.bytes_done += file_bytes_done;
  now.records = intake_.records_seen();
  request_.on_progress(now);
}

Status IngestRun::TakeFile(const InputFile& input, const InputFile* next) {
  if (input.unreadable) return TakeUnopened(input, *input.unreadable);
  auto identified = ahead_.Identify(input, next);
  if (!identified) {
    if (!IsAboutContent(identified.error())) return identified.error();
    return TakeUnopened(input, identified.error());
  }
  const FileIdentity identity = *std::move(identified);
  const OpenFile file{input, identity, PlaceOfPath(input.path)};
  if (!input.ignore_rule.empty()) {
    result_.ignored.push_back(
        {file.place, input.ignore_rule, identity.sha256, identity.size_bytes});
    return {};
  }
  file_bytes_max_ = identity.size_bytes;
  const Recognised recognised =
      Recognise(std::filesystem::path(input.path).filename().string(), "");
  const Status taken =
      recognised.kind == InputKind::kParquet ? TakeParquet(file) : TakeMembers(file);
  HEALIX_RETURN_IF_ERROR(taken);
  return CheckUnchanged(parts_.files, input.path, identity);
}

Status IngestRun::TakeUnopened(const InputFile& input, const Error& error) {
  const std::string place = PlaceOfPath(input.path);
  if (!input.ignore_rule.empty()) {
    result_.ignored.push_back({place, input.ignore_rule, "", input.size_bytes});
    return {};
  }
  const FileIdentity unknown{"", input.size_bytes, {}};
  HEALIX_TRY(WorkPointer work, OpenWork({input, unknown, place}, place, place));
  LedgerEntry& entry = work->entry;
  if (entry.untold_by == result_.ingest) return Finish(std::move(work));  // named twice
  // What was wrong with it the last time says nothing of this time.
  entry.is_complete = false;
  entry.receipted.reset();
  entry.account.types.clear();
  entry.account.reasons.clear();
  entry.account.bytes = {};
  entry.account.kind = "unreadable";
  entry.account.size_bytes = input.size_bytes;
  TakeDamage(*work, error, input.size_bytes);
  return Finish(std::move(work));
}

Result<std::optional<LedgerEntry>> IngestRun::FindEntry(const LedgerKey& key) {
  // The same content may stand in a batch that is not committed yet.
  const std::string name = NameOf(key);
  if (closed_.contains(name)) HEALIX_RETURN_IF_ERROR(PushBatch());
  if (const auto checked = checked_.find(key); checked != checked_.end()) {
    return std::optional(checked->second);
  }
  if (committing_.contains(name)) HEALIX_RETURN_IF_ERROR(background_.Drain());
  return parts_.records.Read(
      [&](storage::records::Reader& reader) { return FindInLedger(reader, key); });
}

Result<bool> IngestRun::IsNew(const std::string& source) {
  const auto known = is_new_by_source_.find(source);
  if (known != is_new_by_source_.end()) return known->second;
  HEALIX_TRY(const bool is_known, parts_.records.Read([&](storage::records::Reader& reader) {
    return IsSourceKnown(reader, source);
  }));
  is_new_by_source_[source] = !is_known;
  return !is_known;
}

Result<IngestRun::WorkPointer> IngestRun::OpenWork(const OpenFile& file, const std::string& member,
                                                   const std::string& place) {
  const LedgerKey key{file.input.source, file.identity.sha256, member};
  HEALIX_TRY(const bool is_new, IsNew(key.source));
  HEALIX_TRY(auto found, FindEntry(key));
  auto work = std::make_unique<FileWork>();
  if (is_new) work->source = FileWork::Source::kNew;
  LedgerEntry& entry = work->entry;
  if (found) {
    entry = *std::move(found);
    work->items_saved = entry.items_done;
    if (retry_ != nullptr) {
      const auto damage = retry_->reopened.find(key);
      if (damage != retry_->reopened.end()) Reopen(entry, damage->second);
    }
    if (!entry.is_complete) return work;
    // This very receipt tells of it already, at another place.
    if (entry.untold_by == result_.ingest) entry.receipted = entry.account;
    entry.account.file = place;
    return work;
  }
  entry.key = key;
  entry.account.file = place;
  entry.account.source = key.source;
  entry.account.sha256 = key.sha256;
  entry.account.size_bytes = file.identity.size_bytes;
  return work;
}

Status IngestRun::TakeMembers(const OpenFile& file) {
  const auto damaged = [&](const Error& error, std::uint64_t bytes_read) -> Status {
    HEALIX_TRY(WorkPointer work, OpenWork(file, "", file.place));
    if (work->entry.account.kind.empty()) work->entry.account.kind = "unreadable";
    if (!work->entry.is_complete) TakeDamage(*work, error, bytes_read);
    return Finish(std::move(work));
  };
  auto members =
      formats::archive::OpenInput(parts_.files, file.input.path, request_.limits.archive);
  if (!members) {
    if (IsAboutContent(members.error())) return damaged(members.error(), file.identity.size_bytes);
    return Vanished(members.error(), file.input.path);
  }
  while (!IsCancelled()) {
    auto member = (*members)->Next();
    if (!member)
      return IsAboutContent(member.error()) ? damaged(member.error(), 0) : member.error();
    if (!*member) return OvercomeDamage(file);
    Member& found = **member;
    found.place.replace(0, file.input.path.size(), file.place);
    HEALIX_RETURN_IF_ERROR(TakeMember(file, found));
  }
  return {};
}

/// An archive that was damaged as a whole and could be walked now has nothing more to read.
Status IngestRun::OvercomeDamage(const OpenFile& file) {
  const LedgerKey whole{file.input.source, file.identity.sha256, ""};
  if (retry_ == nullptr || !retry_->reopened.contains(whole)) return {};
  HEALIX_TRY(WorkPointer work, OpenWork(file, "", file.place));
  // No archive: its one member was read.
  if (work->entry.untold_by == result_.ingest) return {};
  return Finish(std::move(work));
}

Status IngestRun::TakeMember(const OpenFile& file, const Member& member) {
  if (member.member_class == MemberClass::kRejected) return TakeRejected(file, member);
  if (member.member_class == MemberClass::kIgnored) {
    result_.ignored.push_back({member.place, member.rule, member.hash.ToHex(), member.size_bytes});
    return {};
  }
  HEALIX_TRY(WorkPointer work, OpenWork(file, member.name, member.place));
  if (work->entry.is_complete) return Finish(std::move(work));
  PeekedStream stream(*member.stream);
  const std::string_view head = stream.Head();
  if (head.empty() && stream.error_behind_head()) {
    return TakeUnreadable(std::move(work), *stream.error_behind_head(), stream);
  }
  const Recognised recognised = Recognise(member.content_name, head);
  if (!recognised.kind || recognised.kind == InputKind::kParquet) {
    const std::string rule = recognised.kind ? "parquet-inside-archive" : recognised.ignore_rule;
    auto ignored = IgnoreStream(member.place, rule, stream);
    if (!ignored) return TakeUnreadable(std::move(work), ignored.error(), stream);
    result_.ignored.push_back(*std::move(ignored));
    return {};
  }
  work->entry.account.kind = Name(*recognised.kind);
  return TakeContent(std::move(work), *recognised.kind, stream);
}

Status IngestRun::TakeUnreadable(WorkPointer work, const Error& error, PeekedStream& stream) {
  if (!IsAboutContent(error)) return error;
  work->entry.account.kind = "unreadable";
  TakeDamage(*work, error, stream.CountToEnd());
  return Finish(std::move(work));
}

Status IngestRun::TakeParquet(const OpenFile& file) {
  HEALIX_TRY(WorkPointer work, OpenWork(file, "", file.place));
  if (work->entry.is_complete) return Finish(std::move(work));
  work->entry.account.kind = Name(InputKind::kParquet);
  const auto info = parts_.engine.InspectParquet(file.input.path);
  if (!info) {
    if (!IsAboutContent(info.error())) return info.error();
    TakeDamage(*work, info.error(), work->entry.account.size_bytes);
    return Finish(std::move(work));
  }
  if (!FhirTypeOf(*info)) return TakeTable(std::move(work), *info);
  work->entry.account.kind = Name(InputKind::kFhirParquet);
  HEALIX_TRY(const auto source, OpenFhirParquetSource(parts_.engine, *info, request_.limits));
  return TakeItems(std::move(work), *source, nullptr);
}

Status IngestRun::TakeTable(WorkPointer work, const engine::ParquetInfo& info) {
  const tables::TableName table =
      TabularTable(work->entry.key.source, TableNameFor(work->entry.account.file));
  const Status fits = CheckTable(table, info);
  if (!fits) {
    if (!IsAboutContent(fits.error())) return fits.error();
    TakeDamage(*work, fits.error(), work->entry.account.size_bytes);
    return Finish(std::move(work));
  }
  intake_.AddTable(*work, table, info);
  return Finish(std::move(work));
}

Status IngestRun::CheckTable(const tables::TableName& table, const engine::ParquetInfo& info) {
  const iceberg::Schema columns = CopiedSchema(info.table.schema);
  const auto plan = parts_.warehouse.PlanTable(table, LayoutOf(table, columns));
  if (!plan) {
    return MakeError(ErrorCode::kParquetInvalid, "its columns can't be those of a table: {}",
                     SafeReason(plan.error().message()));
  }
  const auto existing = parts_.warehouse.Load(table);
  if (!existing && existing.error().code() != ErrorCode::kTableNotFound) return existing.error();
  auto& copied = copied_columns_[table];
  for (const iceberg::Field& field : columns.fields) {
    const iceberg::Field* stored = existing ? existing->schema().FindByName(field.name) : nullptr;
    const auto earlier = copied.find(field.name);
    const bool differs = (stored != nullptr && stored->type.id != field.type.id) ||
                         (earlier != copied.end() && earlier->second != field.type.id);
    if (!differs) continue;
    return MakeError(ErrorCode::kParquetInvalid, "column {} has another type than in table {}",
                     SafeName(field.name), SafeName(tables::ToString(table)));
  }
  HEALIX_RETURN_IF_ERROR(ReadAllPages(parts_.engine, info));
  for (const iceberg::Field& field : columns.fields) copied.emplace(field.name, field.type.id);
  return {};
}

Status IngestRun::TakeRejected(const OpenFile& file, const Member& member) {
  HEALIX_TRY(WorkPointer work, OpenWork(file, member.name, member.place));
  if (work->entry.is_complete) return Finish(std::move(work));
  work->entry.account.kind = "unreadable";
  work->entry.account.error = member.error->ToString();
  work->entry.account.bytes.quarantined = member.size_bytes;
  QuarantinedRecord record;
  record.entry.extent = QuarantineExtent::kRest;
  record.entry.length = member.size_bytes;
  record.entry.sha256 = member.hash.ToHex();
  record.entry.code = Name(member.error->code());
  findings_.Add({Severity::kError, member.error->code(), "", "", {member.place, 0, {}}});
  intake_.AddQuarantined(*work, std::move(record));
  return Finish(std::move(work));
}

Status IngestRun::TakeContent(WorkPointer work, InputKind kind, PeekedStream& stream) {
  const LedgerKey& key = work->entry.key;
  auto source = kind == InputKind::kCsv
                    ? OpenCsvSource(stream, key.source, TableNameFor(work->entry.account.file),
                                    request_.limits)
                    : OpenFhirSource(stream, request_.limits);
  if (!source) {
    if (!IsAboutContent(source.error())) return source.error();
    TakeDamage(*work, source.error(), stream.CountToEnd());
    return Finish(std::move(work));
  }
  return TakeItems(std::move(work), **source, &stream);
}

Status IngestRun::TakeItems(WorkPointer work, ItemSource& source, PeekedStream* stream) {
  const std::uint64_t items_committed = work->entry.items_done;
  const ByteCounts bytes_committed = work->entry.account.bytes;
  ByteCounts bytes_passed;  // the same, unless other limits put passed bytes into another class
  ItemSource::Step step = ItemSource::Step::kItem;
  for (std::uint64_t item = 0; step == ItemSource::Step::kItem; ++item) {
    const auto next = item < items_committed ? source.Skip() : source.Next(intake_, *work);
    if (!intake_.status()) return intake_.status();
    if (item < items_committed) {
      bytes_passed = source.bytes();
    } else if (next) {
      work->entry.account.bytes = source.bytes();
      work->entry.account.bytes -= bytes_passed;
      work->entry.account.bytes += bytes_committed;
    }
    if (!next) {
      if (!IsAboutContent(next.error())) return next.error();
      TakeDamage(*work, next.error(),
                 stream != nullptr ? stream->CountToEnd() : work->entry.account.size_bytes);
      break;
    }
    step = *next;
    if (item % kItemsPerReport == 0) Report(std::min(source.bytes().total(), file_bytes_max_));
    if (intake_.IsHalfFull()) background_.AwaitFiles();  // one and a half batches in memory
    if (intake_.IsFull()) {
      HEALIX_RETURN_IF_ERROR(intake_.NoteProgress(*work));
      HEALIX_RETURN_IF_ERROR(PushBatch());
      if (IsCancelled()) {
        Account(work->entry);
        return {};
      }
    }
  }
  progress_.content_bytes += work->entry.account.bytes.total();
  return Finish(std::move(work));
}

void IngestRun::TakeDamage(FileWork& work, const Error& error, std::uint64_t bytes_read) {
  FileAccount& account = work.entry.account;
  account.error = error.At({account.file, account.bytes.total(), {}}).ToString();
  QuarantinedRecord record;
  record.entry.extent = QuarantineExtent::kRest;
  record.entry.offset = account.bytes.total();
  record.entry.length = bytes_read - std::min(bytes_read, account.bytes.total());
  account.bytes.quarantined += record.entry.length;
  record.entry.sha256 = account.sha256;
  record.entry.code = Name(error.code());
  findings_.Add({Severity::kError, error.code(), "", "", {account.file, record.entry.offset, {}}});
  intake_.AddQuarantined(work, std::move(record));
}

void IngestRun::Resolve(const std::vector<QuarantineEntry>& answered) {
  for (const QuarantineEntry& entry : answered) {
    if (retry_ == nullptr || entry.extent == QuarantineExtent::kRecord) intake_.Resolve(entry.id);
  }
}

Status IngestRun::Finish(WorkPointer work) {
  if (superseded_) Resolve(superseded_->AnsweredBy(work->entry));
  const std::optional<IngestId>& untold_by = work->entry.untold_by;
  if (work->entry.is_complete && (!untold_by || untold_by == result_.ingest)) {
    Account(work->entry);
    return {};
  }
  closed_.insert(NameOf(work->entry.key));
  intake_.Close(std::move(work));
  if (intake_.IsFull()) return PushBatch();
  return {};
}

Status IngestRun::PushBatch() { return Push({}); }

Status IngestRun::PushLastBatch() {
  if (retry_ == nullptr) return PushBatch();
  return Push(
      [this](storage::records::Transaction& transaction, const SnapshotsByTable& snapshots) {
        result_.snapshots = snapshots;
        return retry_->closing(transaction, result_);
      });
}

Status IngestRun::Push(InBatch closing) {
  base::SyncPoint("ingest.batch.sealed");
  HEALIX_RETURN_IF_ERROR(background_.Drain());  // then its keys need not be remembered
  HEALIX_TRY(Batch batch, intake_.TakeBatch());
  for (const LedgerStep& step : batch.ledger) {
    if (step.entry.is_complete) Account(step.entry);
  }
  committing_ = std::exchange(closed_, {});
  batch.closing = std::move(closing);
  if (IsWrite(request_)) return background_.Push(std::move(batch));
  for (LedgerStep& step : batch.ledger) {
    if (!step.entry.is_complete) continue;
    step.entry.untold_by = result_.ingest;
    checked_.emplace(step.entry.key, std::move(step.entry));
  }
  return {};
}

void IngestRun::Account(const LedgerEntry& entry) {
  if (retry_ != nullptr) {
    retry_->on_file(entry);
  } else {
    result_.Account(entry);
  }
}

}  // namespace healix::lakehouse::ingest
