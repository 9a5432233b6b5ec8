// SPDX-License-Identifier: Apache-2.0
#include "formats/xml/xml_declaration_internal.h"

namespace healix::formats::xml {
namespace {

constexpr std::size_t kDeclarationBytesMax = 1024;

/// Takes the quoted value behind `encoding` and `=`; empty when there is none.
std::string_view DeclaredEncoding(std::string_view declaration) {
  const std::size_t name = declaration.find("encoding");
  if (name == std::string_view::npos) return {};
  const std::size_t open = declaration.find_first_of("\"'", name);
  if (open == std::string_view::npos) return {};
  const std::size_t close = declaration.find(declaration[open], open + 1);
  if (close == std::string_view::npos) return {};
  return declaration.substr(open + 1, close - open - 1);
}

}  // namespace

Status FollowDeclaration(StreamWindow& window) {
  const bool known = window.encoding() != TextEncoding::kUtf8 || window.byte_order_mark_bytes() > 0;
  if (known) return {};
  std::size_t end = 0;
  for (;;) {
    const std::string_view text = window.text().substr(0, kDeclarationBytesMax);
    end = text.find("?>");
    const bool complete = end != std::string_view::npos || text.size() == kDeclarationBytesMax;
    if (complete || !text.starts_with("<?xml ")) break;
    HEALIX_TRY(const bool more, window.More());
    if (!more) break;
  }
  const std::string_view text = window.text();
  if (!text.starts_with("<?xml ") || end == std::string_view::npos) return {};
  const std::string_view name = DeclaredEncoding(text.substr(0, end));
  if (name.empty()) return {};
  HEALIX_TRY(const TextEncoding encoding, ParseTextEncoding(name));
  // Text that could be read so far is not UTF-16, whatever it says.
  const bool wide = encoding == TextEncoding::kUtf16Le || encoding == TextEncoding::kUtf16Be;
  if (!wide) window.Redecode(encoding);
  return {};
}

}  // namespace healix::formats::xml
