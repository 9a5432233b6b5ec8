// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Hashes the next file while the current one is read.

#include <future>
#include <stop_token>
#include <string>

#include "base/io/file_system.h"
#include "base/result/result.h"
#include "lakehouse/ingest/input_files_internal.h"

namespace healix::lakehouse::ingest {

/// Identifies files one after the other, a large next one on a thread of its own: hashing was a
/// seventh of the time of the thread that reads. Whoever reads a file checks it with
/// CheckUnchanged() afterwards, however long ago it was identified.
/// Owns     one thread; ends it, in the middle of a file, when destroyed.
/// Threads  one at a time.
/// Example  IdentifyAheadTest.GivesWhatIdentifyFileGives
class IdentifyAhead final {
 public:
  /// Smaller files are not worth a thread.
  static constexpr std::uint64_t kAheadBytesMin = std::uint64_t{1} << 20;

  explicit IdentifyAhead(base::FileSystem& files) : files_(files) {}
  ~IdentifyAhead();
  IdentifyAhead(const IdentifyAhead&) = delete;
  IdentifyAhead& operator=(const IdentifyAhead&) = delete;

  /// Returns what IdentifyFile() returns for `file`, and begins with `next` if there is one.
  Result<FileIdentity> Identify(const InputFile& file, const InputFile* next);

 private:
  base::FileSystem& files_;
  std::stop_source stop_;
  std::string ahead_path_;
  std::future<Result<FileIdentity>> ahead_;
};

}  // namespace healix::lakehouse::ingest
