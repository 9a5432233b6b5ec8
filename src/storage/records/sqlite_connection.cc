// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "storage/records/accepted_values_internal.h"
#include "storage/records/row_batch_internal.h"
#include "storage/records/sqlite_connection_internal.h"
#include "storage/records/sqlite_vfs_internal.h"

namespace healix::storage::records {
namespace {

constexpr std::size_t kStatementsMax = 256;
constexpr int kLockWaitMillis = 30'000;
/// Pages of the WAL after which it is copied into the database: 16 MiB.
constexpr std::string_view kCheckpointPages = "4096";

int Bind(sqlite3_stmt* statement, int index, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, index, *number);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, index, *real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&value)) {
    return sqlite3_bind_blob64(statement, index, blob->bytes.data(), blob->bytes.size(),
                               SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, index);
}

Value ColumnOf(sqlite3_stmt* statement, int column) {
  const auto bytes = [&](const void* data) {
    const int size = sqlite3_column_bytes(statement, column);
    return data == nullptr
               ? std::string()
               : std::string(static_cast<const char*>(data), static_cast<std::size_t>(size));
  };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return Value(std::int64_t{sqlite3_column_int64(statement, column)});
    case SQLITE_FLOAT:
      return Value(sqlite3_column_double(statement, column));
    case SQLITE_TEXT:
      return Value(bytes(sqlite3_column_text(statement, column)));
    case SQLITE_BLOB:
      return Value(Blob{bytes(sqlite3_column_blob(statement, column))});
    default:
      return Value(Null());
  }
}

Row RowOf(sqlite3_stmt* statement) {
  const int columns = sqlite3_column_count(statement);
  std::vector<Value> values;
  values.reserve(static_cast<std::size_t>(columns));
  for (int column = 0; column < columns; ++column) values.push_back(ColumnOf(statement, column));
  return Row(std::move(values));
}

}  // namespace

/// Borrows a prepared statement for one run and makes it fit for the next.
class SqliteConnection::Use final {
 public:
  explicit Use(sqlite3_stmt* statement) : statement_(statement) {
    HEALIX_CHECK(sqlite3_stmt_busy(statement) == 0, "a query runs inside the same query");
  }
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  sqlite3_stmt* statement_;
};

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(
    const SqliteConnectionOptions& options) {
  TakeVfsError();
  const int mode = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                   (options.access == SqliteAccess::kWrite ? SQLITE_OPEN_CREATE : 0);
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(options.path.c_str(), &raw, mode, options.vfs.c_str());
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(raw));
  if (code != SQLITE_OK) return connection->ErrorOf(code).Within(SafePath(options.path));
  if (auto done = connection->Configure(options); !done) {
    return done.error().Within(SafePath(options.path));
  }
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(connection_);
}

Status SqliteConnection::Configure(const SqliteConnectionOptions& options) {
  sqlite3_extended_result_codes(connection_, 1);
  sqlite3_busy_timeout(connection_, kLockWaitMillis);
  for (const std::string_view pragma :
       {"PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON", "PRAGMA foreign_keys = ON"}) {
    HEALIX_RETURN_IF_ERROR(Run(pragma));
  }
  if (options.cache_bytes > 0) {
    HEALIX_RETURN_IF_ERROR(Run(fmt::format("PRAGMA cache_size = -{}", options.cache_bytes / 1024)));
  }
  if (options.access == SqliteAccess::kRead) return Run("PRAGMA query_only = ON");
  HEALIX_TRY(const auto mode, QueryFirst("PRAGMA journal_mode = WAL"));
  if (!mode || mode->Text(0) != "wal") {
    return MakeError(ErrorCode::kRecordsFailed, "SQLite refuses to keep a write-ahead log");
  }
  HEALIX_RETURN_IF_ERROR(Run("PRAGMA synchronous = FULL"));
  HEALIX_RETURN_IF_ERROR(Run("PRAGMA journal_size_limit = 67108864"));
  return Run(fmt::format("PRAGMA wal_autocheckpoint = {}", kCheckpointPages));
}

Error SqliteConnection::ErrorOf(int code) const {
  const auto from_below = TakeVfsError();
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (from_below) return *from_below;
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return MakeError(ErrorCode::kRecordsDamaged, "SQLite says: {}",
                       SafeReason(sqlite3_errstr(code)));
    case SQLITE_BUSY:
      return MakeError(ErrorCode::kRecordsConflict, "the database stayed locked");
    default:
      break;
  }
  if (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE) {
    return MakeError(ErrorCode::kRecordExists, "the key is already there");
  }
  // SQLite's own sentence names tables, columns and near words of our SQL, never bound values.
  const char* sentence = connection_ == nullptr ? "" : sqlite3_errmsg(connection_);
  return MakeError(code == SQLITE_FULL ? ErrorCode::kDiskFull : ErrorCode::kRecordsFailed,
                   "SQLite says ({}): {}", code, SafeReason(sentence));
}

Result<sqlite3_stmt*> SqliteConnection::Prepare(std::string_view sql) {
  std::string key(sql);
  if (const auto found = statements_.find(key); found != statements_.end()) return found->second;
  if (statements_.size() >= kStatementsMax) {
    std::erase_if(statements_, [](const auto& entry) {
      if (sqlite3_stmt_busy(entry.second) != 0) return false;
      sqlite3_finalize(entry.second);
      return true;
    });
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return ErrorOf(code);
  HEALIX_CHECK(statement != nullptr, "an SQL text holds a statement");
  statements_.emplace(std::move(key), statement);
  return statement;
}

Status SqliteConnection::Each(std::string_view sql, const std::vector<Value>& parameters,
                              const OnRow& on_row) {
  TakeVfsError();
  if (auto accepted = CheckAccepted(parameters); !accepted) return Remember(accepted.error());
  auto statement = Prepare(sql);
  if (!statement) return Remember(statement.error());
  return Step(*statement, parameters, on_row);
}

Status SqliteConnection::Step(sqlite3_stmt* statement, const std::vector<Value>& parameters,
                              const OnRow& on_row) {
  const Use use(statement);
  HEALIX_CHECK(sqlite3_bind_parameter_count(statement) == static_cast<int>(parameters.size()),
               "one value for each ?");
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const int code = Bind(statement, static_cast<int>(i) + 1, parameters[i]);
    if (code != SQLITE_OK) return Remember(ErrorOf(code));
  }
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    HEALIX_RETURN_IF_ERROR(on_row(RowOf(statement)));
  }
  return code == SQLITE_DONE ? Status() : Status(Remember(ErrorOf(code)));
}

Result<std::uint64_t> SqliteConnection::Execute(std::string_view sql,
                                                const std::vector<Value>& parameters) {
  const sqlite3_int64 before = sqlite3_total_changes64(connection_);
  HEALIX_RETURN_IF_ERROR(Each(sql, parameters, [](const Row&) -> Status { return {}; }));
  if (sqlite3_total_changes64(connection_) == before) return std::uint64_t{0};
  return static_cast<std::uint64_t>(sqlite3_changes64(connection_));
}

Result<std::vector<bool>> SqliteConnection::InsertIgnore(const RowBatch& batch) {
  TakeVfsError();
  auto is_new = InsertRows(batch);
  if (!is_new) return Remember(is_new.error());
  return is_new;
}

Result<std::vector<bool>> SqliteConnection::InsertRows(const RowBatch& batch) {
  HEALIX_RETURN_IF_ERROR(CheckAccepted(batch.values));
  std::vector<bool> is_new(RowCount(batch), false);
  HEALIX_TRY(sqlite3_stmt* const statement,
             Prepare(fmt::format("INSERT INTO {} ({}) VALUES {} ON CONFLICT ({}) DO NOTHING",
                                 batch.table, ColumnList(batch, batch.columns.size()),
                                 RowOfMarks(batch), ColumnList(batch, batch.key_columns))));
  const Use use(statement);
  const std::size_t width = batch.columns.size();
  for (const std::size_t row : OrderByKey(batch)) {
    for (std::size_t i = 0; i < width; ++i) {
      const int bound = Bind(statement, static_cast<int>(i) + 1, batch.values[row * width + i]);
      if (bound != SQLITE_OK) return ErrorOf(bound);
    }
    const int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (code != SQLITE_DONE) return ErrorOf(code);
    is_new[row] = sqlite3_changes64(connection_) == 1;
  }
  return is_new;
}

Status SqliteConnection::Run(std::string_view sql) {
  return Each(sql, {}, [](const Row&) -> Status { return {}; });
}

bool SqliteConnection::InTransaction() const { return sqlite3_get_autocommit(connection_) == 0; }

}  // namespace healix::storage::records
