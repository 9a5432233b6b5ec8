// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Returns a value or an Error; member names are those of std::expected.

#include <type_traits>
#include <utility>
#include <variant>

#include "base/result/check.h"
#include "base/result/error.h"

namespace healix {

/// Holds a T or the Error that kept us from making one.
/// Threads  like T.
template <typename T>
class [[nodiscard]] Result final {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  template <typename U>
    requires(std::is_convertible_v<U &&, T> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error> &&
             !std::is_same_v<std::remove_cvref_t<U>, Result>)
  Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    HEALIX_CHECK(has_value(), "value() of a failed Result");
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    HEALIX_CHECK(has_value(), "value() of a failed Result");
    return *std::get_if<0>(&state_);
  }
  // By value: `for (x : Find().value())` then walks over a list that lives as long as the loop.
  T value() && {
    HEALIX_CHECK(has_value(), "value() of a failed Result");
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    HEALIX_CHECK(!has_value(), "error() of a good Result");
    return *std::get_if<1>(&state_);
  }
  T value_or(T fallback) && {
    return has_value() ? std::move(*std::get_if<0>(&state_)) : std::move(fallback);
  }

 private:
  std::variant<T, Error> state_;
};

/// Holds success or an Error.
template <>
class [[nodiscard]] Result<void> final {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const { HEALIX_CHECK(has_value(), "value() of a failed Status"); }
  const Error& error() const {
    HEALIX_CHECK(!has_value(), "error() of a good Status");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace healix

#define HEALIX_CONCAT_INNER(a, b) a##b
#define HEALIX_CONCAT(a, b) HEALIX_CONCAT_INNER(a, b)

/// Leaves the function with the error of `expression` (a Status or Result), if it has one.
#define HEALIX_RETURN_IF_ERROR(expression)                   \
  do {                                                       \
    if (auto healix_status = (expression); !healix_status) { \
      return healix_status.error();                          \
    }                                                        \
  } while (false)

/// Declares `variable` with the value of `expression` (a Result), or leaves with its error.
/// `HEALIX_TRY(const auto size, file.Size());`  Example  ResultTest.TryLeavesWithTheError
#define HEALIX_TRY(variable, expression) \
  HEALIX_TRY_INNER(HEALIX_CONCAT(healix_result_, __LINE__), variable, expression)
#define HEALIX_TRY_INNER(result, variable, expression) \
  auto result = (expression);                          \
  if (!result) return result.error();                  \
  variable = std::move(result).value()
