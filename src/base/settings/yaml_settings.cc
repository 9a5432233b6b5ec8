// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "base/settings/yaml_settings_internal.h"

namespace healix::base {
namespace {

constexpr int kSectionsDeepMax = 8;

Position PositionOf(const std::string& path, const YAML::Mark& mark) {
  Position position;
  position.file = path;
  if (!mark.is_null()) position.line = static_cast<std::uint64_t>(mark.line) + 1;
  return position;
}

/// Walks the maps of one document. YAML::Exception may pass; ReadYamlSettings catches it.
class Flattener final {
 public:
  explicit Flattener(const std::string& path) : path_(path) {}

  Status Walk(const YAML::Node& node, const std::string& prefix, int depth) {
    if (!node.IsMap() || depth > kSectionsDeepMax) {
      return Invalid(node, "settings are names with one value each, in sections");
    }
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return Invalid(entry.first, "a name must be a plain text");
      const std::string name = prefix + entry.first.Scalar();
      if (entry.second.IsMap()) {
        HEALIX_RETURN_IF_ERROR(Walk(entry.second, name + ".", depth + 1));
        continue;
      }
      if (!entry.second.IsScalar() && !entry.second.IsNull()) {
        return Invalid(entry.second, "a setting has one value, not a list");
      }
      const auto same = [&](const YamlSetting& other) { return other.name == name; };
      if (std::any_of(found_.begin(), found_.end(), same)) {
        return Invalid(entry.first, "a setting stands twice");
      }
      std::string text = entry.second.IsNull() ? "" : entry.second.Scalar();
      found_.push_back({name, std::move(text), PositionOf(path_, entry.first.Mark())});
    }
    return {};
  }

  std::vector<YamlSetting> Take() { return std::move(found_); }

 private:
  template <std::size_t N>
  Error Invalid(const YAML::Node& node, const char (&text)[N]) const {
    return MakeError(ErrorCode::kSettingInvalid, "{}", text).At(PositionOf(path_, node.Mark()));
  }

  const std::string& path_;
  std::vector<YamlSetting> found_;
};

}  // namespace

Result<std::vector<YamlSetting>> ReadYamlSettings(const std::string& path,
                                                  const std::string& content) {
  try {
    const YAML::Node document = YAML::Load(content);
    if (document.IsNull()) return std::vector<YamlSetting>();
    Flattener flattener(path);
    HEALIX_RETURN_IF_ERROR(flattener.Walk(document, "", 0));
    return flattener.Take();
  } catch (const YAML::Exception& exception) {
    return MakeError(ErrorCode::kSettingInvalid, "not YAML: {}", SafeReason(exception.msg))
        .At(PositionOf(path, exception.mark));
  }
}

}  // namespace healix::base
