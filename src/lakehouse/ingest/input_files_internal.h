// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds the files of an ingest and says what each is.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "base/result/result.h"
#include "lakehouse/ingest/item_source_internal.h"

namespace healix::lakehouse::ingest {

/// One file on disk, or what stands where files should be and can't be read.
struct InputFile {
  std::string path;  ///< absolute, the bytes of the file system
  std::string source;
  std::uint64_t size_bytes = 0;
  std::string ignore_rule;          ///< "" when it is to be read
  std::optional<Error> unreadable;  ///< known without opening it: a link that leads nowhere, a
                                    ///< folder that can't be listed
};

/// Finds all files below `paths`, sorted by path. Nothing below them stops it: folders that can't
/// be listed or lie deeper than 64 folders (kLimitExceeded) and links that lead nowhere are found
/// as unreadable; a link to a folder that it lies in is ignored as `link-to-parent-folder`.
/// Errors   kFileNotFound and kPermissionDenied of `paths` themselves, kSourceNameInvalid,
///          kInputVanished.
Result<std::vector<InputFile>> FindInputFiles(base::FileSystem& files,
                                              const std::vector<std::string>& paths,
                                              const std::optional<std::string>& source);

/// What a file or member is: a kind, or the rule by which it is not read.
struct Recognised {
  std::optional<InputKind> kind;
  std::string ignore_rule;
};

/// Decides by the ending of the name, else by the first bytes.
/// Example  InputFilesTest.RecognisesByNameElseByContent
Recognised Recognise(std::string_view content_name, std::string_view head);

/// Turns kFileNotFound of a file that was there when the run began into kInputVanished.
Error Vanished(const Error& error, const std::string& path);

/// Hash and identity of a file as it was read from start to end.
struct FileIdentity {
  std::string sha256;  ///< hexadecimal
  std::uint64_t size_bytes = 0;
  std::chrono::system_clock::time_point modified_at;
  bool operator==(const FileIdentity&) const = default;
};
/// Errors kInputVanished when the file is gone, kCancelled, kUnsupported when it is none (a folder,
/// pipe, socket or device, which is not opened), and those of base::FileSystem.
Result<FileIdentity> IdentifyFile(base::FileSystem& files, const std::string& path,
                                  const std::stop_token& stop = {});
/// Errors kInputVanished when size or time of change are not those of `identity` any more.
Status CheckUnchanged(base::FileSystem& files, const std::string& path,
                      const FileIdentity& identity);

/// Lets one look at the front of a stream before reading it, and counts what it gave.
class PeekedStream final : public base::ByteStream {
 public:
  static constexpr std::size_t kHeadBytes = 4096;
  explicit PeekedStream(base::ByteStream& stream) : stream_(stream) {}

  /// Returns up to kHeadBytes of the front; call before Read(). An error behind them is kept for
  /// Read(), so that they can be taken in first.
  std::string_view Head();
  const std::optional<Error>& error_behind_head() const { return error_; }
  Result<std::size_t> Read(std::span<std::byte> buffer) override;
  /// Reads to the end, or to an error, and returns how many bytes there were from the front on.
  std::uint64_t CountToEnd();

 private:
  base::ByteStream& stream_;
  std::string head_;
  std::size_t head_given_ = 0;
  std::uint64_t bytes_given_ = 0;
  std::optional<Error> error_;
};

/// Reads a stream that is not data to its end, for its hash and size. Errors: the stream's.
Result<IgnoredFile> IgnoreStream(const std::string& place, const std::string& rule,
                                 base::ByteStream& stream);

}  // namespace healix::lakehouse::ingest
