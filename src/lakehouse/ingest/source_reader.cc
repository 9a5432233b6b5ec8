// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "base/hash/sha256.h"
#include "formats/archive/input_members.h"
#include "formats/cutting/text_encoding.h"
#include "lakehouse/ingest/place_names_internal.h"
#include "lakehouse/ingest/source_reader_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using OnRange = std::function<Status(const SourceRange&, std::string)>;
/// Ranges by place, each list sorted by offset.
using RangesByPlace = std::map<std::string, std::vector<SourceRange>>;

/// Reads a stream front to back and keeps what ranges ask for.
class RangeCutter final {
 public:
  explicit RangeCutter(base::ByteStream& stream) : stream_(stream), buffer_(kReadBytes, '\0') {}

  /// Reads `[offset, offset + length)`; offsets must not decrease.
  Result<std::string> Cut(std::uint64_t offset, std::uint64_t length) {
    // What was read before may be asked for again: nested or repeated ranges.
    std::string bytes;
    if (offset < last_offset_ + last_.size() && offset >= last_offset_) {
      bytes = last_.substr(offset - last_offset_, length);
    }
    while (position_ < offset) {
      HEALIX_TRY(const bool more, Fill());
      if (!more) return bytes;
      const std::uint64_t passed = std::min<std::uint64_t>(offset - position_, filled_ - at_);
      at_ += passed;
      position_ += passed;
    }
    while (bytes.size() < length) {
      HEALIX_TRY(const bool more, Fill());
      if (!more) break;
      const std::uint64_t taken = std::min<std::uint64_t>(length - bytes.size(), filled_ - at_);
      bytes.append(buffer_, at_, taken);
      at_ += taken;
      position_ += taken;
    }
    last_offset_ = offset;
    last_ = bytes;
    return bytes;
  }

 private:
  static constexpr std::size_t kReadBytes = std::size_t{256} << 10;

  /// Makes sure that the buffer holds a byte at `at_`; false at the end.
  Result<bool> Fill() {
    if (at_ < filled_) return true;
    at_ = 0;
    HEALIX_TRY(filled_, stream_.Read(std::as_writable_bytes(std::span(buffer_))));
    return filled_ > 0;
  }

  base::ByteStream& stream_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t last_offset_ = 0;
  std::string last_;
};

/// What was taken in once is read again, whatever the settings say today: their largest values.
formats::archive::ArchiveLimits RereadLimits() {
  formats::archive::ArchiveLimits limits;
  limits.ratio_max = 1'000'000;
  limits.depth_max = 8;
  limits.members_max = 100'000'000;
  return limits;
}

Status ReadFileRanges(base::FileSystem& files, const std::string& path, RangesByPlace& places,
                      const OnRange& on_range) {
  HEALIX_TRY(const auto members, formats::archive::OpenInput(files, path, RereadLimits()));
  while (!places.empty()) {
    HEALIX_TRY(const auto member, members->Next());
    if (!member) {
      return MakeError(ErrorCode::kFileNotFound, "{} is not in {} any more",
                       SafePath(places.begin()->first), SafePath(path));
    }
    const auto wanted = places.find(PlaceOfPath(path) + member->place.substr(path.size()));
    if (wanted == places.end() || member->stream == nullptr) continue;
    RangeCutter cutter(*member->stream);
    for (const SourceRange& range : wanted->second) {
      HEALIX_TRY(std::string bytes, cutter.Cut(range.offset, range.length));
      HEALIX_RETURN_IF_ERROR(on_range(range, std::move(bytes)));
    }
    places.erase(wanted);
  }
  return {};
}

}  // namespace

Result<std::string> FileOnDisk(base::FileSystem& files, const std::string& place) {
  for (const std::string& path : {place, PathOfPlace(place)}) {
    for (std::size_t end = path.find('!'); end != std::string::npos;
         end = path.find('!', end + 1)) {
      const auto info = files.Stat(path.substr(0, end));
      if (info && !info->is_folder) return path.substr(0, end);
    }
    if (files.Stat(path)) return path;
  }
  return MakeError(ErrorCode::kFileNotFound, "{} is not there", SafePath(place));
}

Status ReadRanges(base::FileSystem& files, std::vector<SourceRange> ranges,
                  const OnRange& on_range) {
  std::map<std::string, RangesByPlace> by_file;
  for (SourceRange& range : ranges) {
    HEALIX_TRY(const std::string path, FileOnDisk(files, range.file));
    by_file[path][range.file].push_back(std::move(range));
  }
  for (auto& [path, places] : by_file) {
    for (auto& [place, wanted] : places) {
      std::sort(wanted.begin(), wanted.end(),
                [](const SourceRange& a, const SourceRange& b) { return a.offset < b.offset; });
    }
    HEALIX_RETURN_IF_ERROR(ReadFileRanges(files, path, places, on_range));
  }
  return {};
}

std::optional<std::string> TextWithHash(std::string bytes, std::string_view sha256) {
  using formats::TextEncoding;
  if (base::Sha256Of(bytes).ToHex() == sha256) return bytes;
  for (const TextEncoding encoding : {TextEncoding::kUtf16Le, TextEncoding::kUtf16Be,
                                      TextEncoding::kWindows1252, TextEncoding::kLatin1}) {
    std::string utf8;
    formats::AppendAsUtf8(encoding, bytes, utf8);
    if (base::Sha256Of(utf8).ToHex() == sha256) return utf8;
  }
  return std::nullopt;
}

}  // namespace healix::lakehouse::ingest
