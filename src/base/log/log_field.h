// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Names one fact of a log event; only values that can't identify a person fit in.

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result/error.h"
#include "base/result/phi_free.h"

namespace healix::base {

/// Holds a literal in lower case: `ingest.batch_committed`. Anything else does not compile.
class LogName final {
 public:
  template <std::size_t N>
  consteval LogName(const char (&literal)[N]) : text_(literal, N - 1) {
    for (const char c : text_) {
      const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
      if (!fits) throw "a log name has lower-case letters, digits, '_' and '.' only";
    }
  }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// Holds a name and a value, already as JSON.
/// PHI      by construction none: values are PhiFree or an Error, whose message is.
/// Example  LogTest.WritesOneObjectPerLine
class LogField final {
 public:
  template <PhiFree T>
  LogField(LogName name, const T& value) : name_(name), json_(ToJson(value)) {}
  LogField(LogName name, const Error& error) : name_(name), json_(Quote(error.ToString())) {}

  LogName name() const { return name_; }
  const std::string& json() const { return json_; }

 private:
  /// Returns a JSON string; control characters are escaped, bytes that are not UTF-8 replaced.
  static std::string Quote(std::string_view text);
  static std::string NumberOrNull(double value);

  template <typename T>
  static std::string ToJson(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      return value ? "true" : "false";
    } else if constexpr (std::is_floating_point_v<T>) {
      return NumberOrNull(static_cast<double>(value));
    } else if constexpr (std::is_integral_v<T>) {
      return std::to_string(value);
    } else {
      return Quote(fmt::format("{}", value));
    }
  }

  LogName name_;
  std::string json_;
};

}  // namespace healix::base
