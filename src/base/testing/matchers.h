// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Judges Results in tests: by code, never by wording.

#include <gtest/gtest.h>

#include "base/result/result.h"

namespace healix::testing {

/// Succeeds when `result` holds a value; says the error otherwise.
template <typename T>
::testing::AssertionResult IsOk(const Result<T>& result) {
  if (result.has_value()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << result.error().ToString();
}

/// Succeeds when `result` failed with `code`.
template <typename T>
::testing::AssertionResult IsError(const Result<T>& result, ErrorCode code) {
  if (result.has_value()) {
    return ::testing::AssertionFailure() << "succeeded, expected " << Name(code);
  }
  if (result.error().code() == code) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "expected " << Name(code) << ", got " << result.error().ToString();
}

}  // namespace healix::testing
