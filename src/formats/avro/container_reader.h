// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads Avro object container files block by block.
/// Source   Apache Avro specification 1.12, "Object Container Files".

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/byte_stream.h"
#include "base/result/result.h"
#include "formats/avro/datum.h"
#include "formats/avro/limits.h"
#include "formats/avro/schema.h"

namespace healix::formats::avro {

struct ReaderOptions {
  std::optional<Schema> reader_schema;  ///< unset: objects come as they were written
  Limits limits;
};

/// Reads one container, codecs null, deflate and zstandard; holds one block at a time.
/// Owns     its buffers; the stream is borrowed and must outlive it.
/// Threads  one at a time.
/// Errors   kAvroInvalid with the byte offset in the file, kUnsupported (another codec),
///          kLimitExceeded, those of the stream.
/// Example  ContainerTest.ReadsBackWhatItWrites
class ContainerReader final {
 public:
  static Result<ContainerReader> Open(base::ByteStream& stream, ReaderOptions options);
  ContainerReader(ContainerReader&&) noexcept;
  ~ContainerReader();

  /// Returns the schema of the objects that Next() gives.
  const Schema& schema() const;
  const Schema& writer_schema() const;
  /// Returns the file's metadata, `avro.schema` and `avro.codec` included.
  const std::map<std::string, std::string>& metadata() const;

  /// Returns the next object, nothing at the end.
  Result<std::optional<Datum>> Next();

 private:
  struct Impl;
  explicit ContainerReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A whole container in memory.
struct Container {
  Schema schema;
  std::map<std::string, std::string> metadata;
  std::vector<Datum> objects;
};

/// Reads a whole container from memory. Errors as above.
Result<Container> ReadContainer(std::string_view bytes, ReaderOptions options);

}  // namespace healix::formats::avro
