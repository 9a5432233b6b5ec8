// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Builds the Avro schemas of manifests and manifest lists.
/// Source   Iceberg table specification, "Manifests", "Manifest Lists", Appendix A "Avro".

#include <string>
#include <vector>

#include "base/result/result.h"
#include "formats/avro/schema.h"
#include "lakehouse/iceberg/metadata.h"

namespace healix::lakehouse::iceberg {

/// Returns the schema of manifest entries for a spec; `types` are those of its partition values.
/// Errors   kAvroInvalid when two partition names are one in Avro's alphabet.
Result<formats::avro::Schema> ManifestEntrySchema(const PartitionSpec& spec,
                                                  const std::vector<Type>& types,
                                                  int format_version);

Result<formats::avro::Schema> ManifestListSchema(int format_version);

/// Returns the fewest bytes that hold every decimal of a precision.
std::size_t DecimalBytes(int precision);

/// Spells a name in Avro's alphabet: other characters become `_x` and their code in hex.
std::string AvroName(std::string_view name);

}  // namespace healix::lakehouse::iceberg
