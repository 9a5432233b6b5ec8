// SPDX-License-Identifier: Apache-2.0
// A text cut whole must give the same pieces as the same text in small reads, and every byte must
// stand in one class. The first byte of the input chooses the size of the reads and the limits.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result/check.h"
#include "formats/cutting/memory_stream.h"
#include "formats/json/json_cutter.h"

namespace {

using namespace healix::formats;
using json::JsonCutter;
using json::JsonCutterOptions;
using json::JsonPieceKind;

bool OpensSome(std::string_view head) { return head.find("entry") != std::string_view::npos; }

/// Writes all pieces as one text.
std::string Describe(std::string_view text, std::size_t read_bytes, std::uint64_t bytes_max) {
  MemoryStream stream(text, read_bytes);
  auto window = std::make_unique<StreamWindow>(stream);
  if (!window->Open(TextEncoding::kUtf8)) return "refused";
  const bool is_plain = window->encoding() == TextEncoding::kUtf8;
  JsonCutterOptions options;
  options.record_bytes_max = bytes_max;
  options.opens = OpensSome;
  options.array_name = "entry";
  const auto cutter = JsonCutter::Create(std::move(window), options);
  HEALIX_CHECK(cutter.has_value(), "a text can't make Create() fail");
  std::string all;
  for (;;) {
    const auto piece = (*cutter)->Next();
    HEALIX_CHECK(piece.has_value(), "a text can't make Next() fail");
    if (!*piece) break;
    const auto& got = **piece;
    all += std::to_string(static_cast<int>(got.kind)) + "@" + std::to_string(got.offset) + "+" +
           std::to_string(got.length) + ":" + std::string(got.bytes) + "\n";
    const bool is_whole = is_plain && got.kind != JsonPieceKind::kRejected;
    HEALIX_CHECK(!is_whole || text.substr(got.offset, got.length) == got.bytes,
                 "a piece is not what the source has there");
    if (got.rejection) all += got.rejection->sha256.ToHex();
  }
  HEALIX_CHECK((*cutter)->account().total_bytes() == text.size(), "bytes were lost or invented");
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  if (bytes == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, bytes - 1);
  const std::size_t read_bytes = 1 + data[0] % 16;
  const std::uint64_t bytes_max = data[0] < 128 ? 1 << 20 : 8 + data[0] % 64;
  const std::string whole = Describe(text, SIZE_MAX, bytes_max);
  HEALIX_CHECK(whole == Describe(text, read_bytes, bytes_max), "small reads give other pieces");
  return 0;
}
