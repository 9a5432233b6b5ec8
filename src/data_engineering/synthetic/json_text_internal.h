// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes one line of JSON from texts that need no escaping.

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "data_engineering/synthetic/codes_internal.h"

namespace healix::data_engineering::synthetic {

/// Appends to a line; sets the commas. All texts come from our own tables.
class JsonText final {
 public:
  const std::string& text() const { return text_; }
  void Clear() {
    text_.clear();
    needs_comma_ = false;
  }

  /// Begins an object or list, as an element or under a key, and ends it.
  void Begin(char bracket) {
    Comma();
    text_ += bracket;
    needs_comma_ = false;
  }
  void Begin(std::string_view key, char bracket) {
    Key(key);
    text_ += bracket;
    needs_comma_ = false;
  }
  void End(std::string_view brackets) {
    text_ += brackets;
    needs_comma_ = true;
  }

  void Field(std::string_view key, std::string_view text) {
    Key(key);
    text_ += '"';
    text_ += text;
    text_ += '"';
  }
  void Number(std::string_view key, std::int64_t number) {
    Key(key);
    fmt::format_to(std::back_inserter(text_), "{}", number);
  }
  /// Writes tenths with one digit behind the point: 274 as 27.4. Not for negative ones.
  void Tenths(std::string_view key, std::int64_t tenths) {
    Key(key);
    fmt::format_to(std::back_inserter(text_), "{}.{}", tenths / 10, tenths % 10);
  }
  void Element(std::string_view text) {
    Comma();
    text_ += '"';
    text_ += text;
    text_ += '"';
    needs_comma_ = true;
  }

  /// `"key":{"coding":[{...}]}`, as FHIR's CodeableConcept.
  void Concept(std::string_view key, const Code& code) {
    Begin(key, '{');
    Begin("coding", '[');
    Coding(code);
    End("]}");
  }
  void Coding(const Code& code) {
    Begin('{');
    Field("system", code.system);
    Field("code", code.code);
    Field("display", code.display);
    End("}");
  }
  /// `"key":{"reference":"Patient/..."}`.
  void Reference(std::string_view key, std::string_view type, std::string_view id) {
    Begin(key, '{');
    ReferenceField(type, id);
    End("}");
  }
  void ReferenceField(std::string_view type, std::string_view id) {
    Key("reference");
    text_ += '"';
    text_ += type;
    text_ += '/';
    text_ += id;
    text_ += '"';
  }

 private:
  void Comma() {
    if (needs_comma_) text_ += ',';
  }
  void Key(std::string_view key) {
    Comma();
    text_ += '"';
    text_ += key;
    text_ += "\":";
    needs_comma_ = true;
  }

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace healix::data_engineering::synthetic
