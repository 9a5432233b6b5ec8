// SPDX-License-Identifier: Apache-2.0
// Metadata of tables and views, name mappings and JSON values: what reads also prints, and what is
// printed reads back equal.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lakehouse/iceberg/metadata.h"
#include "lakehouse/iceberg/name_mapping.h"
#include "lakehouse/iceberg/value.h"
#include "lakehouse/iceberg/view_metadata.h"

namespace {

using namespace healix;
using namespace healix::lakehouse::iceberg;

void TryTable(std::string_view input) {
  const Result<TableMetadata> table = ParseTableMetadata(input);
  if (!table) return;
  const Result<TableMetadata> again = ParseTableMetadata(PrintTableMetadata(*table));
  HEALIX_CHECK(again.has_value() && *again == *table, "table metadata changed by printing");
}

void TryView(std::string_view input) {
  const Result<ViewMetadata> view = ParseViewMetadata(input);
  if (!view) return;
  const Result<ViewMetadata> again = ParseViewMetadata(PrintViewMetadata(*view));
  HEALIX_CHECK(again.has_value() && *again == *view, "view metadata changed by printing");
}

void TryMapping(std::string_view input) {
  const Result<NameMapping> mapping = ParseNameMapping(input);
  if (!mapping) return;
  const Result<NameMapping> again = ParseNameMapping(PrintNameMapping(*mapping));
  HEALIX_CHECK(again.has_value() && *again == *mapping, "a name mapping changed by printing");
}

void TryValue(const Type& type, std::string_view input) {
  const Result<Value> value = ParseJsonValue(type, input);
  if (!value) return;
  const Result<std::string> printed = PrintJsonValue(type, *value);
  HEALIX_CHECK(printed.has_value(), "a value that was read can't be printed");
  const Result<Value> again = ParseJsonValue(type, *printed);
  HEALIX_CHECK(again.has_value() && Compare(*again, *value) == 0, "a value changed by printing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  const std::string_view input(reinterpret_cast<const char*>(data), bytes);
  TryTable(input);
  TryView(input);
  TryMapping(input);
  for (const TypeId id : {TypeId::kBoolean, TypeId::kLong, TypeId::kFloat, TypeId::kDouble,
                          TypeId::kDate, TypeId::kTime, TypeId::kTimestamp, TypeId::kTimestampTzNs,
                          TypeId::kString, TypeId::kUuid, TypeId::kBinary}) {
    TryValue(Primitive(id), input);
  }
  TryValue(Decimal(38, 7), input);
  return 0;
}
