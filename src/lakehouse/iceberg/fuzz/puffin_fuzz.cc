// SPDX-License-Identifier: Apache-2.0
// Puffin files and deletion vectors: nothing crashes, positions ascend.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "lakehouse/iceberg/deletion_vector.h"

namespace {

using namespace healix;
using namespace healix::lakehouse::iceberg;

void CheckAscending(const Result<std::vector<std::uint64_t>>& positions) {
  if (!positions) return;
  const bool ascends =
      std::ranges::adjacent_find(*positions, std::greater_equal<>()) == positions->end();
  HEALIX_CHECK(ascends, "positions do not ascend");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  const std::string_view input(reinterpret_cast<const char*>(data), bytes);
  CheckAscending(ReadDeletionVector(input));
  CheckAscending(ReadRoaring64(input));
  const Result<PuffinFooter> footer = ReadPuffinFooter(input);
  if (!footer) return 0;
  for (const PuffinBlob& blob : footer->blobs) {
    const Result<std::string> content = ReadPuffinBlob(input, blob);
    if (content) CheckAscending(ReadDeletionVector(*content));
  }
  return 0;
}
