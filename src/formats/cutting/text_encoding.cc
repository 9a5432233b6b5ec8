// SPDX-License-Identifier: Apache-2.0
#include "formats/cutting/text_encoding.h"

#include <array>
#include <cctype>

namespace healix::formats {
namespace {

/// What windows-1252 has at 0x80 to 0x9F (WHATWG Encoding, index windows-1252).
constexpr std::array<char16_t, 32> kWindows1252High = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

/// Stands for a source byte that is no text at all; never part of UTF-8.
constexpr char kUndecodableByte = '\xFF';

bool IsHighSurrogate(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

void AppendCodePoint(char32_t code_point, std::string& utf8) {
  if (code_point < 0x80) {
    utf8.push_back(static_cast<char>(code_point));
    return;
  }
  if (code_point < 0x800) {
    utf8.push_back(static_cast<char>(0xC0 | (code_point >> 6)));
  } else if (code_point < 0x10000) {
    utf8.push_back(static_cast<char>(0xE0 | (code_point >> 12)));
    utf8.push_back(static_cast<char>(0x80 | ((code_point >> 6) & 0x3F)));
  } else {
    utf8.push_back(static_cast<char>(0xF0 | (code_point >> 18)));
    utf8.push_back(static_cast<char>(0x80 | ((code_point >> 12) & 0x3F)));
    utf8.push_back(static_cast<char>(0x80 | ((code_point >> 6) & 0x3F)));
  }
  utf8.push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
}

void AppendSingleBytes(TextEncoding encoding, std::string_view source, std::string& utf8) {
  for (const char c : source) {
    const auto byte = static_cast<unsigned char>(c);
    const bool mapped = encoding == TextEncoding::kWindows1252 && byte >= 0x80 && byte < 0xA0;
    AppendCodePoint(mapped ? kWindows1252High[byte - 0x80] : byte, utf8);
  }
}

char32_t UnitAt(TextEncoding encoding, std::string_view source, std::size_t at) {
  const auto first = static_cast<unsigned char>(source[at]);
  const auto second = static_cast<unsigned char>(source[at + 1]);
  return encoding == TextEncoding::kUtf16Le ? (second << 8 | first) : (first << 8 | second);
}

std::size_t AppendUnits(TextEncoding encoding, std::string_view source, std::string& utf8) {
  std::size_t at = 0;
  while (at + 2 <= source.size()) {
    const char32_t unit = UnitAt(encoding, source, at);
    if (!IsHighSurrogate(unit)) {
      AppendCodePoint(unit, utf8);
      at += 2;
      continue;
    }
    if (at + 4 > source.size()) break;
    const char32_t low = UnitAt(encoding, source, at + 2);
    if (IsLowSurrogate(low)) {
      AppendCodePoint(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), utf8);
      at += 4;
    } else {
      AppendCodePoint(unit, utf8);  // alone: three bytes that are invalid UTF-8
      at += 2;
    }
  }
  return at;
}

bool IsUtf16(TextEncoding encoding) {
  return encoding == TextEncoding::kUtf16Le || encoding == TextEncoding::kUtf16Be;
}

}  // namespace

Result<TextEncoding> ParseTextEncoding(std::string_view name) {
  std::string lower;
  for (const char c : name) {
    lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  if (lower == "utf-8" || lower == "utf8" || lower == "us-ascii") return TextEncoding::kUtf8;
  if (lower == "utf-16" || lower == "utf-16le") return TextEncoding::kUtf16Le;
  if (lower == "utf-16be") return TextEncoding::kUtf16Be;
  if (lower == "windows-1252" || lower == "cp1252") return TextEncoding::kWindows1252;
  if (lower == "iso-8859-1" || lower == "latin1" || lower == "latin-1") {
    return TextEncoding::kLatin1;
  }
  return MakeError(ErrorCode::kEncodingUnsupported,
                   "the declared encoding is none of UTF-8, UTF-16, windows-1252, ISO-8859-1");
}

std::string_view Name(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kUtf8:
      return "UTF-8";
    case TextEncoding::kUtf16Le:
      return "UTF-16LE";
    case TextEncoding::kUtf16Be:
      return "UTF-16BE";
    case TextEncoding::kWindows1252:
      return "windows-1252";
    case TextEncoding::kLatin1:
      return "ISO-8859-1";
  }
  return "";
}

Result<std::optional<ByteOrderMark>> FindByteOrderMark(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\xFF\xFE\0\0"sv) || head.starts_with("\0\0\xFE\xFF"sv) ||
      head.starts_with("\0\0\0"sv) || (head.size() >= 4 && head.substr(1, 3) == "\0\0\0"sv)) {
    return MakeError(ErrorCode::kEncodingUnsupported, "the text is UTF-32");
  }
  if (head.starts_with("\xEF\xBB\xBF"sv)) return ByteOrderMark{TextEncoding::kUtf8, 3};
  if (head.starts_with("\xFF\xFE"sv)) return ByteOrderMark{TextEncoding::kUtf16Le, 2};
  if (head.starts_with("\xFE\xFF"sv)) return ByteOrderMark{TextEncoding::kUtf16Be, 2};
  if (head.size() >= 2 && head[0] > 0 && head[1] == 0) {
    return ByteOrderMark{TextEncoding::kUtf16Le, 0};
  }
  if (head.size() >= 2 && head[0] == 0 && head[1] > 0) {
    return ByteOrderMark{TextEncoding::kUtf16Be, 0};
  }
  return std::optional<ByteOrderMark>();
}

std::size_t AppendAsUtf8(TextEncoding encoding, std::string_view source, std::string& utf8) {
  if (IsUtf16(encoding)) return AppendUnits(encoding, source, utf8);
  if (encoding == TextEncoding::kUtf8) {
    utf8.append(source);
  } else {
    AppendSingleBytes(encoding, source, utf8);
  }
  return source.size();
}

void AppendRestAsUtf8(TextEncoding encoding, std::string_view source, std::string& utf8) {
  std::size_t used = AppendAsUtf8(encoding, source, utf8);
  if (source.size() - used >= 2) {  // a high surrogate that nothing follows
    AppendCodePoint(UnitAt(encoding, source, used), utf8);
    used += 2;
  }
  utf8.append(source.size() - used, kUndecodableByte);
}

std::uint64_t SourceBytes(TextEncoding encoding, std::string_view utf8) {
  if (encoding == TextEncoding::kUtf8) return utf8.size();
  const std::uint64_t width = IsUtf16(encoding) ? 2 : 1;
  std::uint64_t bytes = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    if (c == kUndecodableByte) {
      bytes += 1;
    } else {
      bytes += byte >= 0xF0 ? 2 * width : width;
    }
  }
  return bytes;
}

}  // namespace healix::formats
