// SPDX-License-Identifier: Apache-2.0
#include "base/settings/settings.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"

namespace healix::base {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using healix::testing::TempFolder;

Result<Settings> LoadFrom(const std::string& yaml, Environment environment = {}) {
  const TempFolder folder;
  const std::string path = folder / "healix.yaml";
  EXPECT_TRUE(IsOk(WriteFileDurably(PosixFileSystem(), path, yaml)));
  return Settings::Load(PosixFileSystem(), {path, std::move(environment)});
}

TEST(SettingsTest, DefaultsAreThoseOfTheRegistry) {
  const Settings settings;
  EXPECT_EQ(settings.Get(setting::kIngestRecordBytesMax), 64 << 20);
  EXPECT_EQ(settings.Get(setting::kTablesSnapshotsMax), 200);
  EXPECT_EQ(settings.Get(setting::kTablesTargetFileBytes), 128 << 20);
  EXPECT_EQ(settings.Get(setting::kTablesDropRetentionHours), std::chrono::hours(168));
  EXPECT_EQ(settings.Get(setting::kHomeLockWaitMs), std::chrono::seconds(5));
  EXPECT_EQ(settings.Get(setting::kLogLevel), "info");
}

TEST(SettingsTest, EnvironmentOverrulesFileOverrulesDefault) {
  const auto settings = LoadFrom("ingest:\n  depth_max: 50\n  record_bytes_max: 2MiB\n",
                                 {{"HEALIX_INGEST_DEPTH_MAX", "60"}, {"HEALIX_HOME", "/x"}});
  ASSERT_TRUE(IsOk(settings));
  EXPECT_EQ(settings->Get(setting::kIngestDepthMax), 60);
  EXPECT_EQ(settings->Get(setting::kIngestRecordBytesMax), 2 << 20);
  EXPECT_EQ(settings->Get(setting::kArchiveDepthMax), 4);
  for (const Settings::Shown& shown : settings->Show()) {
    if (shown.info->name == "ingest.depth_max") {
      EXPECT_EQ(shown.text, "60");
      EXPECT_EQ(shown.origin, SettingOrigin::kEnvironment);
    }
  }
}

TEST(SettingsTest, AnAbsentOrEmptyFileSaysNothing) {
  EXPECT_TRUE(IsOk(Settings::Load(PosixFileSystem(), {"/nowhere/healix.yaml", {}})));
  EXPECT_TRUE(IsOk(LoadFrom("")));
  EXPECT_TRUE(IsOk(LoadFrom("# nothing\n")));
}

TEST(SettingsTest, DottedNamesAreSections) {
  EXPECT_EQ(LoadFrom("ingest.depth_max: 77\n")->Get(setting::kIngestDepthMax), 77);
}

TEST(SettingsTest, AnUnknownNameIsAnErrorThatNamesTheNearest) {
  const auto settings = LoadFrom("log:\n  level: info\ningest:\n  record_byte_max: 5\n");
  ASSERT_TRUE(IsError(settings, ErrorCode::kSettingUnknown));
  EXPECT_NE(settings.error().message().find("ingest.record_bytes_max"), std::string::npos);
  EXPECT_EQ(settings.error().position().line, 4u);
  const auto variable = LoadFrom("", {{"HEALIX_INGEST_DEPTH", "60"}});
  ASSERT_TRUE(IsError(variable, ErrorCode::kSettingUnknown));
  EXPECT_NE(variable.error().message().find("ingest.depth_max"), std::string::npos);
}

TEST(SettingsTest, ValuesOutOfRangeAreRefused) {
  Settings settings;
  for (const auto& [name, text] :
       std::vector<std::pair<std::string, std::string>>{{"ingest.record_bytes_max", "1023"},
                                                        {"ingest.record_bytes_max", "2GiB"},
                                                        {"ingest.record_bytes_max", "99999999TiB"},
                                                        {"ingest.record_bytes_max", "64 parsecs"},
                                                        {"ingest.record_bytes_max", "-1"},
                                                        {"ingest.record_bytes_max", ""},
                                                        {"ingest.depth_max", "50MiB"},
                                                        {"log.level", "loud"},
                                                        {"log.level", "debug|info"},
                                                        {"log.level", ""}}) {
    EXPECT_TRUE(IsError(settings.Set(name, text), ErrorCode::kSettingInvalid)) << name << text;
  }
  EXPECT_EQ(settings.Get(setting::kIngestRecordBytesMax), 64 << 20) << "a refusal changes nothing";
  EXPECT_TRUE(IsOk(settings.Set("ingest.record_bytes_max", "1 GiB")));
}

TEST(SettingsTest, AFileThatIsNotSettingsIsRefused) {
  for (const char* yaml :
       {"- a\n- b\n", "ingest: [1]\n", "ingest: {depth_max: [1]}\n", "a: b: c\n", "just text",
        "ingest.depth_max: 20\ningest: {depth_max: 30}\n", "\x01", "{", "? {a: b}\n: c\n"}) {
    EXPECT_TRUE(IsError(LoadFrom(yaml), ErrorCode::kSettingInvalid)) << yaml;
  }
}

}  // namespace
}  // namespace healix::base
