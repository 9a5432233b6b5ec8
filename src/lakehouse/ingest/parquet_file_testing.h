// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes Parquet files for tests to take in.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "base/testing/matchers.h"
#include "lakehouse/engine/engine.h"

namespace healix::lakehouse::ingest {

/// Writes a Parquet file of several row groups by a SELECT; `avro_name` makes it one of FHIR.
inline void WriteParquet(engine::Engine& engine, const std::string& folder, const std::string& sql,
                         const iceberg::Schema& schema, const std::string& avro_name) {
  engine::WriteOptions options;
  options.schema = schema;
  options.folder = folder;
  options.base_name = avro_name.empty() ? "visits" : avro_name;
  options.row_group_rows = 2048;
  if (!avro_name.empty()) {
    options.key_value_metadata["parquet.avro.schema"] = "{\"name\":\"" + avro_name + "\"}";
  }
  const auto written =
      engine.WriteParquet(engine::SqlSource{std::make_shared<engine::Scope>(), sql}, options);
  ASSERT_TRUE(testing::IsOk(written));
  ASSERT_GT(written->front().split_offsets.size(), 1U);
}

/// Returns a field with that id, name and type.
inline iceberg::Field FieldOf(int id, const std::string& name, iceberg::Type type) {
  iceberg::Field field;
  field.id = id;
  field.name = name;
  field.type = std::move(type);
  return field;
}

}  // namespace healix::lakehouse::ingest
