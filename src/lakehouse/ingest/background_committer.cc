// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "lakehouse/ingest/background_committer_internal.h"

namespace healix::lakehouse::ingest {

BackgroundCommitter::~BackgroundCommitter() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Status BackgroundCommitter::Push(Batch batch) {
  HEALIX_RETURN_IF_ERROR(Drain());
  const std::lock_guard lock(mutex_);
  waiting_ = std::move(batch);
  is_busy_ = true;
  is_writing_ = true;
  if (!thread_.joinable()) thread_ = std::thread([this] { Work(); });
  changed_.notify_all();
  return {};
}

Status BackgroundCommitter::Drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !is_busy_; });
  return status_;
}

void BackgroundCommitter::AwaitFiles() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !is_writing_; });
}

void BackgroundCommitter::NoteFiles() {
  {
    const std::lock_guard lock(mutex_);
    is_writing_ = false;
  }
  changed_.notify_all();
}

void BackgroundCommitter::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return waiting_.has_value() || is_ending_; });
    if (!waiting_) return;
    Batch batch = std::move(*waiting_);
    waiting_.reset();
    lock.unlock();
    Status committed = committer_.Commit(std::move(batch), [this] { NoteFiles(); });
    lock.lock();
    if (status_) status_ = std::move(committed);
    is_busy_ = false;
    is_writing_ = false;
    changed_.notify_all();
  }
}

}  // namespace healix::lakehouse::ingest
