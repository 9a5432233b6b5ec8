// SPDX-License-Identifier: Apache-2.0
#include "storage/jobs/job_queue.h"

#include <algorithm>
#include <utility>

#include "base/io/sync_points.h"
#include "storage/jobs/job_rows_internal.h"

namespace healix::storage::jobs {
namespace {

using records::Null;
using records::Reader;
using records::Row;
using records::Rows;
using records::Text;
using records::Transaction;
using records::Value;

constexpr std::size_t kLimitMax = 10'000;

/// Returns `(?, ?, ?)`.
std::string Marks(std::size_t count) {
  std::string marks = "(";
  for (std::size_t i = 0; i < count; ++i) marks += i == 0 ? "?" : ", ?";
  return marks + ")";
}

std::vector<Value> ValuesOf(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

Status CheckRequest(const JobRequest& request) {
  if (request.kind.empty() || request.attempts_max < 1) {
    return MakeError(ErrorCode::kInvalidArgument, "a job has a kind and at least one attempt");
  }
  return {};
}

Error LeaseLost(const JobId& id) {
  return MakeError(ErrorCode::kJobLeaseLost, "job {} is no longer ours", SafeName(id.value()));
}

/// Fails unless exactly the leased row was changed.
Status ExpectHeld(const Result<std::uint64_t>& changed, const JobLease& lease) {
  if (!changed) return changed.error();
  return *changed == 1 ? Status() : Status(LeaseLost(lease.job));
}

Result<JobId> Insert(Transaction& transaction, const JobRequest& request, const Job& job) {
  const auto& who = request.attribution;
  const Value key = request.unique_key.empty() ? Value(Null()) : Value(request.unique_key);
  HEALIX_TRY(
      const auto added,
      transaction.Execute(
          "INSERT INTO job (id, kind, arguments, unique_key, priority, run_after, attempts_max, "
          "principal, organisation, use_case, purpose, state, attempts, created_at, "
          "progress_done, progress_total, result, error_code, error_message, owner, lease_until, "
          "cancel_asked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, ?, 0, 0, '', '', "
          "'', '', 0, 0)",
          {job.id.value(), request.kind, request.arguments_json, key, request.priority,
           base::ToMicros(request.run_after), request.attempts_max, who.principal, who.organisation,
           who.use_case, who.purpose, base::ToMicros(job.created_at)}));
  HEALIX_CHECK(added == 1, "an INSERT of one row inserts one row");
  return job.id;
}

/// How an attempt or a job ended.
struct Ending {
  JobState state;
  base::Timestamp at;
  std::string result = {};
  std::string error_code = {};
  std::string error_message = {};
};

Result<std::uint64_t> Finish(Transaction& transaction, const JobId& id, const Ending& ending) {
  return transaction.Execute(
      "UPDATE job SET state = ?, finished_at = ?, result = ?, error_code = ?, error_message = ?, "
      "owner = '', lease_until = 0 WHERE id = ?",
      {Text(Name(ending.state)), base::ToMicros(ending.at), ending.result, ending.error_code,
       ending.error_message, id.value()});
}

}  // namespace

Status JobQueueOptions::Validate() const {
  using std::chrono::milliseconds;
  if (lease < milliseconds(1000) || retry_first < milliseconds(1) || retry_max < retry_first) {
    return MakeError(ErrorCode::kInvalidArgument, "a time of the job queue is too short");
  }
  return {};
}

JobQueue::JobQueue(records::Store& store, const JobQueueOptions& options, const base::Clock& clock,
                   base::Randomness& randomness)
    : store_(store),
      options_(options),
      clock_(clock),
      randomness_(randomness),
      ids_(clock, randomness) {}

Result<std::unique_ptr<JobQueue>> JobQueue::Open(records::Store& store,
                                                 const JobQueueOptions& options,
                                                 const base::Clock& clock,
                                                 base::Randomness& randomness) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  HEALIX_RETURN_IF_ERROR(records::Migrate(store, JobMigrations()));
  return std::unique_ptr<JobQueue>(new JobQueue(store, options, clock, randomness));
}

Result<JobId> JobQueue::Enqueue(const JobRequest& request) {
  HEALIX_RETURN_IF_ERROR(CheckRequest(request));
  Job job;
  job.created_at = clock_.Now();
  {
    const std::lock_guard lock(mutex_);
    job.id = JobId(ids_.Next().ToString());
  }
  return store_.Write([&](Transaction& transaction) -> Result<JobId> {
    if (request.unique_key.empty()) return Insert(transaction, request, job);
    HEALIX_TRY(const auto open,
               transaction.QueryFirst("SELECT id FROM job WHERE unique_key = ? AND "
                                      "state IN ('queued', 'running')",
                                      {request.unique_key}));
    if (open) return JobId(open->Text(0));
    return Insert(transaction, request, job);
  });
}

Result<std::optional<ClaimedJob>> JobQueue::Claim(const std::vector<std::string>& kinds,
                                                  const std::string& owner) {
  if (kinds.empty()) return std::optional<ClaimedJob>();
  base::SyncPoint("jobs.claim.before");
  HEALIX_TRY(auto claimed, store_.Write([&](Transaction& transaction) {
    return ClaimIn(transaction, kinds, owner);
  }));
  base::SyncPoint("jobs.claim.after");
  if (claimed) {
    const std::lock_guard lock(mutex_);
    held_[claimed->job.id] = {claimed->lease.attempt, claimed->until};
  }
  return claimed;
}

Result<std::optional<ClaimedJob>> JobQueue::ClaimIn(Transaction& transaction,
                                                    const std::vector<std::string>& kinds,
                                                    const std::string& owner) {
  const base::Timestamp now = clock_.Now();
  const std::string due = fmt::format(
      "SELECT {}, cancel_asked FROM job WHERE kind IN {} AND ((state = 'queued' AND run_after <= "
      "?) OR (state = 'running' AND lease_until < ?)) ORDER BY priority DESC, run_after, id "
      "LIMIT 1",
      JobColumns(), Marks(kinds.size()));
  std::vector<Value> parameters = ValuesOf(kinds);
  parameters.insert(parameters.end(), {base::ToMicros(now), base::ToMicros(now)});
  for (;;) {  // each round ends a job or returns one
    HEALIX_TRY(const auto row, transaction.QueryFirst(due, parameters));
    if (!row) return std::optional<ClaimedJob>();
    HEALIX_TRY(Job job, JobOf(*row));
    const bool is_cancelled = (*row)[row->size() - 1] != Value(0);
    if (is_cancelled || job.attempts >= job.request.attempts_max) {
      const auto state = is_cancelled ? JobState::kCancelled : JobState::kDead;
      HEALIX_TRY(const auto ended,
                 Finish(transaction, job.id,
                        {state, now, "", std::string(healix::Name(ErrorCode::kJobLeaseLost)),
                         "its worker gave no sign of life"}));
      HEALIX_CHECK(ended == 1, "the job that was found is there");
      continue;
    }
    ++job.attempts;
    job.state = JobState::kRunning;
    const base::Timestamp until = now + options_.lease;
    HEALIX_TRY(const auto taken,
               transaction.Execute("UPDATE job SET state = 'running', attempts = ?, owner = ?, "
                                   "lease_until = ?, progress_done = 0, progress_total = 0 "
                                   "WHERE id = ?",
                                   {job.attempts, owner, base::ToMicros(until), job.id.value()}));
    HEALIX_CHECK(taken == 1, "the job that was found is there");
    const JobLease lease{job.id, job.attempts, owner};
    return std::optional(ClaimedJob{std::move(job), lease, until});
  }
}

Status JobQueue::Heartbeat(const JobLease& lease, std::uint64_t done, std::uint64_t total) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(lease.job);
    if (found != held_.end() && found->second.attempt == lease.attempt) {
      found->second.done = done;
      found->second.total = total;
    }
  }
  return KeepAlive(lease);
}

Status JobQueue::KeepAlive(const JobLease& lease) {
  HeldLease held;
  {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(lease.job);
    if (found == held_.end() || found->second.attempt != lease.attempt) return LeaseLost(lease.job);
    held = found->second;
  }
  if (held.is_cancelled) return LeaseLost(lease.job);
  if (clock_.Now() + options_.lease / 2 < held.until) return {};
  return Renew(lease, held);
}

Status JobQueue::Renew(const JobLease& lease, const HeldLease& held) {
  const base::Timestamp now = clock_.Now();
  const base::Timestamp until = now + options_.lease;
  const auto renewed = store_.Write([&](Transaction& transaction) {
    return transaction.Execute(
        "UPDATE job SET lease_until = ?, progress_done = ?, progress_total = ? WHERE id = ? AND "
        "attempts = ? AND owner = ? AND state = 'running' AND lease_until >= ? AND "
        "cancel_asked = 0",
        {base::ToMicros(until), static_cast<std::int64_t>(held.done),
         static_cast<std::int64_t>(held.total), lease.job.value(), lease.attempt, lease.owner,
         base::ToMicros(now)});
  });
  HEALIX_RETURN_IF_ERROR(ExpectHeld(renewed, lease));
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(lease.job);
  if (found != held_.end() && found->second.attempt == lease.attempt) found->second.until = until;
  return {};
}

Status JobQueue::Complete(const JobLease& lease, const std::string& result_json) {
  const base::Timestamp now = clock_.Now();
  const HeldLease held = HeldBy(lease);
  base::SyncPoint("jobs.complete.before");
  const auto completed = store_.Write([&](Transaction& transaction) {
    return transaction.Execute(
        "UPDATE job SET state = 'done', finished_at = ?, result = ?, progress_done = ?, "
        "progress_total = ?, error_code = '', error_message = '', owner = '', lease_until = 0 "
        "WHERE id = ? AND attempts = ? AND owner = ? AND state = 'running' AND lease_until >= ?",
        {base::ToMicros(now), result_json, static_cast<std::int64_t>(held.done),
         static_cast<std::int64_t>(held.total), lease.job.value(), lease.attempt, lease.owner,
         base::ToMicros(now)});
  });
  base::SyncPoint("jobs.complete.after");
  Forget(lease);
  return ExpectHeld(completed, lease);
}

Status JobQueue::Fail(const JobLease& lease, const Error& error) {
  const Status failed =
      store_.Write([&](Transaction& transaction) { return FailIn(transaction, lease, error); });
  Forget(lease);
  return failed;
}

Status JobQueue::FailIn(Transaction& transaction, const JobLease& lease, const Error& error) {
  const base::Timestamp now = clock_.Now();
  HEALIX_TRY(
      const auto row,
      transaction.QueryFirst("SELECT attempts_max, cancel_asked FROM job WHERE id = ? AND "
                             "attempts = ? AND owner = ? AND state = 'running' AND "
                             "lease_until >= ?",
                             {lease.job.value(), lease.attempt, lease.owner, base::ToMicros(now)}));
  if (!row) return LeaseLost(lease.job);
  const std::string code(healix::Name(error.code()));
  const bool is_cancelled = row->Int(1) != 0;
  if (is_cancelled || !error.retryable() || lease.attempt >= row->Int(0)) {
    const auto state = is_cancelled ? JobState::kCancelled : JobState::kDead;
    return ExpectHeld(Finish(transaction, lease.job, {state, now, "", code, error.message()}),
                      lease);
  }
  return ExpectHeld(
      transaction.Execute("UPDATE job SET state = 'queued', run_after = ?, error_code = ?, "
                          "error_message = ?, owner = '', lease_until = 0 WHERE id = ?",
                          {base::ToMicros(now + RetryWait(lease.attempt)), code, error.message(),
                           lease.job.value()}),
      lease);
}

/// Doubles with each attempt up to the maximum; a random half of it is left out, so that jobs that
/// failed together don't come back together.
std::chrono::microseconds JobQueue::RetryWait(int attempts) {
  const std::chrono::microseconds longest = options_.retry_max;
  std::chrono::microseconds wait = options_.retry_first;
  for (int i = 1; i < attempts && wait < longest; ++i) wait *= 2;
  wait = std::min(wait, longest);
  const std::lock_guard lock(mutex_);
  const auto half = static_cast<std::uint64_t>(wait.count() / 2);
  return wait - std::chrono::microseconds(randomness_.Next64() % (half + 1));
}

Status JobQueue::Cancel(const JobId& id) {
  const base::Timestamp now = clock_.Now();
  HEALIX_RETURN_IF_ERROR(store_.Write([&](Transaction& transaction) -> Status {
    HEALIX_TRY(const auto row,
               transaction.QueryFirst("SELECT state FROM job WHERE id = ?", {id.value()}));
    if (!row) {
      return MakeError(ErrorCode::kJobNotFound, "there is no job {}", SafeName(id.value()));
    }
    if (row->Text(0) == Name(JobState::kQueued)) {
      const auto ended = Finish(transaction, id, {JobState::kCancelled, now});
      return ended ? Status() : Status(ended.error());
    }
    const auto asked = transaction.Execute(
        "UPDATE job SET cancel_asked = 1 WHERE id = ? AND state = 'running'", {id.value()});
    return asked ? Status() : Status(asked.error());
  }));
  const std::lock_guard lock(mutex_);
  if (const auto held = held_.find(id); held != held_.end()) held->second.is_cancelled = true;
  return {};
}

Status JobQueue::ReleaseAbandoned() {
  HEALIX_TRY(const auto abandoned, store_.Read([](Reader& reader) {
    return reader.QueryFirst("SELECT id FROM job WHERE state = 'running' LIMIT 1");
  }));
  if (!abandoned) return {};  // nearly always: no write, no sync
  const base::Timestamp now = clock_.Now();
  return store_.Write([&](Transaction& transaction) -> Status {
    const auto cancelled = transaction.Execute(
        "UPDATE job SET state = 'cancelled', finished_at = ?, owner = '', lease_until = 0 "
        "WHERE state = 'running' AND cancel_asked <> 0",
        {base::ToMicros(now)});
    if (!cancelled) return cancelled.error();
    const auto released = transaction.Execute(
        "UPDATE job SET state = 'queued', owner = '', lease_until = 0 WHERE state = 'running'");
    return released ? Status() : Status(released.error());
  });
}

Result<Job> JobQueue::Find(const JobId& id) {
  HEALIX_TRY(const auto row, store_.Read([&](Reader& reader) {
    return reader.QueryFirst(fmt::format("SELECT {} FROM job WHERE id = ?", JobColumns()),
                             {id.value()});
  }));
  if (!row) return MakeError(ErrorCode::kJobNotFound, "there is no job {}", SafeName(id.value()));
  HEALIX_TRY(Job job, JobOf(*row));
  ShowLiveProgress(job);
  return job;
}

Result<std::vector<Job>> JobQueue::List(const JobQuery& query) {
  if (query.limit < 1 || query.limit > kLimitMax) {
    return MakeError(ErrorCode::kInvalidArgument, "1 to {} jobs are listed at once", kLimitMax);
  }
  std::string sql = fmt::format("SELECT {} FROM job", JobColumns());
  std::vector<Value> parameters;
  if (query.state) {
    sql += " WHERE state = ?";
    parameters.push_back(Text(Name(*query.state)));
  }
  sql += " ORDER BY id DESC LIMIT ?";
  parameters.push_back(static_cast<std::int64_t>(query.limit));
  HEALIX_TRY(const Rows rows,
             store_.Read([&](Reader& reader) { return reader.Query(sql, parameters); }));
  std::vector<Job> jobs;
  for (const Row& row : rows) {
    HEALIX_TRY(Job job, JobOf(row));
    ShowLiveProgress(job);
    jobs.push_back(std::move(job));
  }
  return jobs;
}

Result<std::uint64_t> JobQueue::RemoveFinished(base::Timestamp before) {
  return store_.Write([&](Transaction& transaction) {
    return transaction.Execute("DELETE FROM job WHERE finished_at < ?", {base::ToMicros(before)});
  });
}

Result<std::optional<base::Timestamp>> JobQueue::NextDue(const std::vector<std::string>& kinds) {
  if (kinds.empty()) return std::optional<base::Timestamp>();
  HEALIX_TRY(const auto row, store_.Read([&](Reader& reader) {
    return reader.QueryFirst(
        fmt::format("SELECT MIN(CASE WHEN state = 'queued' THEN run_after ELSE lease_until END) "
                    "FROM job WHERE state IN ('queued', 'running') AND kind IN {}",
                    Marks(kinds.size())),
        ValuesOf(kinds));
  }));
  if (!row || row->IsNull(0)) return std::optional<base::Timestamp>();
  return std::optional(base::FromMicros(row->Int(0)));
}

JobQueue::HeldLease JobQueue::HeldBy(const JobLease& lease) {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(lease.job);
  const bool is_held = held != held_.end() && held->second.attempt == lease.attempt;
  return is_held ? held->second : HeldLease();
}

void JobQueue::Forget(const JobLease& lease) {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(lease.job);
  if (held != held_.end() && held->second.attempt == lease.attempt) held_.erase(held);
}

/// What the store holds is up to half a lease old.
void JobQueue::ShowLiveProgress(Job& job) {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(job.id);
  if (held == held_.end() || held->second.attempt != job.attempts) return;
  job.progress_done = held->second.done;
  job.progress_total = held->second.total;
}

}  // namespace healix::storage::jobs
