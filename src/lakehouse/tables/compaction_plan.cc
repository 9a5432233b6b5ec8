// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "lakehouse/tables/compaction_plan_internal.h"

namespace healix::lakehouse::tables {
namespace {

constexpr std::uint64_t kTargetFilesPerBin = 8;
constexpr std::size_t kFilesPerBinMax = 20'000;

bool HasDeletes(const iceberg::PlannedFile& file) {
  return !file.deletes.empty() || file.deletion_vector.has_value();
}

bool IsWorthwhile(const CompactionBin& bin, const iceberg::ScanPlan& plan) {
  return bin.files.size() > 1 || (bin.files.size() == 1 && HasDeletes(plan.files[bin.files[0]]));
}

}  // namespace

std::vector<CompactionBin> PlanCompaction(const iceberg::ScanPlan& plan,
                                          std::uint64_t file_bytes_target) {
  const std::uint64_t bin_bytes_max = kTargetFilesPerBin * file_bytes_target;
  std::map<std::pair<std::int32_t, std::vector<iceberg::Value>>, CompactionBin> open;
  std::vector<CompactionBin> bins;
  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    const iceberg::DataFile& file = plan.files[i].entry.file;
    const auto size_bytes = static_cast<std::uint64_t>(file.size_bytes);
    const bool is_small = size_bytes < file_bytes_target / 4 * 3;
    if (!is_small && !HasDeletes(plan.files[i])) continue;
    CompactionBin& bin = open[{file.spec_id, file.partition}];
    if (bin.size_bytes + size_bytes > bin_bytes_max || bin.files.size() == kFilesPerBinMax) {
      if (IsWorthwhile(bin, plan)) bins.push_back(std::move(bin));
      bin = {};
    }
    bin.spec_id = file.spec_id;
    bin.partition = file.partition;
    bin.size_bytes += size_bytes;
    bin.files.push_back(i);
  }
  for (auto& [key, bin] : open) {
    if (IsWorthwhile(bin, plan)) bins.push_back(std::move(bin));
  }
  return bins;
}

}  // namespace healix::lakehouse::tables
