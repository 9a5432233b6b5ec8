// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/table_options.h"

namespace healix::lakehouse::tables {

Status TableOptions::Validate() const {
  const auto invalid = [](const char* setting) {
    return MakeError(ErrorCode::kSettingInvalid, "{} is out of range", SafeName(setting));
  };
  if (snapshots_max < 1) return invalid("tables.snapshots_max");
  if (metadata_log_max < 1) return invalid("tables.metadata_log_max");
  if (file_bytes_target < 4096) return invalid("tables.file_bytes_target");
  if (commit_attempts_max < 1) return invalid("tables.commit_attempts_max");
  if (drop_retention.count() < 0) return invalid("tables.drop_retention");
  if (orphan_age.count() < 0) return invalid("tables.orphan_age");
  return {};
}

}  // namespace healix::lakehouse::tables
