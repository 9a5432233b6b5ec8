// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Commits one batch on a thread of its own while the next one is read.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result/result.h"
#include "lakehouse/ingest/batch_committer_internal.h"

namespace healix::lakehouse::ingest {

/// Runs a BatchCommitter in the background, one batch at a time, in order.
/// Owns     a thread, from the first Push() on.
/// Threads  Push(), Drain() and AwaitFiles() from one thread.
class BackgroundCommitter final {
 public:
  explicit BackgroundCommitter(BatchCommitter& committer) : committer_(committer) {}
  ~BackgroundCommitter();
  BackgroundCommitter(const BackgroundCommitter&) = delete;
  BackgroundCommitter& operator=(const BackgroundCommitter&) = delete;

  /// Waits until the batch before is committed, then takes this one.
  /// Errors   that of an earlier batch; nothing is taken after one.
  Status Push(Batch batch);
  /// Waits until all is committed. Errors as Push().
  Status Drain();
  /// Waits until the rows of the batch at work are in files, and so not in memory any more.
  void AwaitFiles();

 private:
  void NoteFiles();
  void Work();

  BatchCommitter& committer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Batch> waiting_;
  bool is_busy_ = false;
  bool is_writing_ = false;  ///< of what it is busy with, rows are still in memory
  bool is_ending_ = false;
  Status status_;
  std::thread thread_;
};

}  // namespace healix::lakehouse::ingest
