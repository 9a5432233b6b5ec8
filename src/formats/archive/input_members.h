// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Opens a file as the members it holds: itself when plain, the contents of archives inside.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/hash/sha256.h"
#include "base/io/byte_stream.h"
#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::formats::archive {

/// Bounds what an archive may ask of us. The first three are settings `archive.*`.
struct ArchiveLimits {
  /// Unpacked bytes per compressed byte of the outermost file, over all layers.
  std::uint64_t ratio_max = 1000;
  /// Compressions and archives inside each other: `.tar.gz` has 2.
  int depth_max = 4;
  /// Members of one archive, those of archives inside it not counted.
  std::uint64_t members_max = 2'000'000;
  /// What may be unpacked whatever the ratio, so that small files of blanks are no bombs.
  std::uint64_t ratio_free_bytes = std::uint64_t{1} << 20;
  std::size_t name_bytes_max = 4096;
  /// A zip file inside another archive is held in memory, as its directory is at its end.
  std::uint64_t nested_zip_bytes_max = std::uint64_t{32} << 20;

  /// kInvalidArgument when a limit is 0.
  Status Validate() const;
};

enum class MemberClass : std::uint8_t {
  kContent,   ///< to be read through `stream`
  kIgnored,   ///< not data, `rule` says why: folders, side files of desktops
  kRejected,  ///< can't or mustn't be read, `error` says why; reading goes on behind it
};

/// Is one file of the input. What is not read still has its size and hash, for the receipt.
struct Member {
  /// Path inside, archives inside archives joined by `!` (`inner.tar!a.json`); "" for a file that
  /// is no archive. UTF-8; other bytes stand as %XX.
  std::string name;
  /// `path`, or `path!name`: what Position::file of everything read from it should say.
  std::string place;
  /// Last part of the name without the endings of compressions: `a.json` for `x/a.json.gz`.
  std::string content_name;
  MemberClass member_class = MemberClass::kContent;
  /// Delivers the unpacked bytes; lives until the next Next(). nullptr unless kContent.
  base::ByteStream* stream = nullptr;
  /// The name promises another compression than the content has: `named .gz, is zstd`; or "".
  std::string note;
  std::string rule;            ///< kIgnored: archive.folder, archive.side_file
  std::optional<Error> error;  ///< kRejected
  std::uint64_t size_bytes =
      0;                    ///< kIgnored, kRejected: bytes passed over, as the archive holds them
  base::Sha256Digest hash;  ///< kIgnored, kRejected: of those bytes
};

/// Walks the members of one file in the order in which they lie there, in bounded memory and
/// without unpacking to disk.
/// Owns     the open file and its decompressors.
/// Threads  one at a time.
/// Limits   ArchiveLimits; zstd windows to 2^27 bytes, whatever their file says.
class InputMembers {
 public:
  virtual ~InputMembers() = default;

  /// Returns the next member, or nothing at the end; the stream of the last one ends here.
  /// A member that is damaged is kRejected, or fails in its stream's Read() behind what its
  /// checksums vouch for; Next() goes on behind it where the archive allows. An error of Next()
  /// itself is final.
  /// Errors   kArchiveInvalid (truncated, wrong checksum), kArchiveBomb, kLimitExceeded, kIoFailed;
  ///          the position names file, member and the offset after decompression.
  virtual Result<std::optional<Member>> Next() = 0;
};

/// Opens a file: plain, gzip, zstd, zip, tar, and these inside each other.
/// The content decides what it is, the name does not: a `.gz` that is zstd is read and noted; only
/// a name that promises compression on content that has none is kArchiveInvalid, because that may
/// as well be a damaged file. Compressions known but not read (xz, bzip2, 7z, lz4) are
/// kUnsupported. Errors   those of FileSystem::Open; kArchiveInvalid; kUnsupported; kLimitExceeded.
/// Example  ArchiveTest.ReadsATarInsideZstd
Result<std::unique_ptr<InputMembers>> OpenInput(base::FileSystem& files, const std::string& path,
                                                const ArchiveLimits& limits);

}  // namespace healix::formats::archive
