// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Stops the process on a bug: a state that correct code can't reach.

namespace healix {

/// Writes file, line and the literal text to standard error and aborts. Never returns.
[[noreturn]] void FailCheck(const char* file, int line, const char* condition, const char* text);

}  // namespace healix

/// Stops the process when `condition` is false. `text` is a literal: it can't carry data.
/// For bugs only: bad input is a Finding, what the world refuses is an Error.
#define HEALIX_CHECK(condition, text)                                  \
  do {                                                                 \
    if (!(condition)) [[unlikely]] {                                   \
      ::healix::FailCheck(__FILE__, __LINE__, #condition, "" text ""); \
    }                                                                  \
  } while (false)
