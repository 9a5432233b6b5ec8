// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds the end of the value at the front of a window, however far away it is.

#include <cstdint>
#include <optional>
#include <string>

#include "base/result/result.h"
#include "formats/cutting/rejected_range.h"
#include "formats/cutting/stream_window.h"
#include "formats/json/structure_scanner_internal.h"

namespace healix::formats::json {

/// What was found. Either the value is still in the window (`bytes` of it, at the front), or it was
/// rejected; then the window may already stand behind it.
struct CutValue {
  std::size_t bytes = 0;               ///< of the window's text; of a value too large: 0
  std::uint64_t length = 0;            ///< source bytes of the value
  std::optional<Rejection> rejection;  ///< set: no value
  bool line_ended = false;             ///< a newline stands where the value was still open
};

/// Cuts values by structure or by line.
/// Owns     the head of the last value that was too large; borrows the window.
/// Threads  one at a time.
class ValueCutter final {
 public:
  ValueCutter(StreamWindow& window, std::uint64_t record_bytes_max)
      : window_(window), record_bytes_max_(record_bytes_max) {}

  /// Cuts the value that starts at `begin` of the text and takes all before it along (the name of
  /// a member). Errors   those of the stream.
  Result<CutValue> ByStructure(std::size_t begin, NewlineRule rule);
  /// Cuts up to the next newline, without the blanks before it.
  Result<CutValue> ByLine();
  /// Rejects the run of `characters` at the front, however long it is.
  Result<CutValue> Stray(std::string_view characters, Error error);
  /// Rejects everything up to and with the bracket that closes the object around the front.
  Result<CutValue> RestOfObject(NewlineRule rule, Error error);
  /// Rejects `bytes` at the front of the window.
  CutValue Reject(std::size_t bytes, Error error);

  /// The first 64 KiB of the last rejected value.
  const std::string& rejected_head() const { return head_; }

 private:
  CutValue Accept(std::size_t bytes) const;
  template <typename Scan>
  Result<CutValue> DrainValue(Scan scan, ScanStep step, Error error);
  Error TooLarge() const;

  StreamWindow& window_;
  std::uint64_t record_bytes_max_;
  std::string head_;
};

}  // namespace healix::formats::json
