// SPDX-License-Identifier: Apache-2.0
#include "scan_call.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

namespace healix::conformance::iceberg {
namespace {

namespace fs = std::filesystem;

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return text;
}

std::map<std::string, std::string> OptionsOf(const std::string& text) {
  static const std::regex option(R"(,\s*(\w+)\s*=\s*(?:'([^']*)'|([\w.?]+)))");
  std::map<std::string, std::string> options;
  for (std::sregex_iterator at(text.begin(), text.end(), option), last; at != last; ++at) {
    options[Lower((*at)[1])] = (*at)[2].matched ? (*at)[2].str() : (*at)[3].str();
  }
  return options;
}

std::string FirstLine(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// Returns the first of the names a version may have that exists; "" when none does.
std::string VersionFile(const fs::path& metadata, const std::string& version) {
  for (const char* pattern : {"v%.metadata.json", "%.metadata.json", "v%.gz.metadata.json"}) {
    const fs::path file =
        metadata / std::regex_replace(std::string(pattern), std::regex("%"), version);
    if (fs::exists(file)) return file.string();
  }
  return "";
}

}  // namespace

std::vector<ScanCall> FindScanCalls(std::string_view sql) {
  static const std::regex call(R"(iceberg_scan\s*\(\s*'([^']*)'\s*((?:,[^)]*)?)\))",
                               std::regex::icase);
  const std::string text(sql);
  std::vector<ScanCall> calls;
  for (std::sregex_iterator at(text.begin(), text.end(), call), last; at != last; ++at) {
    ScanCall found;
    found.begin = static_cast<std::size_t>(at->position());
    found.end = found.begin + static_cast<std::size_t>(at->length());
    found.path = (*at)[1];
    found.options = OptionsOf((*at)[2]);
    calls.push_back(std::move(found));
  }
  return calls;
}

std::string MetadataFileOf(const ScanCall& call, const std::string& root) {
  const fs::path path = fs::path(root) / call.path;
  if (path.string().ends_with(".metadata.json")) return path.string();
  const fs::path metadata = path / "metadata";
  if (const auto version = call.options.find("version"); version != call.options.end()) {
    return VersionFile(metadata, version->second);
  }
  if (fs::exists(metadata / "version-hint.text")) {
    return VersionFile(metadata, FirstLine(metadata / "version-hint.text"));
  }
  std::string newest;
  if (!fs::exists(metadata)) return newest;
  for (const auto& entry : fs::directory_iterator(metadata)) {
    const std::string name = entry.path().string();
    if (name.ends_with(".metadata.json") && name > newest) newest = name;
  }
  return newest;
}

std::string FileOf(std::string_view location, const std::string& root,
                   const std::string& table_folder) {
  std::string text(location);
  if (text.starts_with("file://")) text.erase(0, 7);
  if (text.starts_with("file:")) text.erase(0, 5);
  for (const fs::path& base : {fs::path(root), fs::path(root) / "data/persistent/iceberg"}) {
    if (const fs::path whole = base / text; fs::exists(whole)) return whole.string();
  }
  for (const char* folder : {"/metadata/", "/data/"}) {
    const std::size_t at = text.rfind(folder);
    if (at == std::string::npos) continue;
    const fs::path moved = fs::path(table_folder) / text.substr(at + 1);
    if (fs::exists(moved)) return moved.string();
  }
  return (fs::path(table_folder) / text).string();
}

}  // namespace healix::conformance::iceberg
