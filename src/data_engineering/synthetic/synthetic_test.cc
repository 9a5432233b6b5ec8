// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/hash/sha256.h"
#include "base/io/fault_file_system.h"
#include "base/testing/matchers.h"
#include "data_engineering/synthetic/generate.h"

namespace healix::data_engineering::synthetic {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using nlohmann::json;

constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30;

std::string Read(base::FileSystem& files, const std::string& path) {
  return base::ReadFile(files, path, kFileBytesMax).value();
}

/// Names and hashes of all files of an export.
std::string Fingerprint(base::FileSystem& files, const std::string& folder) {
  std::string text;
  const std::vector<std::string> names = files.List(folder).value();
  for (const std::string& name : names) {
    text += name + " " + base::Sha256Of(Read(files, folder + "/" + name)).ToHex() + "\n";
  }
  return text;
}

std::vector<json> Resources(base::FileSystem& files, const std::string& folder) {
  std::vector<json> resources;
  const std::vector<std::string> names = files.List(folder).value();
  for (const std::string& name : names) {
    if (!name.ends_with(".ndjson") || name == "log.ndjson") continue;
    std::istringstream lines(Read(files, folder + "/" + name));
    for (std::string line; std::getline(lines, line);) {
      resources.push_back(json::parse(line));
      EXPECT_EQ(resources.back()["resourceType"].get<std::string>() + ".ndjson", name);
    }
  }
  return resources;
}

void CollectReferences(const json& value, std::set<std::string>& references) {
  if (value.is_object() && value.contains("reference")) references.insert(value["reference"]);
  if (!value.is_structured()) return;
  for (const json& element : value) CollectReferences(element, references);
}

TEST(SyntheticTest, SameSeedGivesTheSameBytes) {
  base::FaultFileSystem files;
  ASSERT_TRUE(IsOk(Generate(files, {20, 42, "/a"})));
  ASSERT_TRUE(IsOk(Generate(files, {20, 42, "/b"})));
  ASSERT_TRUE(IsOk(Generate(files, {20, 43, "/c"})));
  EXPECT_EQ(Fingerprint(files, "/a"), Fingerprint(files, "/b"));
  EXPECT_NE(Fingerprint(files, "/a"), Fingerprint(files, "/c"));
}

TEST(SyntheticTest, TheBytesAreThoseOfTheFirstRelease) {
  base::FaultFileSystem files;
  ASSERT_TRUE(IsOk(Generate(files, {20, 42, "/a"})));
  EXPECT_EQ(base::Sha256Of(Fingerprint(files, "/a")).ToHex(),
            "d6b750ef4f00f8ac361247833c3e9c1962a26b533f2fb27cebbe98f9d59078d0")
      << "a change here breaks everybody's expected results: say so in CHANGELOG.md";
}

TEST(SyntheticTest, EveryResourceIsLabelledAndVersioned) {
  base::FaultFileSystem files;
  ASSERT_TRUE(IsOk(Generate(files, {30, 1, "/a"})));
  std::set<std::string> ids;
  for (const json& resource : Resources(files, "/a")) {
    const json& meta = resource["meta"];
    EXPECT_EQ(meta["security"][0]["code"], "HTEST");
    EXPECT_EQ(meta["security"][0]["system"], "http://terminology.hl7.org/CodeSystem/v3-ActReason");
    EXPECT_EQ(meta["versionId"], "1");
    EXPECT_TRUE(meta["lastUpdated"].get<std::string>().ends_with("Z"));
    EXPECT_TRUE(ids.insert(resource["id"]).second) << "ids are unique";
  }
}

TEST(SyntheticTest, ReferencesResolveInsideTheFolder) {
  base::FaultFileSystem files;
  ASSERT_TRUE(IsOk(Generate(files, {30, 1, "/a"})));
  std::set<std::string> known;
  std::set<std::string> references;
  for (const json& resource : Resources(files, "/a")) {
    known.insert(resource["resourceType"].get<std::string>() + "/" +
                 resource["id"].get<std::string>());
    CollectReferences(resource, references);
  }
  EXPECT_GT(references.size(), 100u);
  for (const std::string& reference : references) EXPECT_TRUE(known.contains(reference));
}

TEST(SyntheticTest, ValuesArePlausible) {
  base::FaultFileSystem files;
  ASSERT_TRUE(IsOk(Generate(files, {200, 7, "/a"})));
  std::map<std::string, int> genders;
  for (const json& resource : Resources(files, "/a")) {
    if (resource["resourceType"] == "Patient") {
      ++genders[resource["gender"]];
      EXPECT_GE(resource["birthDate"].get<std::string>(), "1925-01-01");
      EXPECT_LT(resource["birthDate"].get<std::string>(), "2026-01-01");
    }
    if (resource["resourceType"] != "Observation" || !resource.contains("valueQuantity")) continue;
    const double value = resource["valueQuantity"]["value"];
    const std::string unit = resource["valueQuantity"]["code"];
    static const std::map<std::string, std::pair<double, double>> kPlausible = {
        {"kg/m2", {10, 45}}, {"%", {4, 10}},       {"cm", {45, 210}},
        {"kg", {2, 170}},    {"mg/dL", {50, 200}}, {"/min", {50, 130}}};
    ASSERT_TRUE(kPlausible.contains(unit)) << unit;
    EXPECT_GE(value, kPlausible.at(unit).first) << unit;
    EXPECT_LE(value, kPlausible.at(unit).second) << unit;
  }
  EXPECT_GT(genders["female"], 70);
  EXPECT_GT(genders["male"], 70);
}

TEST(SyntheticTest, TheManifestCountsWhatIsThere) {
  base::FaultFileSystem files;
  std::uint64_t told = 0;
  const auto summary =
      Generate(files, {300, 1, "/a"}, [&](std::uint64_t patients) { told = patients; });
  ASSERT_TRUE(IsOk(summary));
  EXPECT_EQ(told, 300u);
  const json manifest = json::parse(Read(files, "/a/manifest.json"));
  std::uint64_t listed = 0;
  for (const json& file : manifest["output"]) {
    listed += file["count"].get<std::uint64_t>();
    EXPECT_EQ(summary->resources.at(file["type"]), file["count"]);
  }
  EXPECT_EQ(listed, summary->resource_count);
  EXPECT_EQ(Resources(files, "/a").size(), summary->resource_count);
  EXPECT_EQ(summary->resources.at("Patient"), 300u);
  EXPECT_EQ(summary->resources.size(), 11u) << "all types occur";
  std::istringstream log(Read(files, "/a/log.ndjson"));
  for (std::string line; std::getline(log, line);) EXPECT_TRUE(json::accept(line));
}

TEST(SyntheticTest, RefusesWhatItCannotDo) {
  base::FaultFileSystem files;
  EXPECT_TRUE(IsError(Generate(files, {0, 1, "/a"}), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsError(Generate(files, {1, 1, ""}), ErrorCode::kInvalidArgument));
  ASSERT_TRUE(IsOk(Generate(files, {1, 1, "/a"})));
  EXPECT_TRUE(IsError(Generate(files, {1, 1, "/a"}), ErrorCode::kFileExists));
}

TEST(SyntheticTest, AFullDiskIsAnErrorAndLeavesNoManifest) {
  base::FaultFileSystem files;
  files.SetCapacity(100'000);
  EXPECT_TRUE(IsError(Generate(files, {500, 1, "/a"}), ErrorCode::kDiskFull));
  EXPECT_TRUE(IsError(files.Stat("/a/manifest.json"), ErrorCode::kFileNotFound));
}

}  // namespace
}  // namespace healix::data_engineering::synthetic
