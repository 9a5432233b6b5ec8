// SPDX-License-Identifier: Apache-2.0
// Any bytes as any message (the first byte says which): refused, or exactly what is sent for it.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/result/check.h"
#include "lakehouse/engine_process/messages_internal.h"

namespace {

using namespace healix::lakehouse;
using namespace healix::lakehouse::engine_process;

using Messages = std::tuple<OpenMessage, QueryMessage, WriteMessage, FailureMessage,
                            engine::ParquetInfo, std::vector<engine::WrittenFile>,
                            std::vector<engine::ResultColumn>, std::vector<engine::TextRow>>;

template <typename Message>
void Try(std::string_view bytes) {
  const auto decoded = Decode<Message>(bytes);
  if (decoded) HEALIX_CHECK(Encode(*decoded) == bytes, "another message is sent for it");
}

template <std::size_t... kIndexes>
void TryOne(std::size_t index, std::string_view bytes, std::index_sequence<kIndexes...>) {
  ((index == kIndexes ? Try<std::tuple_element_t<kIndexes, Messages>>(bytes) : void()), ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::size_t kCount = std::tuple_size_v<Messages>;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  TryOne(data[0] % kCount, input.substr(1), std::make_index_sequence<kCount>());
  return 0;
}
