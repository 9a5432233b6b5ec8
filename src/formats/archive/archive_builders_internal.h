// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Builds good and bad archives for tests, and reads inputs whole.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/fault_file_system.h"
#include "formats/archive/input_members.h"

namespace healix::formats::archive::testing {

std::string Gzip(std::string_view plain);
/// `window_bits` 0 leaves it to the library.
std::string Zstd(std::string_view plain, int window_bits = 0);

struct TarMember {
  std::string name;
  std::string content;
  char type = '0';
};
/// One member with its header and padding, in ustar.
std::string TarEntry(const TarMember& member);
/// A pax header with the given records (`path=...`), to stand before a member.
std::string PaxHeader(const std::vector<std::string>& records);
std::string TarEnd();
std::string Tar(const std::vector<TarMember>& members);

struct ZipMember {
  std::string name;
  std::string content;
  std::uint16_t method = 8;  ///< 0 stored, 8 deflate, 93 zstd
  std::uint16_t flags = 0;   ///< 8: sizes stand behind the data
  std::uint32_t unix_mode = 0;
  std::uint32_t crc_error = 0;  ///< is added to the right one
  bool is_zip64 = false;
};
std::string Zip(const std::vector<ZipMember>& members);

/// What one member was and said.
struct Seen {
  Member member;  ///< without its stream
  std::string content;
  std::optional<Error> read_error;
};

/// Everything an input gave until its end or its final error.
struct Input {
  std::vector<Seen> members;
  std::optional<Error> error;  ///< of opening or of Next()

  const Seen* Find(std::string_view name) const;
  std::string Content(std::string_view name) const;
};

/// Reads an input whole, `buffer_bytes` at a time.
Input ReadInput(base::FileSystem& files, const std::string& path, const ArchiveLimits& limits = {},
                std::size_t buffer_bytes = 65536);

/// Puts bytes on a disk in memory under a name and reads them.
Input ReadBytes(const std::string& name, std::string_view bytes, const ArchiveLimits& limits = {});

}  // namespace healix::formats::archive::testing
