// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Publishes changes: prepare, write, move all pointers in one transaction, tidy up.

#include <memory>
#include <string>
#include <vector>

#include "lakehouse/tables/keyed_locks_internal.h"
#include "lakehouse/tables/lease_registry_internal.h"
#include "lakehouse/tables/prepared_table_internal.h"
#include "lakehouse/tables/table_states_internal.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::tables {

/// What committing needs; borrowed.
struct CommitterParts {
  storage::records::Store& catalog;
  MetadataFiles& files;
  TableStates& states;
  LeaseRegistry& leases;
  const base::Clock& clock;
  base::Randomness& randomness;
  const TableOptions& options;
};

/// Runs commits. Those of one table wait for each other in this process, so that they seldom have
/// to run twice; what makes them safe is the compare-and-swap alone.
/// Threads  any.
class Committer final {
 public:
  explicit Committer(const CommitterParts& parts) : parts_(parts) {}

  Result<CommitOutcome> Commit(const CommitRequest& request);

 private:
  struct Attempt;
  enum class Verdict : std::uint8_t { kCommitted, kOvertaken };

  Result<Attempt> Prepare(const CommitRequest& request);
  Status Write(const Attempt& attempt);
  /// Moves the pointers. kOvertaken: another commit moved one of them first.
  Result<Verdict> Publish(const CommitRequest& request, const Attempt& attempt);
  Result<bool> WasPublished(const Attempt& attempt);
  /// Removes what an attempt wrote and nobody will ever name.
  void Discard(const Attempt& attempt);
  /// Removes what the commit made unnecessary; what stays behind is an orphan.
  void TidyUp(Attempt& attempt);

  CommitterParts parts_;
  KeyedLocks locks_;
};

}  // namespace healix::lakehouse::tables
