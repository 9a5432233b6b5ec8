// SPDX-License-Identifier: Apache-2.0
#include "suite.h"

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace healix::conformance::iceberg {
namespace {

/// Splits one CSV record; quotes are doubled inside quotes, no line breaks inside fields.
std::vector<std::string> SplitCsv(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += line[++i];
      } else {
        quoted = !quoted;
      }
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else if (line[i] != '\r') {
      fields.back() += line[i];
    }
  }
  return fields;
}

}  // namespace

std::vector<QueryCase> ReadQueryCases(const std::string& ndjson_file) {
  std::ifstream stream(ndjson_file);
  std::vector<QueryCase> cases;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty()) continue;
    const auto json = nlohmann::json::parse(line);
    QueryCase read;
    read.id = json.at("id");
    read.setup = json.at("setup").get<std::vector<std::string>>();
    read.sql = json.at("sql");
    read.sort = json.value("sort", "nosort");
    read.expect_error = json.contains("expect_error");
    if (json.contains("expect_rows")) {
      read.expect_rows = json["expect_rows"].get<std::vector<std::vector<std::string>>>();
    }
    cases.push_back(std::move(read));
  }
  return cases;
}

std::vector<CountedTable> ReadCountedTables(const std::string& csv_file) {
  std::ifstream stream(csv_file);
  std::string line;
  std::getline(stream, line);
  std::vector<CountedTable> tables;
  while (std::getline(stream, line)) {
    const std::vector<std::string> fields = SplitCsv(line);
    if (fields.size() < 7) throw std::runtime_error("expected_tables.csv: a short line");
    if (fields[4].empty()) continue;
    CountedTable table;
    table.folder = fields[0];
    table.metadata_file = fields[1];
    table.rows = std::stoull(fields[4]);
    const auto sums = nlohmann::json::parse(fields[6]);
    for (const auto& [column, sum] : sums.items()) {
      table.sums[column] = sum.get<std::string>();
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

std::map<std::string, Exclusion> ReadExclusions(const std::string& yaml_file) {
  std::map<std::string, Exclusion> exclusions;
  for (const YAML::Node& node : YAML::LoadFile(yaml_file)) {
    for (const YAML::Node& name : node["cases"]) {
      exclusions[name.as<std::string>()] = {node["type"].as<std::string>(),
                                            node["reason"].as<std::string>()};
    }
  }
  return exclusions;
}

}  // namespace healix::conformance::iceberg
