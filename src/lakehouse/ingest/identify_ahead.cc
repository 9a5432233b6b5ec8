// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/identify_ahead_internal.h"

namespace healix::lakehouse::ingest {

IdentifyAhead::~IdentifyAhead() {
  stop_.request_stop();
  if (ahead_.valid()) ahead_.wait();
}

Result<FileIdentity> IdentifyAhead::Identify(const InputFile& file, const InputFile* next) {
  const bool is_begun = ahead_.valid() && ahead_path_ == file.path;
  Result<FileIdentity> identity = is_begun ? ahead_.get() : IdentifyFile(files_, file.path);
  if (ahead_.valid() || next == nullptr || next->unreadable) return identity;
  if (next->size_bytes < kAheadBytesMin) return identity;
  ahead_path_ = next->path;
  ahead_ = std::async(std::launch::async,
                      [&files = files_, path = ahead_path_, stop = stop_.get_token()] {
                        return IdentifyFile(files, path, stop);
                      });
  return identity;
}

}  // namespace healix::lakehouse::ingest
