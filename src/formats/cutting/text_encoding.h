// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Names the text encodings that healix reads and turns them into UTF-8 without losing count.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result/result.h"

namespace healix::formats {

enum class TextEncoding : std::uint8_t { kUtf8, kUtf16Le, kUtf16Be, kWindows1252, kLatin1 };

/// Reads a name as written in an XML declaration or a setting: `UTF-8`, `utf-16le`, `UTF-16`
/// (little endian unless a byte order mark says otherwise), `windows-1252`, `ISO-8859-1`,
/// `US-ASCII`. Errors   kEncodingUnsupported.
Result<TextEncoding> ParseTextEncoding(std::string_view name);
std::string_view Name(TextEncoding encoding);

/// What the first bytes of an input say about its encoding.
struct ByteOrderMark {
  TextEncoding encoding = TextEncoding::kUtf8;
  std::size_t bytes = 0;  ///< length of the mark itself
};

/// Finds a byte order mark at the front. UTF-16 without a mark is found by the zero bytes of an
/// ASCII first character (XML 1.0 appendix F): then `bytes` is 0.
/// Errors   kEncodingUnsupported for UTF-32.
Result<std::optional<ByteOrderMark>> FindByteOrderMark(std::string_view head);

/// Appends `source` as UTF-8 to `utf8` and returns how many source bytes were used: all but a
/// UTF-16 unit or pair cut at the end, which waits for more. What does not decode becomes bytes
/// that are invalid UTF-8 (a lone surrogate as three bytes), so that the record around it fails
/// later while its neighbours live.
std::size_t AppendAsUtf8(TextEncoding encoding, std::string_view source, std::string& utf8);

/// Appends the last bytes of a source, where nothing more will come: a cut unit becomes bytes that
/// are invalid UTF-8.
void AppendRestAsUtf8(TextEncoding encoding, std::string_view source, std::string& utf8);

/// Returns how many source bytes became this UTF-8 text: positions stay those of the source.
std::uint64_t SourceBytes(TextEncoding encoding, std::string_view utf8);

}  // namespace healix::formats
