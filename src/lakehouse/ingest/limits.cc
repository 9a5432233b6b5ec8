// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/limits.h"

namespace healix::lakehouse::ingest {

Status Limits::Validate() const {
  const auto invalid = [](const char* name) {
    return MakeError(ErrorCode::kSettingInvalid, "{} must not be 0", SafeName(name));
  };
  constexpr std::uint64_t kBytesMax = std::uint64_t{1} << 30;
  if (record_bytes_max == 0) return invalid("ingest.record_bytes_max");
  if (batch_bytes_max == 0) return invalid("ingest.batch_bytes_max");
  if (batch_records_max == 0) return invalid("ingest.batch_records_max");
  if (depth_max == 0) return invalid("ingest.depth_max");
  if (record_bytes_max > kBytesMax) {
    return MakeError(ErrorCode::kSettingInvalid, "ingest.record_bytes_max is over {} bytes",
                     kBytesMax);
  }
  return archive.Validate();
}

}  // namespace healix::lakehouse::ingest
