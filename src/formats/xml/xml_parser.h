// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Parses one XML element strictly and writes its canonical form.

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result/result.h"

namespace healix::formats::xml {

/// Parses FHIR elements one after the other.
///
/// Strict beyond the library: no DTD, no entities but the five of XML and character references, no
/// control characters, no attribute twice, valid UTF-8.
/// Canonical form: no comments, no processing instructions, no blanks between elements (inside a
/// narrative `div` all text stays), attributes sorted by name, `<a/>` for empty elements, escapes
/// only where XML needs them, CDATA as text; the FHIR name space (`xmlns="http://hl7.org/fhir"`) is
/// left out, so that a resource is the same alone and inside a Bundle.
/// Owns     its buffers and the document of the last Parse().
/// Threads  one at a time.
/// Example  XmlParserTest.WritesTheCanonicalForm
class XmlParser final {
 public:
  XmlParser();
  ~XmlParser();
  XmlParser(const XmlParser&) = delete;
  XmlParser& operator=(const XmlParser&) = delete;

  /// Parses `element` and returns the canonical form, valid until the next call.
  /// Errors   with the byte offset inside `element`: kXmlInvalid, kUtf8Invalid.
  Result<std::string_view> Parse(std::string_view element);

  /// The name of the outermost element of the last good Parse(), without prefix.
  std::string name() const;
  /// The name space that the outermost element declares for its own name; "" when it does not.
  std::string name_space() const;
  /// The `value` attribute of the element found by following `path` of names (without prefix) from
  /// the outermost element, first match each: `{"meta", "versionId"}`.
  std::optional<std::string> Value(std::initializer_list<std::string_view> path) const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace healix::formats::xml
