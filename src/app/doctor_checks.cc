// SPDX-License-Identifier: Apache-2.0
#include "app/doctor_checks.h"

#include <unistd.h>

#include <filesystem>

#include "app/console.h"
#include "storage/records/database_version.h"

namespace healix::app {
namespace {

using Verdict = DoctorCheck::Verdict;

DoctorCheck Bad(std::string name, const Error& error) {
  return {std::move(name), Verdict::kBad, error.ToString()};
}

DoctorCheck CheckFolder(const Stack& stack) {
  return {"home", Verdict::kGood,
          fmt::format("format {}, id {}, locked by this process {}", storage::home::kFormat,
                      stack.home().id(), ::getpid())};
}

/// Writes a small file durably, as every commit does, and removes it.
DoctorCheck CheckDisk(const Stack& stack) {
  const std::string path = stack.layout().TempFolder() + "/doctor";
  if (const auto done = base::WriteFileDurably(stack.files(), path, "healix\n"); !done) {
    return Bad("disk", done.error());
  }
  if (const auto done = stack.files().Remove(path); !done) return Bad("disk", done.error());
  std::error_code unknown;
  const auto space = std::filesystem::space(stack.layout().root, unknown);
  if (unknown) return {"disk", Verdict::kGood, "can be written"};
  return {"disk", Verdict::kGood,
          fmt::format("can be written, {} of {} free", BytesText(space.available),
                      BytesText(space.capacity))};
}

DoctorCheck CheckRecords(const Stack& stack) {
  const auto version = storage::records::DatabaseVersion(stack.records());
  if (!version) return Bad("records", version.error());
  return {"records", Verdict::kGood, *version};
}

Result<std::string> EngineVersion(lakehouse::engine::Engine& engine) {
  HEALIX_TRY(const auto stream,
             engine.Query(std::make_shared<lakehouse::engine::Scope>(), "SELECT version()", {}));
  HEALIX_TRY(const auto rows, stream->NextRows());
  if (rows.size() != 1 || rows[0].size() != 1) {
    return MakeError(ErrorCode::kEngineFailed, "the engine says no version");
  }
  return "DuckDB " + rows[0][0].text;
}

DoctorCheck CheckEngine(const Stack& stack) {
  const auto version = EngineVersion(stack.engine());
  if (!version) return Bad("engine", version.error());
  return {"engine", Verdict::kGood, *version};
}

DoctorCheck CheckKey(const Stack& stack) {
  return {"key", Verdict::kGood,
          fmt::format("Ed25519 {}, public key {}", stack.public_key().id(),
                      stack.public_key().ToText())};
}

DoctorCheck CheckJobs(const Stack& stack) {
  using storage::jobs::JobState;
  const auto waiting = stack.jobs().List({.state = JobState::kQueued});
  const auto dead = stack.jobs().List({.state = JobState::kDead});
  if (!waiting) return Bad("jobs", waiting.error());
  if (!dead) return Bad("jobs", dead.error());
  return {
      "jobs", Verdict::kGood,
      fmt::format("{} wait (healix jobs run), {} failed for good", waiting->size(), dead->size())};
}

}  // namespace

std::vector<DoctorCheck> CheckHome(const Stack& stack) {
  return {CheckFolder(stack), CheckDisk(stack), CheckRecords(stack),
          CheckEngine(stack), CheckKey(stack),  CheckJobs(stack)};
}

}  // namespace healix::app
