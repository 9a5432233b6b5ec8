// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>

#include "base/result/check.h"
#include "lakehouse/engine/result_stream.h"

namespace healix::lakehouse::engine {

std::vector<std::string> UniqueNames(const std::vector<ResultColumn>& columns) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const ResultColumn& column : columns) {
    std::string name = column.name;
    for (int n = 2; !taken.insert(name).second; ++n) name = fmt::format("{}_{}", column.name, n);
    names.push_back(std::move(name));
  }
  return names;
}

void AppendJsonText(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void AppendJsonObject(std::string& out, const std::vector<std::string>& names, const TextRow& row) {
  HEALIX_CHECK(names.size() == row.size(), "a row has one cell per column");
  out += '{';
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += ", ";
    AppendJsonText(out, names[i]);
    out += ": ";
    switch (row[i].kind) {
      case TextCell::Kind::kNull:
        out += "null";
        break;
      case TextCell::Kind::kText:
        AppendJsonText(out, row[i].text);
        break;
      case TextCell::Kind::kLiteral:
      case TextCell::Kind::kJson:
        out += row[i].text;
        break;
    }
  }
  out += '}';
}

}  // namespace healix::lakehouse::engine
