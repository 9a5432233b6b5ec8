// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/hash/sha256.h"
#include "lakehouse/ingest/input_files_internal.h"
#include "lakehouse/ingest/source_names_internal.h"

namespace healix::lakehouse::ingest {
namespace {

constexpr int kFolderDepthMax = 64;
constexpr std::size_t kReadBytes = std::size_t{1} << 18;

/// Files that programs leave beside data, by name.
std::string SideFileRule(std::string_view name) {
  if (name == "__MACOSX" || name.starts_with("._")) return "macos-side-file";
  if (name.starts_with(".")) return "hidden-file";
  if (name.ends_with(".crc")) return "checksum-file";
  if (name == "_SUCCESS") return "success-marker";
  if (name == "log.ndjson") return "bulk-export-log";
  return "";
}

/// Where a walk is: a folder, its source and by which rule all below it is ignored.
struct Place {
  std::string path;
  std::string source;
  std::string ignore_rule;
  int depth = 0;
};

bool IsLink(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::is_symlink(path, unknown);
}

/// Tells whether a folder is a link to one that it lies in, so that a walk would not end.
bool LeadsBack(const std::string& path) {
  if (!IsLink(path)) return false;
  namespace fs = std::filesystem;
  std::error_code unknown;
  const fs::path target = fs::canonical(path, unknown);
  if (target.empty()) return false;
  for (fs::path at = fs::path(path).parent_path(); at.has_relative_path(); at = at.parent_path()) {
    const fs::path parent = fs::canonical(at, unknown);
    if (std::mismatch(target.begin(), target.end(), parent.begin(), parent.end()).first ==
        target.end()) {
      return true;
    }
  }
  return false;
}

/// Finds what lies below one place.
class Walk final {
 public:
  explicit Walk(base::FileSystem& files) : files_(files) {}

  Status Visit(const Place& place) {
    const auto info = files_.Stat(place.path);
    if (!info) return NoteUnreadable(place, info.error());
    if (!info->is_folder) {
      found_.push_back({place.path, place.source, info->size_bytes, place.ignore_rule, {}});
      return {};
    }
    if (LeadsBack(place.path)) {
      found_.push_back({place.path, place.source, 0, "link-to-parent-folder", {}});
      return {};
    }
    return Enter(place);
  }

  std::vector<InputFile> TakeFound() { return std::move(found_); }

 private:
  Status Enter(const Place& place) {
    if (place.depth >= kFolderDepthMax) {
      return NoteUnreadable(
          place, MakeError(ErrorCode::kLimitExceeded, "folder {} lies deeper than {} folders",
                           SafePath(place.path), kFolderDepthMax));
    }
    const auto names = files_.List(place.path);
    if (!names) return NoteUnreadable(place, names.error());
    for (const std::string& name : *names) {
      Place below = place;
      below.path += (place.path.ends_with('/') ? "" : "/") + name;
      if (below.ignore_rule.empty()) below.ignore_rule = SideFileRule(name);
      ++below.depth;
      HEALIX_RETURN_IF_ERROR(Visit(below));
    }
    return {};
  }

  /// A link that leads nowhere is there; other places that are not found were there a moment ago.
  Status NoteUnreadable(const Place& place, const Error& error) {
    if (error.code() == ErrorCode::kFileNotFound && !IsLink(place.path)) {
      return Vanished(error, place.path);
    }
    found_.push_back({place.path, place.source, 0, place.ignore_rule, error});
    return {};
  }

  base::FileSystem& files_;
  std::vector<InputFile> found_;
};

struct Ending {
  std::string_view text;
  InputKind kind;
};
constexpr std::array<Ending, 8> kEndings = {{{".json", InputKind::kFhirJson},
                                             {".ndjson", InputKind::kFhirJson},
                                             {".jsonl", InputKind::kFhirJson},
                                             {".fhir", InputKind::kFhirJson},
                                             {".xml", InputKind::kFhirXml},
                                             {".csv", InputKind::kCsv},
                                             {".tsv", InputKind::kCsv},
                                             {".parquet", InputKind::kParquet}}};

std::optional<InputKind> KindByName(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const Ending& ending : kEndings) {
    if (lower.ends_with(ending.text)) return ending.kind;
  }
  return std::nullopt;
}

std::optional<InputKind> KindByContent(std::string_view head) {
  if (head.starts_with("PAR1")) return InputKind::kParquet;
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return std::nullopt;
  if (head[first] == '{' || head[first] == '[') return InputKind::kFhirJson;
  if (head[first] == '<') return InputKind::kFhirXml;
  return std::nullopt;
}

/// Refuses what must not be opened: it may wait for ever, or never end.
Status CheckIsFile(const base::FileInfo& info, const std::string& path) {
  using std::filesystem::file_type;
  std::error_code unknown;
  const file_type type = std::filesystem::status(path, unknown).type();
  const bool is_other = type == file_type::fifo || type == file_type::socket ||
                        type == file_type::character || type == file_type::block;
  if (!is_other && !info.is_folder) return {};
  return MakeError(ErrorCode::kUnsupported, "{} is {}, which is not read", SafePath(path),
                   SafeReason(info.is_folder ? "a folder" : "a pipe, socket or device"));
}

/// The manifest of a bulk export names files and is no resource (Bulk Data Access IG 2.0,
/// "Response - Output Manifest").
bool IsBulkManifest(std::string_view head) {
  const auto has = [&](std::string_view name) { return head.find(name) != std::string_view::npos; };
  return !has("\"resourceType\"") && has("\"transactionTime\"") && has("\"output\"");
}

}  // namespace

Result<std::vector<InputFile>> FindInputFiles(base::FileSystem& files,
                                              const std::vector<std::string>& paths,
                                              const std::optional<std::string>& source) {
  Walk walk(files);
  for (const std::string& path : paths) {
    Place place;
    std::error_code error;
    place.path = std::filesystem::absolute(path, error).lexically_normal().string();
    if (place.path.size() > 1 && place.path.ends_with('/')) place.path.pop_back();
    HEALIX_TRY(const base::FileInfo info, files.Stat(place.path));
    if (source) {
      place.source = *source;
    } else {
      const std::filesystem::path folder = info.is_folder
                                               ? std::filesystem::path(place.path)
                                               : std::filesystem::path(place.path).parent_path();
      HEALIX_TRY(place.source, SourceNameFor(folder.string()));
    }
    HEALIX_RETURN_IF_ERROR(CheckSourceName(place.source));
    HEALIX_RETURN_IF_ERROR(walk.Visit(place));
  }
  std::vector<InputFile> found = walk.TakeFound();
  // Arrival within an ingest is by file name, so that the order of the paths has no effect.
  std::stable_sort(found.begin(), found.end(),
                   [](const InputFile& a, const InputFile& b) { return a.path < b.path; });
  return found;
}

Recognised Recognise(std::string_view content_name, std::string_view head) {
  if (const std::string rule = SideFileRule(content_name); !rule.empty()) {
    return {std::nullopt, rule};
  }
  std::optional<InputKind> kind = KindByName(content_name);
  if (!kind) kind = KindByContent(head);
  if (!kind) return {std::nullopt, "unknown-kind"};
  if (kind == InputKind::kFhirJson && IsBulkManifest(head)) {
    return {std::nullopt, "bulk-export-manifest"};
  }
  return {kind, ""};
}

Error Vanished(const Error& error, const std::string& path) {
  if (error.code() != ErrorCode::kFileNotFound) return error;
  return MakeError(ErrorCode::kInputVanished, "{} is gone", SafePath(path));
}

Result<FileIdentity> IdentifyFile(base::FileSystem& files, const std::string& path,
                                  const std::stop_token& stop) {
  const auto info = files.Stat(path);
  if (!info) return Vanished(info.error(), path);
  HEALIX_RETURN_IF_ERROR(CheckIsFile(*info, path));
  auto file = files.Open(path, base::OpenMode::kRead);
  if (!file) return Vanished(file.error(), path);
  base::Sha256 hash;
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kReadBytes);
  FileIdentity identity;
  identity.modified_at = info->modified_at;
  while (true) {
    HEALIX_TRY(const std::size_t read,
               (*file)->ReadAt(identity.size_bytes, std::span(buffer.get(), kReadBytes)));
    if (read == 0) break;
    if (stop.stop_requested()) return MakeError(ErrorCode::kCancelled, "hashing was stopped");
    hash.Update(std::span(buffer.get(), read));
    identity.size_bytes += read;
  }
  identity.sha256 = hash.Finish().ToHex();
  return identity;
}

Status CheckUnchanged(base::FileSystem& files, const std::string& path,
                      const FileIdentity& identity) {
  const auto info = files.Stat(path);
  if (!info) return Vanished(info.error(), path);
  if (info->size_bytes == identity.size_bytes && info->modified_at == identity.modified_at) {
    return {};
  }
  return MakeError(ErrorCode::kInputVanished, "{} changed while it was read", SafePath(path));
}

Result<IgnoredFile> IgnoreStream(const std::string& place, const std::string& rule,
                                 base::ByteStream& stream) {
  base::Sha256 hash;
  std::string buffer(kReadBytes, '\0');
  IgnoredFile ignored{place, rule, "", 0};
  while (true) {
    HEALIX_TRY(const std::size_t read, stream.Read(std::as_writable_bytes(std::span(buffer))));
    if (read == 0) break;
    hash.Update(std::string_view(buffer).substr(0, read));
    ignored.size_bytes += read;
  }
  ignored.sha256 = hash.Finish().ToHex();
  return ignored;
}

std::string_view PeekedStream::Head() {
  head_.resize(kHeadBytes);
  std::size_t filled = 0;
  while (filled < kHeadBytes) {
    const auto read = stream_.Read(std::as_writable_bytes(std::span(head_).subspan(filled)));
    if (!read) error_ = read.error();
    if (!read || *read == 0) break;
    filled += *read;
  }
  head_.resize(filled);
  return head_;
}

Result<std::size_t> PeekedStream::Read(std::span<std::byte> buffer) {
  if (head_given_ == head_.size()) {
    if (error_) return *error_;
    auto read = stream_.Read(buffer);
    if (read) bytes_given_ += *read;
    return read;
  }
  const std::size_t given = std::min(buffer.size(), head_.size() - head_given_);
  std::memcpy(buffer.data(), head_.data() + head_given_, given);
  head_given_ += given;
  bytes_given_ += given;
  return given;
}

std::uint64_t PeekedStream::CountToEnd() {
  std::string buffer(kReadBytes, '\0');
  while (true) {
    const auto read = Read(std::as_writable_bytes(std::span(buffer)));
    if (!read || *read == 0) return bytes_given_;
  }
}

}  // namespace healix::lakehouse::ingest
