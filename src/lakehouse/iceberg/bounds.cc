// SPDX-License-Identifier: Apache-2.0
// Shortens bounds of strings and binaries.
#include <optional>
#include <string>

#include "lakehouse/iceberg/utf8_internal.h"
#include "lakehouse/iceberg/value.h"

namespace healix::lakehouse::iceberg {
namespace {

/// Raises the last character that can be raised and drops what follows it.
std::optional<std::string> NextString(std::string text) {
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && IsUtf8Continuation(text[start])) --start;
    const std::uint32_t next = NextCodePoint(DecodeUtf8(std::string_view(text).substr(start)));
    text.resize(start);
    if (next != 0) return text + EncodeUtf8(next);
  }
  return std::nullopt;
}

std::optional<std::string> NextBinary(std::string bytes) {
  while (!bytes.empty()) {
    const auto last = static_cast<unsigned char>(bytes.back());
    bytes.pop_back();
    if (last != 0xFF) return bytes + static_cast<char>(last + 1);
  }
  return std::nullopt;
}

std::string Shorten(const Type& type, const std::string& text) {
  if (type.id == TypeId::kString) return std::string(Utf8Prefix(text, kBoundLengthMax));
  return text.substr(0, kBoundLengthMax);
}

bool IsShortened(const Type& type) {
  return type.id == TypeId::kString || type.id == TypeId::kBinary;
}

}  // namespace

Value TruncateLowerBound(const Type& type, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || !IsShortened(type)) return value;
  return Value(Shorten(type, *text));
}

std::optional<Value> TruncateUpperBound(const Type& type, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || !IsShortened(type)) return value;
  std::string shortened = Shorten(type, *text);
  if (shortened.size() == text->size()) return value;
  std::optional<std::string> raised = type.id == TypeId::kString ? NextString(std::move(shortened))
                                                                 : NextBinary(std::move(shortened));
  if (!raised) return std::nullopt;
  return Value(*std::move(raised));
}

}  // namespace healix::lakehouse::iceberg
