// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes a small synthetic population as FHIR R4 bulk-export files.

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::data_engineering::synthetic {

struct GenerateOptions {
  std::uint64_t patients = 1000;  ///< 1 to kPatientsMax
  std::uint64_t seed = 1;         ///< the same seed gives the same bytes on every machine
  std::string folder;             ///< made when absent; must hold no export yet

  static constexpr std::uint64_t kPatientsMax = 100'000'000;
  /// kInvalidArgument when out of range or without a folder.
  Status Validate() const;
};

/// Says what was written.
struct GenerateSummary {
  std::map<std::string, std::uint64_t> resources;  ///< by type
  std::uint64_t resource_count = 0;
  std::uint64_t bytes = 0;  ///< of the NDJSON files
};

/// Is told the number of patients done, now and then.
using GenerateProgress = std::function<void(std::uint64_t patients_done)>;

/// Writes `<Type>.ndjson` for each resource type, then `log.ndjson` and, as the last file,
/// `manifest.json` (FHIR Bulk Data Access 2.0: a folder with a manifest is whole).
/// Every resource carries meta.security HTEST, meta.versionId and meta.lastUpdated; references
/// resolve inside the folder. Patients have different ids for different seeds.
/// Limits   memory does not grow with the number of patients.
/// Errors   kInvalidArgument, kFileExists (the folder holds an export), those of FileSystem.
/// Example  SyntheticTest.SameSeedGivesTheSameBytes
Result<GenerateSummary> Generate(base::FileSystem& files, const GenerateOptions& options,
                                 const GenerateProgress& progress = nullptr);

}  // namespace healix::data_engineering::synthetic
