// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes Avro object container files.
/// Source   Apache Avro specification 1.12, "Object Container Files".

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "formats/avro/datum.h"
#include "formats/avro/schema.h"

namespace healix::formats::avro {

enum class Codec : std::uint8_t { kNull, kDeflate, kZstd };
/// Returns the name in `avro.codec`.
std::string_view CodecName(Codec codec);

using SyncMarker = std::array<char, 16>;

struct WriterOptions {
  Codec codec = Codec::kDeflate;
  std::size_t block_bytes = 64 * 1024;          ///< a block is closed when it has grown over this
  std::map<std::string, std::string> metadata;  ///< keys must not begin with `avro.`
  /// Unset: made from schema and metadata, so that equal content gives equal files.
  std::optional<SyncMarker> sync_marker;

  /// Errors   kInvalidArgument.
  Status Validate() const;
};

/// Writes one container into memory that the caller takes away piece by piece.
/// Threads  one at a time.
class ContainerWriter final {
 public:
  static Result<ContainerWriter> Create(Schema schema, WriterOptions options);

  /// Errors   kInvalidArgument when the datum does not fit the schema; it is then not written.
  Status Append(const Datum& datum);
  /// Closes the current block. Call before the last TakeBytes().
  Status Flush();
  /// Returns what was written since the last call: the header, then whole blocks.
  std::string TakeBytes();

 private:
  ContainerWriter(Schema schema, WriterOptions options);
  Schema schema_;
  WriterOptions options_;
  SyncMarker sync_{};
  std::string written_;
  std::string block_;
  std::uint64_t block_objects_ = 0;
};

/// Writes a whole container. Errors as above.
Result<std::string> WriteContainer(const Schema& schema, const WriterOptions& options,
                                   const std::vector<Datum>& objects);

}  // namespace healix::formats::avro
