// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lets ingests into one record store take turns.

#include <memory>
#include <mutex>

#include "storage/records/store.h"

namespace healix::lakehouse::ingest {

/// Holds the turn of a store while it lives; a second one waits. So what one ingest has looked up
/// in the key index stays true until it has committed. (Ingests of other processes on the same
/// PostgreSQL records are told apart by kRecordsConflict.)
class WriterTurn final {
 public:
  explicit WriterTurn(const storage::records::Store& records);

 private:
  std::shared_ptr<std::mutex> mutex_;
  std::unique_lock<std::mutex> lock_;
};

}  // namespace healix::lakehouse::ingest
