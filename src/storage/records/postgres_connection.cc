// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "storage/records/accepted_values_internal.h"
#include "storage/records/postgres_connection_internal.h"
#include "storage/records/postgres_values_internal.h"
#include "storage/records/row_batch_internal.h"

namespace healix::storage::records {
namespace {

constexpr int kVersionMin = 150000;
constexpr std::size_t kParametersMax = 65535;  // the protocol counts them in 16 bits
constexpr std::size_t kRowsPerInsert = 1000;

using ResultOwner = std::unique_ptr<PGresult, void (*)(PGresult*)>;

ResultOwner Own(PGresult* result) { return {result, PQclear}; }

/// Tells by SQLSTATE only: the server's sentences and details may quote values.
Error ErrorOfState(std::string_view state) {
  if (state == "40001" || state == "40P01" || state == "55P03") {
    return MakeError(ErrorCode::kRecordsConflict, "PostgreSQL could not serialize the change");
  }
  if (state == "23505" || state == "42P07" || state == "42710") {  // key, table, other object
    return MakeError(ErrorCode::kRecordExists, "the key or table is already there");
  }
  if (state == "53100") return MakeError(ErrorCode::kDiskFull, "the disk of PostgreSQL is full");
  return MakeError(ErrorCode::kRecordsFailed, "PostgreSQL says SQLSTATE {}",
                   SafeName(state.empty() ? "none (the connection is lost)" : state));
}

Error ErrorOf(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return ErrorOfState(state == nullptr ? "" : state);
}

std::uint64_t ChangedRows(PGresult* result) {
  const char* text = PQcmdTuples(result);
  return text[0] == '\0' ? 0 : std::strtoull(text, nullptr, 10);
}

}  // namespace

std::string NumberPlaceholders(std::string_view sql) {
  std::string numbered;
  int count = 0;
  bool quoted = false;
  for (const char c : sql) {
    if (c == '\'') quoted = !quoted;
    if (c == '?' && !quoted) {
      numbered += fmt::format("${}", ++count);
    } else {
      numbered += c;
    }
  }
  return numbered;
}

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const PostgresOptions& options) {
  PGconn* raw = PQconnectdb(options.connection.c_str());
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(raw));
  if (PQstatus(raw) != CONNECTION_OK) {
    return MakeError(ErrorCode::kRecordsFailed,
                     "can't connect to PostgreSQL; is it running, and "
                     "is the connection string right?");
  }
  if (PQserverVersion(raw) < kVersionMin) {
    return MakeError(ErrorCode::kRecordsFailed, "PostgreSQL must be 15 or newer, this is {}",
                     PQserverVersion(raw) / 10000);
  }
  PQsetNoticeProcessor(
      raw, [](void*, const char*) {}, nullptr);
  HEALIX_RETURN_IF_ERROR(connection->EnterSchema(options.schema));
  return connection;
}

PostgresConnection::~PostgresConnection() { PQfinish(connection_); }

Status PostgresConnection::EnterSchema(const std::string& schema) {
  HEALIX_TRY(const auto found,
             QueryFirst("SELECT 1 FROM pg_namespace WHERE nspname = ?", {schema}));
  if (!found) {
    const Status made = Run("CREATE SCHEMA IF NOT EXISTS " + schema);
    // Another process may have made it at the same moment.
    if (!made && made.error().code() != ErrorCode::kRecordExists) return made;
  }
  return Run("SET search_path TO " + schema +
             "; SET client_encoding TO 'UTF8'; "
             "SET bytea_output TO 'hex'");
}

Status PostgresConnection::Send(std::string_view sql, const std::vector<Value>& parameters) {
  HEALIX_CHECK(parameters.size() <= kParametersMax, "PostgreSQL takes 65535 values at once");
  const PostgresParameters sent(parameters);
  const std::string numbered = NumberPlaceholders(sql);
  const int ok = PQsendQueryParams(connection_, numbered.c_str(),
                                   static_cast<int>(parameters.size()), sent.types.data(),
                                   sent.values.data(), sent.lengths.data(), sent.formats.data(), 0);
  if (ok != 1 || PQsetSingleRowMode(connection_) != 1) return ErrorOfState("");
  return {};
}

/// Reads all results; after an error of `on_row` the rest of the rows is dropped.
Result<std::uint64_t> PostgresConnection::Receive(const OnRow& on_row) {
  std::uint64_t changed = 0;
  Status wanted;
  while (const ResultOwner result = Own(PQgetResult(connection_))) {
    switch (PQresultStatus(result.get())) {
      case PGRES_SINGLE_TUPLE:
        if (wanted) wanted = on_row(RowOf(result.get(), 0));
        break;
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK:
        changed += ChangedRows(result.get());
        break;
      default:
        const Error error = Remember(ErrorOf(result.get()));
        if (wanted) wanted = error;
    }
  }
  if (!wanted) return wanted.error();
  if (!IsAlive()) return Remember(ErrorOfState(""));
  return changed;
}

Result<std::uint64_t> PostgresConnection::SendAndReceive(std::string_view sql,
                                                         const std::vector<Value>& parameters,
                                                         const OnRow& on_row) {
  if (auto accepted = CheckAccepted(parameters); !accepted) return Remember(accepted.error());
  if (auto sent = Send(sql, parameters); !sent) return Remember(sent.error());
  return Receive(on_row);
}

Status PostgresConnection::Each(std::string_view sql, const std::vector<Value>& parameters,
                                const OnRow& on_row) {
  const auto changed = SendAndReceive(sql, parameters, on_row);
  return changed ? Status() : Status(changed.error());
}

Result<std::uint64_t> PostgresConnection::Execute(std::string_view sql,
                                                  const std::vector<Value>& parameters) {
  return SendAndReceive(sql, parameters, [](const Row&) -> Status { return {}; });
}

Result<std::vector<bool>> PostgresConnection::InsertIgnore(const RowBatch& batch) {
  const std::vector<std::size_t> order = OrderByKey(batch);
  const std::size_t width = batch.columns.size();
  const auto key_of = [&](std::size_t row) {
    const Value* first = &batch.values[row * width];
    return std::vector<Value>(first, first + batch.key_columns);
  };
  std::vector<bool> is_new(order.size(), false);
  const std::size_t step = std::min(kRowsPerInsert, kParametersMax / width);
  for (std::size_t begin = 0; begin < order.size(); begin += step) {
    const std::size_t end = std::min(order.size(), begin + step);
    std::string sql =
        fmt::format("INSERT INTO {} ({}) VALUES ", batch.table, ColumnList(batch, width));
    std::vector<Value> values;
    for (std::size_t i = begin; i < end; ++i) {
      sql += (i == begin ? "" : ", ") + RowOfMarks(batch);
      const Value* row = &batch.values[order[i] * width];
      values.insert(values.end(), row, row + width);
    }
    const std::string key = ColumnList(batch, batch.key_columns);
    sql += fmt::format(" ON CONFLICT ({}) DO NOTHING RETURNING {}", key, key);

    std::set<std::vector<Value>> inserted;
    HEALIX_RETURN_IF_ERROR(Each(sql, values, [&](const Row& row) -> Status {
      std::vector<Value> found;
      for (std::size_t i = 0; i < row.size(); ++i) found.push_back(row[i]);
      inserted.insert(std::move(found));
      return {};
    }));
    // The first row of equal keys comes first and takes the entry.
    for (std::size_t i = begin; i < end; ++i)
      is_new[order[i]] = inserted.erase(key_of(order[i])) > 0;
  }
  return is_new;
}

Status PostgresConnection::Run(std::string_view sql) {
  const ResultOwner result = Own(PQexec(connection_, std::string(sql).c_str()));
  const ExecStatusType state = PQresultStatus(result.get());
  if (state == PGRES_COMMAND_OK || state == PGRES_TUPLES_OK) return {};
  return ErrorOf(result.get());
}

bool PostgresConnection::IsAlive() const { return PQstatus(connection_) == CONNECTION_OK; }

bool PostgresConnection::InTransaction() const {
  const PGTransactionStatusType state = PQtransactionStatus(connection_);
  return state == PQTRANS_INTRANS || state == PQTRANS_INERROR || state == PQTRANS_ACTIVE;
}

}  // namespace healix::storage::records
