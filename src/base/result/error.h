// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Carries one failure: a code, a sentence without personal data, and where it happened.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result/error_code.h"
#include "base/result/phi_free.h"

namespace healix {

/// Points into an input. Unset parts are unknown, not zero.
struct Position {
  std::string file;                          ///< path, with `!member` for archives
  std::optional<std::uint64_t> byte_offset;  ///< from 0, after decompression
  std::optional<std::uint64_t> line;         ///< from 1

  /// Returns `file:line` or `file@offset`, or "" when nothing is known.
  std::string ToString() const;
};

/// Describes one failure. Copyable; one pointer wide.
/// PHI      the message takes PhiFree arguments only.
class [[nodiscard]] Error final {
 public:
  Error(ErrorCode code, std::string safe_message);

  ErrorCode code() const { return detail_->code; }
  const std::string& message() const { return detail_->message; }
  const Position& position() const { return detail_->position; }
  bool retryable() const { return Describe(code()).retryable; }

  /// Returns the same error with a position; an earlier, more exact position is kept.
  Error At(Position position) const;
  /// Returns the same error with `context: ` before the message.
  Error Within(const SafeText& context) const;
  /// Returns `error[CODE]: message (position)`.
  std::string ToString() const;

 private:
  struct Detail {
    ErrorCode code;
    std::string message;
    Position position;
  };
  std::shared_ptr<const Detail> detail_;
};

/// Makes an error; the format string is checked at compile time, arguments must be PhiFree.
/// Example  ErrorTest.CarriesCodeMessageAndPosition
template <PhiFree... Args>
Error MakeError(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Error(code, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace healix
