// SPDX-License-Identifier: Apache-2.0
#include "data_engineering/synthetic/generate.h"

#include <algorithm>

#include "base/io/sync_points.h"
#include "base/time/instant.h"
#include "data_engineering/synthetic/fhir_records_internal.h"
#include "data_engineering/synthetic/life_internal.h"
#include "data_engineering/synthetic/ndjson_folder_internal.h"

namespace healix::data_engineering::synthetic {
namespace {

constexpr std::uint64_t kProgressEvery = 256;
constexpr std::uint64_t kPatientsPerPractitioner = 200;
constexpr std::uint64_t kPractitionersMin = 8;
constexpr std::uint64_t kPractitionersMax = 5000;
/// Streams of dice: 0 is the staff's, patients follow.
constexpr std::uint64_t kStaffStream = 0;

/// Writes the log of FHIR Bulk Data clients ("Bulk Data Export Client Logging" 1.0).
std::string LogText(const std::map<std::string, NdjsonFolder::TypeCount>& counts) {
  const std::string time = base::FormatInstant(base::Timestamp(kExportDay));
  const auto line = [&](std::string_view event, std::string_view detail) {
    return fmt::format(
        R"({{"exportId":"synthetic","timestamp":"{}","eventId":"{}","eventDetail":{{{}}}}})"
        "\n",
        time, event, detail);
  };
  std::string text = line("kickoff", R"("exportUrl":"urn:healix:synthetic")");
  std::uint64_t lines = 0;
  for (const auto& [type, count] : counts) {
    lines += count.lines;
    text += line("download_complete",
                 fmt::format(R"("fileUrl":"{}.ndjson","resourceCount":{})", type, count.lines));
  }
  return text +
         line("export_complete", fmt::format(R"("files":{},"resources":{})", counts.size(), lines));
}

/// Writes the manifest of FHIR Bulk Data Access 2.0; addresses are relative to the folder.
std::string ManifestText(const std::map<std::string, NdjsonFolder::TypeCount>& counts) {
  std::string output;
  for (const auto& [type, count] : counts) {
    output += fmt::format("{}\n    {{\"type\": \"{}\", \"url\": \"{}.ndjson\", \"count\": {}}}",
                          output.empty() ? "" : ",", type, type, count.lines);
  }
  return fmt::format(
      "{{\n  \"transactionTime\": \"{}\",\n  \"request\": \"urn:healix:synthetic\",\n"
      "  \"requiresAccessToken\": false,\n  \"output\": [{}\n  ],\n  \"error\": []\n}}\n",
      base::FormatInstant(base::Timestamp(kExportDay)), output);
}

Status WriteResources(NdjsonFolder& folder, const GenerateOptions& options,
                      const GenerateProgress& progress) {
  FhirRecords records(folder);
  Dice staff_dice(options.seed, kStaffStream);
  const auto practitioners = static_cast<std::uint32_t>(std::clamp(
      options.patients / kPatientsPerPractitioner, kPractitionersMin, kPractitionersMax));
  const Staff staff = records.WriteStaff(staff_dice, practitioners);
  for (std::uint64_t patient = 1; patient <= options.patients; ++patient) {
    Dice dice(options.seed, patient);
    records.WriteLife(InventLife(dice, practitioners), staff, dice);
    HEALIX_RETURN_IF_ERROR(folder.status());
    const bool is_due = patient % kProgressEvery == 0 || patient == options.patients;
    if (is_due && progress) progress(patient);
  }
  return folder.Finish();
}

GenerateSummary Summarise(const std::map<std::string, NdjsonFolder::TypeCount>& counts) {
  GenerateSummary summary;
  for (const auto& [type, count] : counts) {
    summary.resources[type] = count.lines;
    summary.resource_count += count.lines;
    summary.bytes += count.bytes;
  }
  return summary;
}

}  // namespace

Status GenerateOptions::Validate() const {
  if (patients < 1 || patients > kPatientsMax) {
    return MakeError(ErrorCode::kInvalidArgument, "patients must be from 1 to {}", +kPatientsMax);
  }
  if (folder.empty()) return MakeError(ErrorCode::kInvalidArgument, "a folder must be named");
  return {};
}

Result<GenerateSummary> Generate(base::FileSystem& files, const GenerateOptions& options,
                                 const GenerateProgress& progress) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  HEALIX_RETURN_IF_ERROR(files.MakeFolders(options.folder));
  const std::string manifest = options.folder + "/manifest.json";
  if (files.Stat(manifest)) {
    return MakeError(ErrorCode::kFileExists, "{} holds an export already",
                     SafePath(options.folder));
  }
  NdjsonFolder folder(files, options.folder);
  HEALIX_RETURN_IF_ERROR(WriteResources(folder, options, progress));
  const auto counts = folder.Counts();
  HEALIX_RETURN_IF_ERROR(
      base::WriteFileDurably(files, options.folder + "/log.ndjson", LogText(counts)));
  base::SyncPoint("synthetic.generate.before_manifest");
  HEALIX_RETURN_IF_ERROR(base::WriteFileDurably(files, manifest, ManifestText(counts)));
  return Summarise(counts);
}

}  // namespace healix::data_engineering::synthetic
