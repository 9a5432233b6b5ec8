// SPDX-License-Identifier: Apache-2.0
// Any bytes, with and without a right frame around them: no crash, no mark behind the last row.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result/check.h"
#include "lakehouse/engine/deletion_vector_internal.h"

namespace {

constexpr std::uint64_t kRows = 1 << 20;

void AppendBigEndian(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
}

std::uint32_t Crc(std::string_view bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

std::string Framed(std::string_view bitmaps) {
  const std::string body = "\xD1\xD3\x39\x64" + std::string(bitmaps);
  std::string blob;
  AppendBigEndian(blob, static_cast<std::uint32_t>(body.size()));
  blob += body;
  AppendBigEndian(blob, Crc(body));
  return blob;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const std::string& blob : {std::string(input), Framed(input)}) {
    healix::lakehouse::engine::RowMarks marks(kRows);
    static_cast<void>(MarkDeletionVector(blob, marks));
    HEALIX_CHECK(!marks.IsMarked(kRows), "a row behind the end is marked");
  }
  return 0;
}
