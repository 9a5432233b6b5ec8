// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Opens rows of a Parquet file as FHIR records; ingest and trace compose them alike.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result/result.h"
#include "lakehouse/engine/engine.h"
#include "lakehouse/ingest/intake_internal.h"
#include "lakehouse/ingest/parts.h"

namespace healix::lakehouse::ingest {

/// Returns a scope in which a Parquet file is the relation `input`.
std::shared_ptr<const engine::Scope> InputScope(const engine::ParquetInfo& info);

/// Returns the FHIR type whose rows a file holds: the record name in `parquet.avro.schema` of the
/// footer, when the columns are those of a resource; nothing for any other Parquet file.
std::optional<std::string> FhirTypeOf(const engine::ParquetInfo& info);

/// One composed row.
struct ComposedRow {
  std::uint64_t row = 0;                      ///< in the file, from 0
  std::string json;                           ///< canonical; of a faulty row as composed
  std::optional<Error> fault = std::nullopt;  ///< set: this row can't be a record, others may
};

/// Returns why a composed row is not taken in, if so: its own fault, or that it is too large.
std::optional<Error> FaultOf(const ComposedRow& row, const Limits& limits);

/// Adds a composed row without fault as a record of resource type `type`.
Status AddComposed(Intake& intake, FileWork& work, std::string_view type,
                   const ComposedRow& composed);

/// Reads the rows of a FHIR Parquet file from `first_row` on, in order.
/// Threads  one at a time.
/// Errors   kParquetInvalid, kUnsupported, and those of Engine::Query.
class ParquetRows final {
 public:
  struct Range {
    std::uint64_t first_row = 0;
    std::optional<std::uint64_t> row_count;  ///< all behind first_row when unset
  };
  static Result<std::unique_ptr<ParquetRows>> Open(engine::Engine& engine,
                                                   const engine::ParquetInfo& info, Range range);
  Result<std::optional<ComposedRow>> Next();

 private:
  ParquetRows(std::string resource_type, std::unique_ptr<engine::ResultStream> rows,
              engine::ArrowSchemaOwner schema, std::uint64_t next_row)
      : resource_type_(std::move(resource_type)),
        rows_(std::move(rows)),
        schema_(std::move(schema)),
        next_row_(next_row) {}

  std::string resource_type_;
  std::unique_ptr<engine::ResultStream> rows_;
  engine::ArrowSchemaOwner schema_;
  std::optional<engine::ArrowBatch> batch_;
  std::int64_t at_ = 0;
  std::uint64_t next_row_ = 0;
};

}  // namespace healix::lakehouse::ingest
