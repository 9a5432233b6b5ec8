// SPDX-License-Identifier: Apache-2.0
// Any bytes under any name: no crash, bounded output, and the same in large and in small steps.
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/io/fault_file_system.h"
#include "formats/archive/input_members.h"

namespace {

using healix::formats::archive::ArchiveLimits;

/// Reads all of an input into one text that says what it gave.
std::string Transcript(healix::base::FileSystem& files, const std::string& path,
                       const ArchiveLimits& limits, std::size_t buffer_bytes) {
  auto input = healix::formats::archive::OpenInput(files, path, limits);
  if (!input) return std::string(healix::Name(input.error().code()));
  std::string text;
  std::vector<std::byte> buffer(buffer_bytes);
  while (true) {
    const auto member = (*input)->Next();
    if (!member) return text + std::string(healix::Name(member.error().code()));
    if (!*member) return text + "end";
    text += (*member)->place + "|" + (*member)->rule + "|" + (*member)->hash.ToHex() + "\n";
    std::string content;
    while ((*member)->stream != nullptr) {
      const auto got = (*member)->stream->Read(buffer);
      // How much comes out before damage is noticed is the decompressor's own affair.
      if (!got) content = healix::Name(got.error().code());
      if (!got || *got == 0) break;
      content += healix::base::AsText(std::span(buffer).first(*got));
    }
    text += content;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array kNames = {"/a", "/a.gz", "/a.zip", "/a.tar", "/a.tar.zst"};
  if (size == 0) return 0;
  const std::string path = kNames[data[0] % kNames.size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  healix::base::FaultFileSystem files;
  if (!healix::base::WriteFileDurably(files, path, bytes)) std::abort();
  ArchiveLimits limits;
  limits.ratio_max = 100;
  limits.ratio_free_bytes = 4096;
  limits.members_max = 100;
  limits.nested_zip_bytes_max = 1 << 16;
  const std::string large = Transcript(files, path, limits, std::size_t{1} << 16);
  const std::string small = Transcript(files, path, limits, 37);
  // A bomb is cut at a size that depends on the steps.
  const bool is_bomb = (large + small).find("ARCHIVE_BOMB") != std::string::npos;
  if (!is_bomb && large != small) std::abort();
  return 0;
}
