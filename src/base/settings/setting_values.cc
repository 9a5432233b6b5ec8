// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <numeric>

#include "base/settings/setting_values_internal.h"

namespace healix::base {
namespace {

/// Returns the Levenshtein distance; both texts are short names.
std::size_t EditsBetween(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

/// Returns the factor of a size suffix; nothing for an unknown one.
std::optional<std::int64_t> FactorOf(std::string_view suffix) {
  if (suffix.empty()) return 1;
  static constexpr std::string_view kSuffixes[] = {"KiB", "MiB", "GiB", "TiB"};
  std::int64_t factor = 1;
  for (const std::string_view known : kSuffixes) {
    factor *= 1024;
    if (suffix == known) return factor;
  }
  return std::nullopt;
}

std::optional<std::int64_t> ParseInteger(const SettingInfo& info, std::string_view text) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc()) return std::nullopt;
  std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (!suffix.empty() && suffix.front() == ' ') suffix.remove_prefix(1);
  if (!suffix.empty() && info.unit != "bytes") return std::nullopt;
  const auto factor = FactorOf(suffix);
  if (!factor || number > std::numeric_limits<std::int64_t>::max() / *factor || number < 0) {
    return std::nullopt;
  }
  return number * *factor;
}

bool IsChoice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    const std::size_t bar = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, bar) == text) return true;
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return false;
}

}  // namespace

std::optional<std::size_t> FindSetting(std::string_view name) {
  const auto& all = AllSettings();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const SettingInfo& info) { return info.name == name; });
  if (found == all.end()) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

std::string_view NearestSetting(std::string_view name) {
  static constexpr std::size_t kComparedBytesMax = 100;
  name = name.substr(0, kComparedBytesMax);
  const auto& all = AllSettings();
  const auto nearest =
      std::min_element(all.begin(), all.end(), [&](const SettingInfo& a, const SettingInfo& b) {
        return EditsBetween(a.name, name) < EditsBetween(b.name, name);
      });
  return nearest->name;
}

std::string VariableOf(std::string_view name) {
  std::string variable = "HEALIX_";
  for (const char c : name) {
    variable += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return variable;
}

Result<std::variant<std::int64_t, bool, std::string>> ParseSetting(const SettingInfo& info,
                                                                   std::string_view text) {
  using Value = std::variant<std::int64_t, bool, std::string>;
  switch (info.kind) {
    case SettingKind::kInteger: {
      const auto number = ParseInteger(info, text);
      if (!number || *number < info.min || *number > info.max) {
        return MakeError(ErrorCode::kSettingInvalid, "{} must be a number from {} to {} ({})",
                         SafeName(info.name), info.min, info.max, SafeName(info.unit));
      }
      return Value(*number);
    }
    case SettingKind::kBoolean:
      if (text == "true" || text == "false") return Value(text == "true");
      return MakeError(ErrorCode::kSettingInvalid, "{} must be true or false", SafeName(info.name));
    case SettingKind::kText:
      return Value(std::string(text));
    case SettingKind::kChoice:
      if (IsChoice(info.choices, text)) return Value(std::string(text));
      return MakeError(ErrorCode::kSettingInvalid, "{} must be one of {}", SafeName(info.name),
                       SafeName(info.choices));
  }
  return MakeError(ErrorCode::kInternal, "a setting of no known kind");
}

}  // namespace healix::base
