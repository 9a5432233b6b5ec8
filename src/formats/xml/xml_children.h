// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Goes through the child elements of an element without parsing them.

#include <cstdint>
#include <optional>
#include <string_view>

namespace healix::formats::xml {

/// A child element as it stands in the text.
struct XmlChild {
  std::string_view name;  ///< without prefix
  std::string_view text;  ///< from `<` to the `>` of its end
};

/// Lists the child elements of `element`, a piece of XmlCutter. Comments, text and processing
/// instructions between them are stepped over; stops where the markup is broken.
/// Owns     nothing; lives as long as the text.
/// Example  XmlParserTest.ListsChildren
class XmlChildren final {
 public:
  explicit XmlChildren(std::string_view element);

  std::optional<XmlChild> Next();

 private:
  std::string_view rest_;
};

}  // namespace healix::formats::xml
