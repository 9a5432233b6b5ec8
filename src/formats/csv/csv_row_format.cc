// SPDX-License-Identifier: Apache-2.0
#include "formats/csv/csv_reader.h"

namespace healix::formats::csv {

std::string FormatCsvRow(std::span<const std::string_view> fields, std::span<const bool> quoted) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row.push_back(',');
    const std::string_view field = fields[i];
    // A lone empty field would read back as a blank line.
    const bool is_blank = field.empty() && fields.size() == 1;
    const bool asked = i < quoted.size() && quoted[i];
    if (!asked && !is_blank && field.find_first_of(",\"\r\n") == std::string_view::npos) {
      row.append(field);
      continue;
    }
    row.push_back('"');
    for (const char c : field) {
      if (c == '"') row.push_back('"');
      row.push_back(c);
    }
    row.push_back('"');
  }
  return row.append("\r\n");
}

}  // namespace healix::formats::csv
