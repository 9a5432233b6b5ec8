// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads over bytes that are no record, however many they are, keeping their head and hash.

#include <cstdint>
#include <string>

#include "formats/cutting/rejected_range.h"
#include "formats/cutting/stream_window.h"

namespace healix::formats {

/// How far a scan of some text got: `bytes` of it belong to the range; `done` when it ends there.
struct DrainStep {
  bool done = false;
  std::size_t bytes = 0;
};

/// What was read over.
struct Drained {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  Rejection rejection;
  std::string head;
};

/// Steps the window over a range that starts at its front. `first` is what is already known of the
/// window's text; `scan(text)` returns the DrainStep for text behind it. The end of the input ends
/// the range too.
/// Errors   those of the stream.
template <typename Scan>
Result<Drained> Drain(StreamWindow& window, DrainStep first, Scan scan, Error error) {
  RejectedRange range;
  const std::uint64_t offset = window.offset();
  for (DrainStep step = first;;) {
    range.Add(window.text().substr(0, step.bytes));
    window.Skip(step.bytes);
    if (step.done) break;
    if (window.text().empty()) {
      HEALIX_TRY(const bool more, window.More());
      if (!more) break;
    }
    step = scan(window.text());
  }
  return Drained{offset, window.offset() - offset, range.Finish(std::move(error)), range.head()};
}

}  // namespace healix::formats
