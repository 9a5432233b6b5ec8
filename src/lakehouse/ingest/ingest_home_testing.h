// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gives tests a home to ingest into, files to take in, and counts of what arrived.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/ids/uuid.h"
#include "base/io/file_system.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "base/time/clock.h"
#include "lakehouse/engine/engine.h"
#include "lakehouse/ingest/ingest.h"
#include "lakehouse/ingest/table_reader_internal.h"
#include "lakehouse/tables/data_files.h"
#include "lakehouse/tables/warehouse.h"
#include "storage/objects/object_store.h"
#include "storage/records/sqlite_store.h"
#include "trust/keys/signing_key.h"

namespace healix::lakehouse::ingest {

/// Opens all that ingest needs below one folder. Destroying and making it again is a restart.
class IngestHome final {
 public:
  IngestHome(base::FileSystem& files, const std::string& root) : files_(files) {
    const auto check = [](const auto& result) { EXPECT_TRUE(testing::IsOk(result)); };
    check(files.MakeFolders(root + "/keys"));
    check(trust::keys::SigningKey::Create(files, root + "/keys"));
    auto key = trust::keys::SigningKey::Load(files, root + "/keys");
    check(key);
    key_ = std::make_unique<trust::keys::SigningKey>(std::move(key).value());
    storage::records::SqliteOptions sqlite;
    sqlite.path = root + "/catalog.db";
    auto store = storage::records::OpenSqlite(files, sqlite);
    check(store);
    records_ = std::move(store).value();
    auto objects = storage::objects::ObjectStore::Open(files, {root + "/warehouse", ""});
    check(objects);
    objects_ = std::move(objects).value();
    engine::EngineOptions engine;
    engine.threads = 2;
    auto opened = engine::Engine::Create(files, engine);
    check(opened);
    engine_ = std::move(opened).value();
    tables::TableOptions tables;
    const tables::WarehouseParts parts{*records_, *objects_, *engine_, files_};
    auto warehouse = tables::Warehouse::Open(parts, tables);
    check(warehouse);
    warehouse_ = std::move(warehouse).value();
    writer_ = std::make_unique<tables::DataFileWriter>(*warehouse_);
  }

  Parts parts() {
    return {files_, base::SystemClock(), ids_, *records_, *warehouse_, *writer_, *engine_,
            *key_,  "healix test"};
  }

  /// Takes files in; the source is `src` unless given.
  Result<IngestOutcome> Take(const std::vector<std::string>& paths, IngestRequest request = {}) {
    request.paths = paths;
    if (!request.source) request.source = "src";
    return Ingest(parts(), request);
  }

  /// Returns all rows of `sql` over a table (named `input`) as text, cells joined by `|`, rows by
  /// newline.
  std::string Ask(const std::string& table, const std::string& sql) {
    std::string text;
    const auto name = tables::ParseTableName(table);
    const Status read = ReadTable(parts(), {*name, sql}, [&](const engine::TextRow& row) -> Status {
      if (!text.empty()) text += '\n';
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) text += '|';
        text += row[i].kind == engine::TextCell::Kind::kNull ? "NULL" : row[i].text;
      }
      return {};
    });
    EXPECT_TRUE(testing::IsOk(read));
    return text;
  }

  tables::Warehouse& warehouse() { return *warehouse_; }
  storage::records::Store& records() { return *records_; }

 private:
  base::FileSystem& files_;
  base::UuidV7Source ids_{base::SystemClock(), base::SystemRandomness()};
  std::unique_ptr<trust::keys::SigningKey> key_;
  std::unique_ptr<storage::records::Store> records_;
  std::unique_ptr<storage::objects::ObjectStore> objects_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<tables::Warehouse> warehouse_;
  std::unique_ptr<tables::DataFileWriter> writer_;
};

/// A test with a home on a real folder, and a folder for input.
class IngestHomeTest : public ::testing::Test {
 protected:
  IngestHomeTest() { Restart(); }

  void Restart() {
    home_.reset();
    home_ = std::make_unique<IngestHome>(base::PosixFileSystem(), folder_ / "home");
  }

  /// Writes an input file and returns its path.
  std::string Write(const std::string& name, const std::string& content) {
    const std::string path = folder_ / ("in/" + name);
    EXPECT_TRUE(testing::IsOk(
        base::PosixFileSystem().MakeFolders(std::filesystem::path(path).parent_path().string())));
    EXPECT_TRUE(testing::IsOk(base::WriteFileDurably(base::PosixFileSystem(), path, content)));
    return path;
  }

  std::string input_folder() { return folder_ / "in"; }

  testing::TempFolder folder_;
  std::unique_ptr<IngestHome> home_;
};

/// Returns a small Patient as one line of NDJSON.
inline std::string PatientLine(const std::string& id, const std::string& family = "Doe") {
  return R"({"resourceType":"Patient","id":")" + id + R"(","name":[{"family":")" + family +
         "\"}]}\n";
}

/// Checks that every class of a receipt adds up.
inline void ExpectBalanced(const Receipt& receipt) {
  ByteCounts bytes;
  RecordCounts records;
  for (const FileAccount& file : receipt.files) {
    bytes += file.bytes;
    records += Sum(file.types);
  }
  EXPECT_EQ(bytes, receipt.bytes);
  EXPECT_EQ(records, receipt.totals);
}

}  // namespace healix::lakehouse::ingest
