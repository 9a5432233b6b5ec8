// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes an id its own type, so that a job id never stands where a receipt id belongs.

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace healix::base {

/// Wraps the text or number of one kind of id. `Tag` is never defined:
/// `using JobId = base::StrongId<struct JobIdTag>;`
/// Example  StrongIdTest.OrdersAndHashesLikeItsValue
template <typename Tag, typename Value = std::string>
class StrongId final {
 public:
  StrongId() = default;
  explicit StrongId(Value value) : value_(std::move(value)) {}

  const Value& value() const { return value_; }
  auto operator<=>(const StrongId&) const = default;

 private:
  Value value_{};
};

}  // namespace healix::base

template <typename Tag, typename Value>
struct std::hash<healix::base::StrongId<Tag, Value>> {
  std::size_t operator()(const healix::base::StrongId<Tag, Value>& id) const {
    return std::hash<Value>()(id.value());
  }
};
