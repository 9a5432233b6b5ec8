// SPDX-License-Identifier: Apache-2.0
// Manifests and manifest lists of others: what reads can be written and reads back equal.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lakehouse/iceberg/manifest.h"
#include "lakehouse/iceberg/test_tables_internal.h"

namespace {

using namespace healix;
using namespace healix::lakehouse::iceberg;

void TryList(std::string_view input) {
  const Result<std::vector<ManifestFile>> lines = ReadManifestList(input);
  if (!lines) return;
  ManifestListOptions options;
  options.format_version = 3;
  const Result<WrittenManifestList> written = WriteManifestList(options, *lines);
  if (!written) return;  // v1 lists lack counts that v2 requires
  const Result<std::vector<ManifestFile>> again = ReadManifestList(written->bytes);
  HEALIX_CHECK(again.has_value() && *again == written->files, "a manifest list changed");
}

void TryManifest(const TableMetadata& table, std::string_view input) {
  ManifestFile line;
  line.spec_id = table.default_spec_id;
  line.sequence_number = 1;
  const Result<std::vector<ManifestEntry>> entries = ReadManifest(table, line, input);
  if (!entries) return;
  ManifestOptions options;
  options.spec_id = line.spec_id;
  const Result<WrittenManifest> written = WriteManifest(table, options, *entries);
  if (!written) return;  // deletes, and entries that break a rule of writers
  const Result<std::vector<ManifestEntry>> again = ReadManifest(table, line, written->bytes);
  HEALIX_CHECK(again.has_value() && again->size() == entries->size(), "a manifest changed");
  for (std::size_t i = 0; i < again->size(); ++i) {
    HEALIX_CHECK((*again)[i].file.path == (*entries)[i].file.path, "an entry changed");
    HEALIX_CHECK((*again)[i].file.lower_bounds == (*entries)[i].file.lower_bounds,
                 "bounds changed");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  const std::string_view input(reinterpret_cast<const char*>(data), bytes);
  TryList(input);
  TryManifest(PartitionedTable(2), input);
  TryManifest(TableOfOneColumn(Decimal(9, 2)), input);
  return 0;
}
