// SPDX-License-Identifier: Apache-2.0
#include "formats/xml/xml_parser.h"

#include <algorithm>
#include <pugixml.hpp>
#include <vector>

#include "formats/cutting/utf8.h"
#include "formats/xml/character_check_internal.h"
#include "formats/xml/xml_names_internal.h"

namespace healix::formats::xml {
namespace {

constexpr unsigned kParseOptions = pugi::parse_cdata | pugi::parse_escapes |
                                   pugi::parse_wconv_attribute | pugi::parse_eol |
                                   pugi::parse_ws_pcdata;
constexpr std::string_view kFhirNameSpace = "http://hl7.org/fhir";

Error Invalid(std::size_t offset) {
  return MakeError(ErrorCode::kXmlInvalid, "the text is not well-formed XML")
      .At({.file = {}, .byte_offset = offset, .line = std::nullopt});
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool IsElement(const pugi::xml_node& node) { return node.type() == pugi::node_element; }

/// Writes a document depth first, without recursion.
class CanonicalWriter final {
 public:
  explicit CanonicalWriter(std::string& text) : text_(text) {}

  /// Returns the element with two attributes of one name, when there is one.
  pugi::xml_node Write(const pugi::xml_node& root) {
    for (pugi::xml_node node = root;;) {
      if (!Open(node)) return node;
      if (const pugi::xml_node child = node.first_child()) {
        node = child;
        continue;
      }
      while (node != root && !node.next_sibling()) {
        node = node.parent();
        Close(node);
      }
      if (node == root) return {};
      node = node.next_sibling();
    }
  }

 private:
  bool Open(const pugi::xml_node& node) {
    if (!IsElement(node)) {
      const std::string_view value = node.value();
      if (narrative_depth_ > 0 || !IsBlank(value)) AppendEscaped(value, "&<>\r");
      return true;
    }
    text_.append("<").append(node.name());
    if (!WriteAttributes(node)) return false;
    if (!node.first_child()) {
      text_.append("/>");
      return true;
    }
    text_.push_back('>');
    if (narrative_depth_ > 0 || LocalName(node.name()) == "div") ++narrative_depth_;
    return true;
  }

  void Close(const pugi::xml_node& node) {
    if (narrative_depth_ > 0) --narrative_depth_;
    text_.append("</").append(node.name()).append(">");
  }

  bool WriteAttributes(const pugi::xml_node& node) {
    attributes_.assign(node.attributes_begin(), node.attributes_end());
    const auto by_name = [](const pugi::xml_attribute& a, const pugi::xml_attribute& b) {
      return std::string_view(a.name()) < b.name();
    };
    std::sort(attributes_.begin(), attributes_.end(), by_name);
    std::string_view before;
    for (const pugi::xml_attribute& attribute : attributes_) {
      const std::string_view name = attribute.name();
      if (name == before) return false;
      before = name;
      if (name == "xmlns" && attribute.value() == kFhirNameSpace) continue;
      text_.append(" ").append(name).append("=\"");
      AppendEscaped(attribute.value(), "&<\"\t\n\r");
      text_.push_back('"');
    }
    return true;
  }

  void AppendEscaped(std::string_view value, std::string_view escaped) {
    for (std::size_t at = value.find_first_of(escaped); at != std::string_view::npos;
         at = value.find_first_of(escaped)) {
      text_.append(value.substr(0, at)).append("&#");
      text_.append(std::to_string(static_cast<int>(value[at]))).append(";");
      value.remove_prefix(at + 1);
    }
    text_.append(value);
  }

  std::string& text_;
  std::size_t narrative_depth_ = 0;  // open elements from a `div` on
  std::vector<pugi::xml_attribute> attributes_;
};

pugi::xml_node ChildOf(const pugi::xml_node& node, std::string_view name) {
  return node.find_child([&](const pugi::xml_node& child) {
    return IsElement(child) && LocalName(child.name()) == name;
  });
}

}  // namespace

class XmlParser::Implementation final {
 public:
  Result<std::string_view> Parse(std::string_view element) {
    document_.reset();
    canonical_.clear();
    if (const auto bad = FindInvalidUtf8(element)) {
      return MakeError(ErrorCode::kUtf8Invalid, "the byte is not part of valid UTF-8")
          .At({.file = {}, .byte_offset = *bad, .line = std::nullopt});
    }
    if (const auto bad = FindForbiddenCharacter(element)) return Invalid(*bad);
    const auto loaded =
        document_.load_buffer(element.data(), element.size(), kParseOptions, pugi::encoding_utf8);
    if (!loaded) return Invalid(static_cast<std::size_t>(loaded.offset));
    const pugi::xml_node root = document_.document_element();
    if (!root) return Invalid(0);
    const pugi::xml_node faulty = CanonicalWriter(canonical_).Write(root);
    if (faulty) return Invalid(static_cast<std::size_t>(faulty.offset_debug()));
    return std::string_view(canonical_);
  }

  pugi::xml_node root() const { return document_.document_element(); }

 private:
  pugi::xml_document document_;
  std::string canonical_;
};

XmlParser::XmlParser() : implementation_(std::make_unique<Implementation>()) {}
XmlParser::~XmlParser() = default;

Result<std::string_view> XmlParser::Parse(std::string_view element) {
  return implementation_->Parse(element);
}

std::string XmlParser::name() const {
  return std::string(LocalName(implementation_->root().name()));
}

std::string XmlParser::name_space() const {
  const std::string name = implementation_->root().name();
  const std::size_t colon = name.find(':');
  const std::string attribute =
      colon == std::string::npos ? "xmlns" : "xmlns:" + name.substr(0, colon);
  return implementation_->root().attribute(attribute.c_str()).value();
}

std::optional<std::string> XmlParser::Value(std::initializer_list<std::string_view> path) const {
  pugi::xml_node node = implementation_->root();
  for (const std::string_view name : path) node = ChildOf(node, name);
  const pugi::xml_attribute value = node.attribute("value");
  if (!value) return std::nullopt;
  return std::string(value.value());
}

}  // namespace healix::formats::xml
