// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "formats/json/member_order_internal.h"

namespace healix::formats::json {
namespace {

constexpr std::size_t kInsertionSortMax = 24;
constexpr std::uint32_t kFrontBytes = 8;

/// Orders by the bytes of the names. Names hold no zero byte (it would be escaped), so fronts of
/// equal value mean equal first bytes, and a name that ends there comes first.
class NameLess final {
 public:
  explicit NameLess(const char* text) : text_(text) {}

  bool operator()(const Member& a, const Member& b) const {
    if (a.name_front != b.name_front) return a.name_front < b.name_front;
    return Compare(a, b) < 0;
  }
  bool Equal(const Member& a, const Member& b) const {
    return a.name_front == b.name_front && Compare(a, b) == 0;
  }

 private:
  int Compare(const Member& a, const Member& b) const {
    const std::uint32_t shorter = std::min(a.name_bytes, b.name_bytes);
    if (shorter > kFrontBytes) {
      const int order = std::memcmp(text_ + a.begin + 1, text_ + b.begin + 1, shorter);
      if (order != 0) return order;
    }
    return a.name_bytes < b.name_bytes ? -1 : a.name_bytes > b.name_bytes ? 1 : 0;
  }

  const char* text_;
};

void InsertionSort(std::span<Member> members, const NameLess& less) {
  for (std::size_t i = 1; i < members.size(); ++i) {
    const Member moved = members[i];
    std::size_t at = i;
    for (; at > 0 && less(moved, members[at - 1]); --at) members[at] = members[at - 1];
    members[at] = moved;
  }
}

std::optional<std::uint32_t> FindTwice(std::span<const Member> sorted, const NameLess& less) {
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (less.Equal(sorted[i - 1], sorted[i])) return sorted[i].source_begin;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> MemberOrder::Sort(char* text, std::span<Member> members,
                                               std::uint32_t end) {
  const NameLess less(text);
  std::size_t sorted = 1;
  while (sorted < members.size() && less(members[sorted - 1], members[sorted])) ++sorted;
  if (sorted >= members.size()) return std::nullopt;

  ends_.resize(members.size());
  for (std::size_t i = 0; i + 1 < members.size(); ++i) ends_[i] = members[i + 1].begin - 1;
  ends_.back() = end;
  if (members.size() <= kInsertionSortMax) {
    InsertionSort(members, less);
  } else {
    std::stable_sort(members.begin(), members.end(), less);
  }
  MoveText(text, members, end);
  return FindTwice(members, less);
}

void MemberOrder::MoveText(char* text, std::span<Member> members, std::uint32_t end) {
  std::uint32_t begin = end;
  for (const Member& member : members) begin = std::min(begin, member.begin);
  if (scratch_.size() < end - begin) scratch_.resize(end - begin);
  std::memcpy(scratch_.data(), text + begin, end - begin);
  std::uint32_t to = begin;
  for (Member& member : members) {
    const std::uint32_t bytes = ends_[member.index] - member.begin;
    if (to != begin) text[to++] = ',';
    std::memcpy(text + to, scratch_.data() + (member.begin - begin), bytes);
    member.begin = to;
    to += bytes;
  }
}

}  // namespace healix::formats::json
