// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes the same store on each database, so that one test suite judges both. For tests.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "base/io/file_system.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "storage/records/postgres_store.h"
#include "storage/records/sqlite_store.h"

namespace healix::storage::records {

/// Returns $HEALIX_TEST_POSTGRES, a connection string of a private server, if it is set.
inline std::optional<std::string> TestPostgres() {
  const char* connection = std::getenv("HEALIX_TEST_POSTGRES");
  if (connection == nullptr) return std::nullopt;
  return connection;
}

/// Runs a test on an empty store of the database named by the parameter.
class OnEachDatabase : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    if (GetParam() == Dialect::kPostgres && !TestPostgres()) {
      GTEST_SKIP() << "HEALIX_TEST_POSTGRES is not set";
    }
    store_ = Open();
  }

  /// Opens the store of this test (again).
  std::unique_ptr<Store> Open() {
    auto opened = GetParam() == Dialect::kSqlite
                      ? OpenSqlite(base::PosixFileSystem(), {.path = folder_ / "test.db"})
                      : OpenPostgres({.connection = *TestPostgres(), .schema = schema_});
    EXPECT_TRUE(testing::IsOk(opened));
    return std::move(opened).value();
  }

  Store& store() { return *store_; }
  void Close() { store_.reset(); }

 private:
  const testing::TempFolder folder_;
  const std::string schema_ = UniqueSchema();
  std::unique_ptr<Store> store_;

  /// Schema names allow letters and `_` only: the folder's random name is spelled in letters.
  static std::string UniqueSchema() {
    std::string name = "test_";
    for (std::uint64_t left = static_cast<std::uint64_t>(
             std::chrono::steady_clock::now().time_since_epoch().count());
         left > 0; left /= 26) {
      name += static_cast<char>('a' + left % 26);
    }
    return name;
  }
};

inline std::string NameOfDatabase(const ::testing::TestParamInfo<Dialect>& info) {
  return info.param == Dialect::kSqlite ? "Sqlite" : "Postgres";
}

}  // namespace healix::storage::records

/// Runs the suite, a class derived from OnEachDatabase, on each database.
#define HEALIX_ON_EACH_DATABASE(suite)                                                        \
  INSTANTIATE_TEST_SUITE_P(Databases, suite,                                                  \
                           ::testing::Values(::healix::storage::records::Dialect::kSqlite,    \
                                             ::healix::storage::records::Dialect::kPostgres), \
                           ::healix::storage::records::NameOfDatabase)
