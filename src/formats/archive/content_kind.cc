// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cctype>

#include "formats/archive/content_kind_internal.h"

namespace healix::formats::archive {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  ContentKind kind;
};

constexpr std::array kMagics = {
    Magic{"\x1f\x8b\x08"sv, ContentKind::kGzip},
    Magic{"\x28\xb5\x2f\xfd"sv, ContentKind::kZstd},
    Magic{"PK\x03\x04"sv, ContentKind::kZip},
    Magic{"PK\x05\x06"sv, ContentKind::kZip},
    Magic{"\xfd\x37zXZ\x00"sv, ContentKind::kXz},
    Magic{"7z\xbc\xaf\x27\x1c"sv, ContentKind::kSevenZip},
    Magic{"\x04\x22\x4d\x18"sv, ContentKind::kLz4},
    Magic{"Rar!\x1a\x07"sv, ContentKind::kRar},
};

/// bzip2 needs more than its three letters, which a text may start with.
bool IsBzip2(std::string_view front) {
  return front.size() >= 10 && front.starts_with("BZh") && front[3] >= '1' && front[3] <= '9' &&
         (front.substr(4, 6) == "1AY&SY"sv || front.substr(4, 6) == "\x17rE8P\x90"sv);
}

/// A zstd file may start with a frame to be skipped (RFC 8878 section 3.1.2).
bool IsSkippableZstdFrame(std::string_view front) {
  return front.size() >= 8 && (static_cast<unsigned char>(front[0]) & 0xF0) == 0x50 &&
         front.substr(1, 3) == "\x2a\x4d\x18"sv;
}

struct Ending {
  std::string_view text;
  ContentKind kind;
  std::string_view inner;  ///< what stands in its place inside
};

constexpr std::array kEndings = {
    Ending{".gz", ContentKind::kGzip, ""},      Ending{".gzip", ContentKind::kGzip, ""},
    Ending{".tgz", ContentKind::kGzip, ".tar"}, Ending{".zst", ContentKind::kZstd, ""},
    Ending{".zstd", ContentKind::kZstd, ""},    Ending{".tzst", ContentKind::kZstd, ".tar"},
    Ending{".zip", ContentKind::kZip, ""},      Ending{".tar", ContentKind::kTar, ""},
    Ending{".bz2", ContentKind::kBzip2, ""},    Ending{".xz", ContentKind::kXz, ""},
    Ending{".7z", ContentKind::kSevenZip, ""},  Ending{".lz4", ContentKind::kLz4, ""},
    Ending{".rar", ContentKind::kRar, ""},
};

}  // namespace

std::string_view Name(ContentKind kind) {
  static constexpr std::array kNames = {"not compressed"sv, "gzip"sv, "zstd"sv, "zip"sv, "tar"sv,
                                        "bzip2"sv,          "xz"sv,   "7z"sv,   "lz4"sv, "rar"sv};
  return kNames[static_cast<std::size_t>(kind)];
}

bool HasTarChecksum(std::span<const std::byte> block) {
  constexpr std::size_t kAt = 148;
  if (block.size() < 512) return false;
  std::int64_t unsigned_sum = 0;
  std::int64_t signed_sum = 0;  // old programs added signed characters
  std::int64_t written = 0;
  bool has_digits = false;
  for (std::size_t i = 0; i < 512; ++i) {
    const bool is_sum = i >= kAt && i < kAt + 8;
    const auto byte = is_sum ? std::byte{' '} : block[i];
    unsigned_sum += std::to_integer<unsigned char>(byte);
    signed_sum += static_cast<signed char>(std::to_integer<unsigned char>(byte));
    const char digit = static_cast<char>(block[i]);
    if (is_sum && digit >= '0' && digit <= '7') {
      written = written * 8 + (digit - '0');
      has_digits = true;
    }
  }
  return has_digits && (written == unsigned_sum || written == signed_sum);
}

ContentKind KindOfContent(std::span<const std::byte> front) {
  const std::string_view text(reinterpret_cast<const char*>(front.data()), front.size());
  for (const Magic& magic : kMagics) {
    if (text.starts_with(magic.bytes)) return magic.kind;
  }
  if (IsSkippableZstdFrame(text)) return ContentKind::kZstd;
  if (IsBzip2(text)) return ContentKind::kBzip2;
  return HasTarChecksum(front) ? ContentKind::kTar : ContentKind::kPlain;
}

Promise PromiseOfName(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Ending& ending : kEndings) {
    if (!lower.ends_with(ending.text) || lower.size() == ending.text.size()) continue;
    const std::string_view stem = name.substr(0, name.size() - ending.text.size());
    return {ending.kind, std::string(stem) + std::string(ending.inner)};
  }
  return {ContentKind::kPlain, std::string(name)};
}

}  // namespace healix::formats::archive
