// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gives the engine's tests an engine, tables made from SQL, and answers as text.
/// Tests of query, limits, writing and scans are linked twice: here over the engine in this
/// process, in lakehouse/engine_process over one in a child process.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/engine/engine.h"

namespace healix::lakehouse::engine {

inline iceberg::Field MakeField(std::int32_t id, std::string name, iceberg::Type type) {
  iceberg::Field field;
  field.id = id;
  field.name = std::move(name);
  field.type = std::move(type);
  return field;
}

inline iceberg::Field MakeField(std::int32_t id, std::string name, iceberg::TypeId type) {
  return MakeField(id, std::move(name), iceberg::Primitive(type));
}

inline iceberg::Type MakeNested(iceberg::TypeId id, std::vector<iceberg::Field> fields) {
  iceberg::Type type;
  type.id = id;
  type.fields = std::move(fields);
  return type;
}

/// Joins the rows of a result: cells by `|`, rows by newline.
inline std::string Text(const std::vector<TextRow>& rows) {
  std::string text;
  for (const TextRow& row : rows) {
    if (!text.empty()) text += '\n';
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += '|';
      text += row[i].kind == TextCell::Kind::kNull ? "NULL" : row[i].text;
    }
  }
  return text;
}

inline Result<std::string> AllRows(ResultStream& stream) {
  std::vector<TextRow> rows;
  while (true) {
    HEALIX_TRY(auto more, stream.NextRows());
    if (more.empty()) return Text(rows);
    for (TextRow& row : more) rows.push_back(std::move(row));
  }
}

/// Opens the engine under test. Each test program defines it.
Result<std::unique_ptr<Engine>> OpenTestEngine(base::FileSystem& files, EngineOptions options);

class EngineTest : public ::testing::Test {
 protected:
  static EngineOptions Options() {
    EngineOptions options;
    options.threads = 2;
    return options;
  }

  void SetUp() override { Open(Options()); }

  void Open(EngineOptions options) {
    auto opened = OpenTestEngine(files(), std::move(options));
    ASSERT_TRUE(testing::IsOk(opened));
    engine_ = std::move(opened).value();
  }

  virtual base::FileSystem& files() { return base::PosixFileSystem(); }

  /// Runs a query over `scope_` and returns its rows, or the name of its error.
  std::string Ask(std::string_view sql, QueryOptions options = {}) {
    auto stream = engine_->Query(std::make_shared<const Scope>(scope_), sql, std::move(options));
    if (!stream) return std::string(Name(stream.error().code()));
    const auto rows = AllRows(**stream);
    return rows ? *rows : std::string(Name(rows.error().code()));
  }

  WriteOptions Write(iceberg::Schema schema, std::string base_name) const {
    WriteOptions options;
    options.schema = std::move(schema);
    options.folder = folder_.path().string();
    options.base_name = std::move(base_name);
    return options;
  }

  Result<std::vector<WrittenFile>> WriteSql(const WriteOptions& options, std::string sql) {
    return engine_->WriteParquet(SqlSource{std::make_shared<const Scope>(scope_), std::move(sql)},
                                 options);
  }

  /// Writes one query as files of a table and returns them as scanned files.
  std::vector<ScanFile> FilesOf(const iceberg::Schema& schema, const std::string& sql) {
    const auto written = WriteSql(Write(schema, "f" + std::to_string(next_file_++)), sql);
    EXPECT_TRUE(testing::IsOk(written));
    std::vector<ScanFile> scanned;
    if (!written) return scanned;
    for (const WrittenFile& file : *written) {
      ScanFile scan;
      scan.path = file.path;
      scan.location = "file://" + file.path;
      scan.size_bytes = file.size_bytes;
      scan.record_count = file.record_count;
      for (const auto& [id, statistics] : file.fields) {
        if (statistics.lower_bound) scan.lower_bounds[id] = *statistics.lower_bound;
        if (statistics.upper_bound) scan.upper_bounds[id] = *statistics.upper_bound;
        scan.null_counts[id] = static_cast<std::int64_t>(statistics.null_count);
        if (statistics.nan_count)
          scan.nan_counts[id] = static_cast<std::int64_t>(*statistics.nan_count);
      }
      scanned.push_back(std::move(scan));
    }
    return scanned;
  }

  void AddTable(const std::string& name, ScanTable table) {
    scope_.relations.push_back(
        {"main", name, std::nullopt, std::make_shared<const ScanTable>(std::move(table))});
  }

  testing::TempFolder folder_;
  std::unique_ptr<Engine> engine_;
  Scope scope_;
  int next_file_ = 0;
};

}  // namespace healix::lakehouse::engine
