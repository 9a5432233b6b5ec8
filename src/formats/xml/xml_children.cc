// SPDX-License-Identifier: Apache-2.0
#include "formats/xml/xml_children.h"

#include "formats/xml/xml_names_internal.h"
#include "formats/xml/xml_scanner_internal.h"

namespace healix::formats::xml {
namespace {

/// Removes everything up to and with `end`, or all.
void SkipBehind(std::string_view& text, std::string_view end) {
  const std::size_t at = text.find(end);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
}

}  // namespace

XmlChildren::XmlChildren(std::string_view element) {
  const auto tag = TagBytes(element);
  if (tag && element[*tag - 2] != '/') rest_ = element.substr(*tag);
}

std::optional<XmlChild> XmlChildren::Next() {
  for (;;) {
    const std::size_t open = rest_.find('<');
    if (open == std::string_view::npos || rest_.substr(open).starts_with("</")) return std::nullopt;
    rest_.remove_prefix(open);
    if (rest_.starts_with("<!--")) {
      SkipBehind(rest_, "-->");
    } else if (rest_.starts_with("<![CDATA[")) {
      SkipBehind(rest_, "]]>");
    } else if (rest_.starts_with("<?")) {
      SkipBehind(rest_, "?>");
    } else {
      XmlScanner scanner;
      const ScanStep step = scanner.Scan(rest_);
      if (step.outcome != ScanOutcome::kEnd) return std::nullopt;
      const XmlChild child{LocalName(TagName(rest_)), rest_.substr(0, step.bytes)};
      rest_.remove_prefix(step.bytes);
      return child;
    }
  }
}

}  // namespace healix::formats::xml
