// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads items (records, envelope pieces, rejections) of one file, whatever its form.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/io/byte_stream.h"
#include "base/result/result.h"
#include "lakehouse/engine/engine.h"
#include "lakehouse/ingest/intake_internal.h"
#include "lakehouse/ingest/limits.h"

namespace healix::lakehouse::ingest {

/// What a file is to us. Names stand in receipts.
enum class InputKind : std::uint8_t { kFhirJson, kFhirXml, kCsv, kParquet, kFhirParquet };
std::string_view Name(InputKind kind);

/// Hands items to an Intake, always in the same order for the same content, so that a number of
/// items says how far one has come.
/// Threads  one at a time.
class ItemSource {
 public:
  enum class Step : std::uint8_t { kItem, kEnd };

  virtual ~ItemSource() = default;

  /// Adds the next item. Errors: those of the input; the source is of no use afterwards.
  virtual Result<Step> Next(Intake& intake, FileWork& work) = 0;
  /// Passes an item that is committed already.
  virtual Result<Step> Skip() = 0;
  /// Says where every byte up to the last item belongs.
  virtual ByteCounts bytes() const = 0;
};

/// How FHIR is cut under these limits.
formats::fhir::FhirCutterOptions CutterOptionsFor(const Limits& limits);

/// FHIR JSON, NDJSON and XML.
Result<std::unique_ptr<ItemSource>> OpenFhirSource(base::ByteStream& stream, const Limits& limits);

/// CSV rows of `raw.<source>_<table>`; the header is the first item.
Result<std::unique_ptr<ItemSource>> OpenCsvSource(base::ByteStream& stream, std::string_view source,
                                                  std::string_view table, const Limits& limits);

/// Rows of a Parquet file that holds FHIR resources, composed to JSON. Errors kUnsupported for
/// another Parquet file.
Result<std::unique_ptr<ItemSource>> OpenFhirParquetSource(engine::Engine& engine,
                                                          const engine::ParquetInfo& info,
                                                          const Limits& limits);

/// Decodes every value of a Parquet file once, so that damaged pages are found before its rows are
/// part of a batch. Errors kParquetInvalid and those of Engine::Query.
Status ReadAllPages(engine::Engine& engine, const engine::ParquetInfo& info);

}  // namespace healix::lakehouse::ingest
