// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine_process/messages_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

bool IsCode(std::uint16_t number) {
  switch (number) {
#define HEALIX_ERROR(constant, number, ...) case number:
#include "healix/error_codes.inc"
#undef HEALIX_ERROR
    return true;
    default:
      return false;
  }
}

}  // namespace

FailureMessage FailureFrom(const Error& error) {
  return {static_cast<std::uint16_t>(error.code()), error.message(), error.position()};
}

Error ErrorFrom(const FailureMessage& failure) {
  const auto code =
      IsCode(failure.code) ? static_cast<ErrorCode>(failure.code) : ErrorCode::kEngineFailed;
  return Error(code, failure.text).At(failure.position);
}

}  // namespace healix::lakehouse::engine_process
