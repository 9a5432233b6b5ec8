// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says what a connection to either database does for its store.

#include <string_view>
#include <utility>

#include "storage/records/store.h"

namespace healix::storage::records {

/// A transaction on a database, and what begins and ends it.
/// Threads  one at a time.
class Connection : public Transaction {
 public:
  /// Runs a statement without parameters and rows: BEGIN, COMMIT, SET, a PRAGMA.
  virtual Status Run(std::string_view sql) = 0;
  virtual bool InTransaction() const = 0;

  /// Runs a closure. When a statement failed in it, the first such failure is the outcome, whatever
  /// the closure returns: a later error may only follow from it.
  Status RunBody(const Store::WriteBody& body) {
    first_failure_ = Status();
    const Status status = body(*this);
    return first_failure_ ? status : first_failure_;
  }

 protected:
  /// Keeps the first error of a statement for RunBody(), and returns the one it was given.
  Error Remember(const Error& error) {
    if (first_failure_) first_failure_ = error;
    return error;
  }

 private:
  Status first_failure_;
};

}  // namespace healix::storage::records
