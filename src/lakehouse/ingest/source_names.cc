// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/hash/sha256.h"
#include "lakehouse/ingest/ingest.h"
#include "lakehouse/ingest/source_names_internal.h"

namespace healix::lakehouse::ingest {
namespace {

constexpr std::size_t kSourceNameBytesMax = 63;
/// With source and schema, the name of a folder of a table stays below 255 bytes.
constexpr std::size_t kTableStemBytesMax = 120;
constexpr std::size_t kDigestLetters = 17;

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Status CheckSourceName(std::string_view name) {
  bool good = !name.empty() && name.size() <= kSourceNameBytesMax && IsLetter(name.front());
  for (const char c : name) good = good && (IsLetter(c) || IsDigit(c));
  if (!good) {
    return MakeError(ErrorCode::kSourceNameInvalid,
                     "a source name is [a-z][a-z0-9]* of at most {} letters and digits",
                     kSourceNameBytesMax);
  }
  return {};
}

Result<std::string> SourceNameFor(const std::string& folder_path) {
  std::string_view folder = folder_path;
  while (folder.ends_with('/')) folder.remove_suffix(1);
  folder.remove_prefix(folder.find_last_of('/') + 1);
  std::string name;
  for (const char c : folder) {
    const char lower = Lower(c);
    if (IsLetter(lower) || (IsDigit(lower) && !name.empty())) name.push_back(lower);
  }
  name.resize(std::min(name.size(), kSourceNameBytesMax));
  if (name.empty()) {
    return MakeError(ErrorCode::kSourceNameInvalid,
                     "no source name can be made of folder {}: name it with --source",
                     SafePath(folder_path));
  }
  return name;
}

std::string StemOf(std::string_view file) {
  const std::size_t slash = file.find_last_of("/!");
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  const std::size_t dot = file.find('.', 1);
  return std::string(file.substr(0, dot));
}

std::string TableNameFor(std::string_view file) {
  std::string name = StemOf(file);
  if (name.size() > kTableStemBytesMax) {
    const std::string digest = base::Sha256Of(name).ToHex();
    name.resize(kTableStemBytesMax - kDigestLetters);
    name += '_' + digest.substr(0, kDigestLetters - 1);
  }
  for (char& c : name) {
    c = Lower(c);
    if (!IsLetter(c) && !IsDigit(c)) c = '_';
  }
  return name.empty() ? "data" : name;
}

}  // namespace healix::lakehouse::ingest
