// SPDX-License-Identifier: Apache-2.0
// Any bytes, whole and in pieces: the same frames, or an error at the same place.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result/check.h"
#include "lakehouse/engine_process/frame_internal.h"

namespace {

using healix::lakehouse::engine_process::Frame;
using healix::lakehouse::engine_process::FrameDecoder;
using healix::lakehouse::engine_process::HeaderOf;

struct Decoded {
  std::string text;  // all whole frames, as they would be sent
  bool failed = false;
};

Decoded Decode(std::span<const std::byte> bytes, std::size_t step_bytes) {
  FrameDecoder decoder;
  Decoded decoded;
  while (!bytes.empty()) {
    const auto space = decoder.Space();
    HEALIX_CHECK(!space.empty(), "no space");
    const std::size_t count = std::min({space.size(), step_bytes, bytes.size()});
    std::copy_n(bytes.begin(), count, space.begin());
    bytes = bytes.subspan(count);
    auto frame = decoder.Commit(count);
    if (!frame) {
      decoded.failed = true;
      return decoded;
    }
    if (!*frame) continue;
    const auto header = HeaderOf(**frame);
    decoded.text.append(reinterpret_cast<const char*>(header.data()), header.size());
    decoded.text += (*frame)->payload;
  }
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const Decoded whole = Decode(bytes, size + 1);
  for (const std::size_t step : {1, 7, 16}) {
    const Decoded pieces = Decode(bytes, step);
    HEALIX_CHECK(pieces.text == whole.text && pieces.failed == whole.failed, "pieces differ");
  }
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  HEALIX_CHECK(input.starts_with(whole.text), "frames say what did not come");
  return 0;
}
