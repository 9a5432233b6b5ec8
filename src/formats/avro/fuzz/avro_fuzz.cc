// SPDX-License-Identifier: Apache-2.0
// Parse, print, parse: what was read can be written, and reads back equal.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "formats/avro/container_reader.h"
#include "formats/avro/container_writer.h"

namespace {

using namespace healix;
using namespace healix::formats::avro;

ReaderOptions Small() {
  ReaderOptions options;
  options.limits.block_bytes = 1 << 20;
  options.limits.header_bytes = 1 << 20;
  options.limits.string_bytes = 1 << 20;
  options.limits.object_values = 20'000;
  options.limits.empty_values = 20'000;
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  const std::string_view input(reinterpret_cast<const char*>(data), bytes);
  const Result<Container> first = ReadContainer(input, Small());
  if (!first) return 0;
  const Result<Schema> schema = Schema::Parse(first->schema.ToJson());
  HEALIX_CHECK(schema.has_value() && *schema == first->schema, "a schema did not survive");
  WriterOptions options;
  options.codec = Codec::kNull;
  const Result<std::string> written = WriteContainer(first->schema, options, first->objects);
  HEALIX_CHECK(written.has_value(), "what was read can't be written");
  const Result<Container> second = ReadContainer(*written, {});
  HEALIX_CHECK(second.has_value() && second->objects == first->objects, "an object changed");
  return 0;
}
