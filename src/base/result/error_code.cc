// SPDX-License-Identifier: Apache-2.0
#include "base/result/error_code.h"

#include <array>

#include "base/result/check.h"

namespace healix {
namespace {

constexpr auto kInfos = std::to_array<ErrorCodeInfo>({
#define HEALIX_ERROR(constant, number, ...) {ErrorCode::constant, __VA_ARGS__},
#include "healix/error_codes.inc"
#undef HEALIX_ERROR
});

}  // namespace

const ErrorCodeInfo& Describe(ErrorCode code) {
  for (const ErrorCodeInfo& info : kInfos) {
    if (info.code == code) return info;
  }
  HEALIX_CHECK(false, "an error code outside the registry");
}

std::string_view Name(ErrorCode code) { return Describe(code).name; }

}  // namespace healix
