// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Encodes and decodes datums in Avro's binary form.
/// Source   Apache Avro specification 1.12, "Binary Encoding".

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result/result.h"
#include "formats/avro/datum.h"
#include "formats/avro/limits.h"
#include "formats/avro/schema.h"

namespace healix::formats::avro {

void AppendLong(std::string& out, std::int64_t value);
void AppendBytes(std::string& out, std::string_view bytes);

/// Appends `datum`; on error `out` holds a part of it. Errors kInvalidArgument.
Status AppendDatum(const Schema& schema, NodeIndex type, const Datum& datum, std::string& out);

/// Decodes datums from a block in memory.
class BinaryReader final {
 public:
  /// `file_offset` is where `bytes` begin in the file; errors add to it when `is_plain` (the bytes
  /// are those of the file) and name the start of the block otherwise.
  enum class Origin : std::uint8_t { kPlain, kDecompressed };
  BinaryReader(std::string_view bytes, std::uint64_t file_offset, Origin origin)
      : bytes_(bytes), file_offset_(file_offset), origin_(origin) {}

  bool AtEnd() const { return at_ == bytes_.size(); }
  /// Returns an error at the present place.
  Error Invalid(const char* reason) const;

  Result<std::int64_t> ReadLong();
  Result<std::string_view> ReadRaw(std::uint64_t size_bytes);
  /// Errors   kAvroInvalid, kLimitExceeded.
  Result<Datum> ReadDatum(const Schema& schema, NodeIndex type, const Limits& limits);

 private:
  struct Context {
    const Schema& schema;
    const Limits& limits;
  };
  Result<Datum> Read(const Context& context, NodeIndex type, int depth);
  Result<Datum> ReadRecord(const Context& context, const Node& node, int depth);
  Result<Datum> ReadUnion(const Context& context, const Node& node, int depth);
  Result<Datum> ReadArray(const Context& context, const Node& node, int depth);
  Result<Datum> ReadMap(const Context& context, const Node& node, int depth);
  Result<Datum> ReadPrimitive(const Context& context, const Node& node);
  Result<std::string> ReadString(const Context& context);
  Result<std::uint64_t> ReadBlockCount();
  Status Count(const Context& context, std::size_t began_at);

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint64_t file_offset_;
  Origin origin_;
  std::uint64_t object_values_ = 0;
  std::uint64_t empty_values_ = 0;
};

}  // namespace healix::formats::avro
