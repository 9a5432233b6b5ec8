// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gives out the settings of spec/settings.yaml: from defaults, a file and the environment.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::base {

enum class SettingKind : std::uint8_t { kInteger, kBoolean, kText, kChoice };
enum class SettingOrigin : std::uint8_t { kDefault, kFile, kEnvironment, kCommand };

/// Says what the registry knows about one setting. All texts live for ever.
struct SettingInfo {
  std::string_view name;  ///< `ingest.record_bytes_max`
  SettingKind kind;
  std::string_view unit;  ///< of an integer: bytes, ms, hours, count, ratio
  std::string_view default_text;
  std::int64_t min = 0;      ///< of an integer; allowed
  std::int64_t max = 0;      ///< of an integer; allowed
  std::string_view choices;  ///< of a choice, separated by `|`
  std::string_view description;
};

/// Names one setting and the C++ type of its value.
template <typename T>
struct SettingKey {
  std::uint16_t index;
};

enum class SettingIndex : std::uint16_t {
#define HEALIX_SETTING(constant, ...) constant,
#include "healix/settings.inc"
#undef HEALIX_SETTING
};

/// The keys: `setting::kIngestRecordBytesMax` for `ingest.record_bytes_max`.
namespace setting {
#define HEALIX_SETTING(constant, type, ...) \
  inline constexpr SettingKey<type> constant{static_cast<std::uint16_t>(SettingIndex::constant)};
#include "healix/settings.inc"
#undef HEALIX_SETTING
}  // namespace setting

/// Returns all settings in the order of the registry.
const std::vector<SettingInfo>& AllSettings();

using Environment = std::map<std::string, std::string>;

/// Returns the variables of this process.
Environment ProcessEnvironment();

/// Where values come from, beside the defaults.
struct SettingsSources {
  std::string file_path;    ///< YAML, at most 1 MiB; "" or an absent file says nothing
  Environment environment;  ///< `HEALIX_INGEST_RECORD_BYTES_MAX`; overrules the file
};

/// Holds one valid value for every setting.
/// Threads  immutable but for Set(); share freely after loading.
/// Example  SettingsTest.EnvironmentOverrulesFileOverrulesDefault
class Settings final {
 public:
  /// Starts with the defaults.
  Settings();

  /// Loads file and environment over the defaults.
  /// Errors   kSettingUnknown (names the nearest), kSettingInvalid (names the range, the file and
  ///          the line), kIoFailed, kPermissionDenied. A HEALIX_ variable is a setting when its
  ///          next word is a section (`HEALIX_INGEST_...`); others, like HEALIX_HOME, are not ours.
  static Result<Settings> Load(FileSystem& files, const SettingsSources& sources);

  std::int64_t Get(SettingKey<std::int64_t> key) const;
  bool Get(SettingKey<bool> key) const;
  const std::string& Get(SettingKey<std::string> key) const;
  std::chrono::milliseconds Get(SettingKey<std::chrono::milliseconds> key) const;
  std::chrono::hours Get(SettingKey<std::chrono::hours> key) const;

  /// Sets one value from text, as a command line or a test does. Errors as Load().
  Status Set(std::string_view name, std::string_view text);

  /// Says one setting as text, and where its value came from.
  struct Shown {
    const SettingInfo* info;
    std::string text;
    SettingOrigin origin;
  };
  /// Returns every setting for people to read (`healix doctor`).
  std::vector<Shown> Show() const;

 private:
  using Value = std::variant<std::int64_t, bool, std::string>;
  Status SetFrom(std::string_view name, std::string_view text, SettingOrigin origin);
  template <typename T>
  const T& At(std::uint16_t index) const;

  std::vector<Value> values_;
  std::vector<SettingOrigin> origins_;
};

}  // namespace healix::base
