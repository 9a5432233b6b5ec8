// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Names every error healix can report; the list is spec/errors.yaml.

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace healix {

/// Numbers an error once and for ever. Programs match on the name (`IO_FAILED`) or the number.
enum class ErrorCode : std::uint16_t {
#define HEALIX_ERROR(constant, number, ...) constant = number,
#include "healix/error_codes.inc"
#undef HEALIX_ERROR
};

/// Says what the registry knows about one code. All texts live for ever.
struct ErrorCodeInfo {
  ErrorCode code;
  std::string_view name;        ///< `IO_FAILED`
  bool retryable;               ///< the same call may succeed later without a change
  int http_status;              ///< RFC 9110 status
  std::string_view sqlstate;    ///< five characters, PostgreSQL appendix A
  std::string_view fhir_issue;  ///< FHIR R4 IssueType
  std::string_view operator_text;
  std::string_view action;  ///< what to do about it
};

/// Looks a code up; total, since codes come from the same list.
const ErrorCodeInfo& Describe(ErrorCode code);

/// Returns `IO_FAILED` for ErrorCode::kIoFailed.
std::string_view Name(ErrorCode code);

}  // namespace healix

template <>
struct fmt::formatter<healix::ErrorCode> : fmt::formatter<std::string_view> {
  auto format(healix::ErrorCode code, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(healix::Name(code), context);
  }
};
