// SPDX-License-Identifier: Apache-2.0
#include "storage/records/database_version.h"

namespace healix::storage::records {

Result<std::string> DatabaseVersion(Store& store) {
  const bool is_sqlite = store.dialect() == Dialect::kSqlite;
  HEALIX_TRY(const auto row, store.Read([&](Reader& reader) {
    return reader.QueryFirst(is_sqlite ? "SELECT sqlite_version()"
                                       : "SELECT current_setting('server_version')");
  }));
  if (!row) return MakeError(ErrorCode::kRecordsFailed, "the database says no version");
  return (is_sqlite ? "SQLite " : "PostgreSQL ") + row->Text(0);
}

}  // namespace healix::storage::records
