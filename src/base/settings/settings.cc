// SPDX-License-Identifier: Apache-2.0
#include "base/settings/settings.h"

#include <unistd.h>

#include <algorithm>

#include "base/settings/setting_values_internal.h"
#include "base/settings/yaml_settings_internal.h"

namespace healix::base {
namespace {

constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 20;

Error UnknownSetting(std::string_view name) {
  return MakeError(ErrorCode::kSettingUnknown, "there is no setting {}; the nearest is {}",
                   SafeName(name), SafeName(NearestSetting(name)));
}

/// True for `HEALIX_INGEST_X`, whose second word is a section of the registry.
bool NamesASection(std::string_view variable) {
  const auto& all = AllSettings();
  return std::any_of(all.begin(), all.end(), [&](const SettingInfo& info) {
    const std::string_view section = info.name.substr(0, info.name.find('.') + 1);
    return variable.starts_with(VariableOf(section));
  });
}

/// Returns `ingest.record_bytes_max` for its variable, or a best guess for messages.
std::string NameOf(std::string_view variable) {
  for (const SettingInfo& info : AllSettings()) {
    if (VariableOf(info.name) == variable) return std::string(info.name);
  }
  std::string name(variable.substr(std::string_view("HEALIX_").size()));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::replace(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(name.find('_')) + 1, '_',
               '.');
  return name;
}

}  // namespace

const std::vector<SettingInfo>& AllSettings() {
  static const std::vector<SettingInfo> all = {
#define HEALIX_SETTING(constant, type, name, kind, ...) {name, SettingKind::kind, __VA_ARGS__},
#include "healix/settings.inc"
#undef HEALIX_SETTING
  };
  return all;
}

Environment ProcessEnvironment() {
  Environment environment;
  for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::size_t equals = std::min(text.find('='), text.size());
    environment.emplace(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())));
  }
  return environment;
}

Settings::Settings() : origins_(AllSettings().size(), SettingOrigin::kDefault) {
  for (const SettingInfo& info : AllSettings()) {
    values_.push_back(ParseSetting(info, info.default_text).value());
  }
}

Result<Settings> Settings::Load(FileSystem& files, const SettingsSources& sources) {
  Settings settings;
  if (!sources.file_path.empty()) {
    auto content = ReadFile(files, sources.file_path, kFileBytesMax);
    if (!content && content.error().code() != ErrorCode::kFileNotFound) return content.error();
    HEALIX_TRY(const auto entries,
               ReadYamlSettings(sources.file_path, std::move(content).value_or("")));
    for (const YamlSetting& entry : entries) {
      const Status status = settings.SetFrom(entry.name, entry.text, SettingOrigin::kFile);
      if (!status) return status.error().At(entry.position);
    }
  }
  for (const auto& [variable, text] : sources.environment) {
    if (!NamesASection(variable)) continue;
    const Status status = settings.SetFrom(NameOf(variable), text, SettingOrigin::kEnvironment);
    if (!status) return status.error().Within(SafeName(variable));
  }
  return settings;
}

Status Settings::Set(std::string_view name, std::string_view text) {
  return SetFrom(name, text, SettingOrigin::kCommand);
}

Status Settings::SetFrom(std::string_view name, std::string_view text, SettingOrigin origin) {
  const auto index = FindSetting(name);
  if (!index) return UnknownSetting(name);
  HEALIX_TRY(values_[*index], ParseSetting(AllSettings()[*index], text));
  origins_[*index] = origin;
  return {};
}

template <typename T>
const T& Settings::At(std::uint16_t index) const {
  const T* value = std::get_if<T>(&values_[index]);
  HEALIX_CHECK(value != nullptr, "a setting's key has the type of its registry entry");
  return *value;
}

std::int64_t Settings::Get(SettingKey<std::int64_t> key) const {
  return At<std::int64_t>(key.index);
}
bool Settings::Get(SettingKey<bool> key) const { return At<bool>(key.index); }
const std::string& Settings::Get(SettingKey<std::string> key) const {
  return At<std::string>(key.index);
}
std::chrono::milliseconds Settings::Get(SettingKey<std::chrono::milliseconds> key) const {
  return std::chrono::milliseconds(At<std::int64_t>(key.index));
}
std::chrono::hours Settings::Get(SettingKey<std::chrono::hours> key) const {
  return std::chrono::hours(At<std::int64_t>(key.index));
}

std::vector<Settings::Shown> Settings::Show() const {
  struct ToText {
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const std::string& text) const { return text; }
  };
  std::vector<Shown> shown;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    shown.push_back({&AllSettings()[i], std::visit(ToText(), values_[i]), origins_[i]});
  }
  return shown;
}

}  // namespace healix::base
