// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "formats/archive/archive_builders_internal.h"

namespace healix::formats::archive::testing {
namespace {

std::string Deflate(std::string_view plain, int window_bits) {
  z_stream zlib{};
  HEALIX_CHECK(deflateInit2(&zlib, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK,
               "zlib starts");
  std::string packed(deflateBound(&zlib, plain.size()), '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  zlib.avail_in = static_cast<uInt>(plain.size());
  zlib.next_out = reinterpret_cast<Bytef*>(packed.data());
  zlib.avail_out = static_cast<uInt>(packed.size());
  HEALIX_CHECK(deflate(&zlib, Z_FINISH) == Z_STREAM_END, "zlib ends");
  packed.resize(zlib.total_out);
  deflateEnd(&zlib);
  return packed;
}

std::string Little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

std::string PackedContent(const ZipMember& member) {
  if (member.method == 8) return Deflate(member.content, -15);
  if (member.method == 93) return Zstd(member.content);
  return member.content;
}

std::uint32_t CrcOf(const ZipMember& member) {
  const auto crc =
      crc32_z(0, reinterpret_cast<const Bytef*>(member.content.data()), member.content.size());
  return static_cast<std::uint32_t>(crc) + member.crc_error;
}

/// The part that the local header and the directory share: flags to extra field length.
std::string SharedFields(const ZipMember& member, std::uint64_t packed, std::size_t extra_bytes) {
  const std::uint64_t all = 0xFFFFFFFF;
  return Little(member.flags, 2) + Little(member.method, 2) + Little(0, 4) +
         Little(CrcOf(member), 4) + Little(member.is_zip64 ? all : packed, 4) +
         Little(member.is_zip64 ? all : member.content.size(), 4) + Little(member.name.size(), 2) +
         Little(extra_bytes, 2);
}

std::string Zip64Extra(const ZipMember& member, std::uint64_t packed) {
  if (!member.is_zip64) return "";
  return Little(1, 2) + Little(16, 2) + Little(member.content.size(), 8) + Little(packed, 8);
}

}  // namespace

std::string Gzip(std::string_view plain) { return Deflate(plain, 15 + 16); }

std::string Zstd(std::string_view plain, int window_bits) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  if (window_bits > 0) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_bits);
  // Streaming without a known size keeps the window in the header as asked.
  std::string packed(ZSTD_compressBound(plain.size()) + 64, '\0');
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  ZSTD_inBuffer in{plain.data(), plain.size(), 0};
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
  HEALIX_CHECK(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) == 0, "zstd ends");
  packed.resize(out.pos);
  ZSTD_freeCCtx(context);
  return packed;
}

std::string TarEntry(const TarMember& member) {
  std::string header(512, '\0');
  header.replace(0, std::min<std::size_t>(member.name.size(), 100), member.name.substr(0, 100));
  header.replace(100, 8, std::string("0000644\0", 8));
  header.replace(124, 12, fmt::format("{:011o} ", member.content.size()));
  header.replace(136, 12, fmt::format("{:011o} ", 0));
  header.replace(148, 8, "        ");
  header[156] = member.type;
  header.replace(257, 8,
                 std::string("ustar\0"
                             "00",
                             8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  header.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  const std::size_t padding = (512 - member.content.size() % 512) % 512;
  return header + member.content + std::string(padding, '\0');
}

std::string PaxHeader(const std::vector<std::string>& records) {
  std::string content;
  for (const std::string& record : records) {
    std::size_t length = record.size() + 3;  // space, newline and at least one digit
    while (fmt::format("{} {}\n", length, record).size() != length) ++length;
    content += fmt::format("{} {}\n", length, record);
  }
  return TarEntry({"pax", content, 'x'});
}

std::string TarEnd() { return std::string(1024, '\0'); }

std::string Tar(const std::vector<TarMember>& members) {
  std::string bytes;
  for (const TarMember& member : members) bytes += TarEntry(member);
  return bytes + TarEnd();
}

std::string Zip(const std::vector<ZipMember>& members) {
  std::string bytes;
  std::string directory;
  bool is_zip64 = false;
  for (const ZipMember& member : members) {
    const std::string packed = PackedContent(member);
    const std::string extra = Zip64Extra(member, packed.size());
    is_zip64 = is_zip64 || member.is_zip64;
    directory += Little(0x02014b50, 4) + Little(3 << 8 | 45, 2) + Little(45, 2) +
                 SharedFields(member, packed.size(), extra.size()) + Little(0, 2 + 2 + 2) +
                 Little(std::uint64_t{member.unix_mode} << 16, 4) + Little(bytes.size(), 4) +
                 member.name + extra;
    ZipMember local = member;
    const bool streamed = (member.flags & 8) != 0;
    std::string shared = SharedFields(local, packed.size(), extra.size());
    if (streamed) shared.replace(8, 12, std::string(12, '\0'));
    bytes += Little(0x04034b50, 4) + Little(45, 2) + shared + member.name + extra + packed;
    if (streamed) {
      bytes += Little(0x08074b50, 4) + Little(CrcOf(member), 4) + Little(packed.size(), 4) +
               Little(member.content.size(), 4);
    }
  }
  const std::uint64_t offset = bytes.size();
  bytes += directory;
  if (is_zip64) {
    const std::uint64_t end64 = bytes.size();
    bytes += Little(0x06064b50, 4) + Little(44, 8) + Little(45, 2) + Little(45, 2) + Little(0, 8) +
             Little(members.size(), 8) + Little(members.size(), 8) + Little(directory.size(), 8) +
             Little(offset, 8);
    bytes += Little(0x07064b50, 4) + Little(0, 4) + Little(end64, 8) + Little(1, 4);
  }
  const std::uint64_t shown_offset = is_zip64 ? 0xFFFFFFFF : offset;
  return bytes + Little(0x06054b50, 4) + Little(0, 4) + Little(members.size(), 2) +
         Little(members.size(), 2) + Little(directory.size(), 4) + Little(shown_offset, 4) +
         Little(0, 2);
}

const Seen* Input::Find(std::string_view name) const {
  for (const Seen& seen : members) {
    if (seen.member.name == name) return &seen;
  }
  return nullptr;
}

std::string Input::Content(std::string_view name) const {
  const Seen* seen = Find(name);
  return seen == nullptr ? "no such member" : seen->content;
}

Input ReadInput(base::FileSystem& files, const std::string& path, const ArchiveLimits& limits,
                std::size_t buffer_bytes) {
  Input input;
  auto opened = OpenInput(files, path, limits);
  if (!opened) {
    input.error = opened.error();
    return input;
  }
  std::vector<std::byte> buffer(buffer_bytes);
  while (true) {
    auto next = (*opened)->Next();
    if (!next) input.error = next.error();
    if (!next || !*next) return input;
    Seen seen{**std::move(next), "", std::nullopt};
    while (seen.member.stream != nullptr) {
      const auto got = seen.member.stream->Read(buffer);
      if (!got) seen.read_error = got.error();
      if (!got || *got == 0) break;
      seen.content += base::AsText(std::span(buffer).first(*got));
    }
    seen.member.stream = nullptr;
    input.members.push_back(std::move(seen));
  }
}

Input ReadBytes(const std::string& name, std::string_view bytes, const ArchiveLimits& limits) {
  base::FaultFileSystem files;
  HEALIX_CHECK(base::WriteFileDurably(files, "/" + name, bytes).has_value(), "memory takes it");
  return ReadInput(files, "/" + name, limits);
}

}  // namespace healix::formats::archive::testing
