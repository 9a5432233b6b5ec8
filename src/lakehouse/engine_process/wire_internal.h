// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns structs into bytes and back. A struct travels once it has a Shape, which must name
/// every one of its members: a new member that the Shape lacks does not compile.
///
/// Numbers little endian as in memory; text and lists with a count of 4 bytes before them. What is
/// read is canonical (flags are 0 or 1, keys ascend, nothing follows), so equal bytes mean equal
/// values. Both ends are the same program: there are no versions.

#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/result/check.h"
#include "base/result/result.h"

namespace healix::lakehouse::engine_process {

/// Lists the members of one struct; see HEALIX_SHAPE.
template <typename T>
struct Shape;

/// Gives `Type` its Shape: all members, in the order of their declaration.
#define HEALIX_SHAPE(Type, ...)     \
  template <>                       \
  struct Shape<Type> {              \
    static auto Of(auto& value) {   \
      auto& [__VA_ARGS__] = value;  \
      return std::tie(__VA_ARGS__); \
    }                               \
  }

/// Names the last enumerator of an enum that travels; numbers beyond it are refused.
template <typename T>
inline constexpr T kLast = T::kNoLastEnumeratorIsNamed;

namespace wire {

template <typename T, template <typename...> class Template>
inline constexpr bool kIsA = false;
template <template <typename...> class Template, typename... Args>
inline constexpr bool kIsA<Template<Args...>, Template> = true;

inline constexpr int kDepthMax = 512;

/// Appends values to a text of bytes.
class Writer final {
 public:
  template <typename T>
  void Put(const T& value) {
    if constexpr (std::is_arithmetic_v<T>) {
      const auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(value);
      bytes_.append(bytes.data(), bytes.size());
    } else if constexpr (std::is_enum_v<T>) {
      Put(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_same_v<T, std::string>) {
      PutCount(value.size());
      bytes_ += value;
    } else if constexpr (kIsA<T, std::optional>) {
      Put(value.has_value());
      if (value) Put(*value);
    } else if constexpr (kIsA<T, std::shared_ptr>) {
      HEALIX_CHECK(value != nullptr, "a null pointer can't travel");
      Put(*value);
    } else if constexpr (kIsA<T, std::variant>) {
      Put(static_cast<std::uint8_t>(value.index()));
      std::visit([this](const auto& alternative) { Put(alternative); }, value);
    } else if constexpr (kIsA<T, std::vector> || kIsA<T, std::map>) {
      PutCount(value.size());
      for (const auto& element : value) Put(element);
    } else if constexpr (kIsA<T, std::pair>) {
      Put(value.first);
      Put(value.second);
    } else if constexpr (!std::is_same_v<T, std::monostate>) {
      std::apply([this](const auto&... members) { (Put(members), ...); }, Shape<T>::Of(value));
    }
  }

  std::string Take() { return std::move(bytes_); }

 private:
  void PutCount(std::size_t count) {
    HEALIX_CHECK(count <= UINT32_MAX, "a list or text too long to travel");
    Put(static_cast<std::uint32_t>(count));
  }

  std::string bytes_;
};

/// Takes values from bytes that are not trusted. After the first that does not fit, failed() is set
/// and everything read is empty.
class Reader final {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }

  template <typename T>
  void Get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = Below(2) == 1;
    } else if constexpr (std::is_arithmetic_v<T>) {
      std::array<char, sizeof(T)> bytes{};
      const std::string_view taken = Bytes(sizeof(T));
      taken.copy(bytes.data(), taken.size());
      value = std::bit_cast<T>(bytes);
    } else if constexpr (std::is_enum_v<T>) {
      static_assert(sizeof(T) == 1);
      value = static_cast<T>(Below(static_cast<unsigned>(kLast<T>) + 1));
    } else if constexpr (std::is_same_v<T, std::string>) {
      value = Bytes(Count());
    } else if constexpr (kIsA<T, std::optional>) {
      if (Below(2) == 1) Get(value.emplace());
    } else if constexpr (kIsA<T, std::shared_ptr>) {
      auto content = std::make_shared<std::remove_const_t<typename T::element_type>>();
      Get(*content);
      value = std::move(content);
    } else if constexpr (kIsA<T, std::variant>) {
      GetVariant(value, std::make_index_sequence<std::variant_size_v<T>>());
    } else if constexpr (kIsA<T, std::vector>) {
      for (std::uint32_t left = Count(); left > 0 && !failed_; --left) Get(value.emplace_back());
    } else if constexpr (kIsA<T, std::map>) {
      for (std::uint32_t left = Count(); left > 0 && !failed_; --left) GetEntry(value);
    } else if constexpr (!std::is_same_v<T, std::monostate>) {
      if (++depth_ > kDepthMax) Fail();
      if (!failed_) {
        std::apply([this](auto&... members) { (Get(members), ...); }, Shape<T>::Of(value));
      }
      --depth_;
    }
  }

 private:
  void Fail() {
    failed_ = true;
    rest_ = {};
  }

  std::string_view Bytes(std::size_t count) {
    if (count > rest_.size()) {
      Fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::uint8_t Below(unsigned limit) {
    std::uint8_t number = 0;
    Get(number);
    if (number >= limit) Fail();
    return failed_ ? 0 : number;
  }

  // Each element takes a byte at least, so a count can't promise more than there is.
  std::uint32_t Count() {
    std::uint32_t count = 0;
    Get(count);
    if (count > rest_.size()) Fail();
    return failed_ ? 0 : count;
  }

  template <typename Map>
  void GetEntry(Map& map) {
    typename Map::key_type key{};
    Get(key);
    if (failed_ || (!map.empty() && !(map.rbegin()->first < key))) return Fail();
    Get(map.emplace_hint(map.end(), std::move(key), typename Map::mapped_type{})->second);
  }

  template <typename Variant, std::size_t... kIndexes>
  void GetVariant(Variant& value, std::index_sequence<kIndexes...>) {
    const std::uint8_t index = Below(sizeof...(kIndexes));
    (void)((index == kIndexes && (Get(value.template emplace<kIndexes>()), true)) || ...);
  }

  std::string_view rest_;
  bool failed_ = false;
  int depth_ = 0;
};

}  // namespace wire

/// Returns `value` as bytes.
template <typename T>
std::string Encode(const T& value) {
  wire::Writer writer;
  writer.Put(value);
  return writer.Take();
}

/// Reads what Encode() wrote. Errors kEngineFailed when the bytes are not exactly one T.
template <typename T>
Result<T> Decode(std::string_view bytes) {
  wire::Reader reader(bytes);
  T value{};
  reader.Get(value);
  if (reader.failed() || !reader.at_end()) {
    return MakeError(ErrorCode::kEngineFailed, "a message of the engine's process is damaged");
  }
  return value;
}

}  // namespace healix::lakehouse::engine_process
