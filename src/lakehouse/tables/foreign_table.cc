// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/foreign_table.h"

#include <array>

#include "lakehouse/iceberg/metadata.h"
#include "lakehouse/iceberg/scan.h"
#include "lakehouse/tables/scan_table_internal.h"

namespace healix::lakehouse::tables {
namespace {

constexpr std::uint64_t kManifestBytesMax = std::uint64_t{1} << 30;
/// Every Puffin file begins with these bytes (Iceberg Puffin specification, "File structure").
constexpr std::string_view kPuffinMagic = "PFA1";

/// Checks that each deletion vector lies in a Puffin file.
Status CheckFrames(base::FileSystem& files, const engine::ScanTable& table) {
  for (const engine::ScanFile& file : table.files) {
    if (!file.deletion_vector) continue;
    HEALIX_TRY(const auto opened, files.Open(file.deletion_vector->path, base::OpenMode::kRead));
    std::array<std::byte, kPuffinMagic.size()> head{};
    HEALIX_TRY(const std::size_t got, opened->ReadAt(0, head));
    if (got != head.size() || base::AsText(head) != kPuffinMagic) {
      return MakeError(ErrorCode::kMetadataInvalid, "{} is not a Puffin file",
                       SafePath(file.deletion_vector->path));
    }
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const engine::ScanTable>> ReadForeignTable(
    base::FileSystem& files, const std::string& metadata_path, const ForeignTableOptions& options) {
  HEALIX_TRY(const std::string text,
             base::ReadFile(files, metadata_path, iceberg::kMetadataBytesMax));
  HEALIX_TRY(const auto metadata, iceberg::ParseTableMetadata(text));
  const iceberg::FileReader read = [&](const std::string& location) -> Result<std::string> {
    HEALIX_TRY(const std::string path, options.path_of(location));
    return base::ReadFile(files, path, kManifestBytesMax);
  };
  HEALIX_TRY(const auto plan,
             iceberg::PlanScan(metadata, {.snapshot_id = options.snapshot_id}, read));
  HEALIX_TRY(auto table, MakeScanTable(plan, options.path_of));
  if (options.bare_deletion_vectors == ForeignTableOptions::BareDeletionVectors::kRefuse) {
    HEALIX_RETURN_IF_ERROR(CheckFrames(files, *table));
  }
  return table;
}

}  // namespace healix::lakehouse::tables
