// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Compares 64 or 16 bytes at once; bit i of a mask speaks of byte i.

#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace healix::formats::json {

/// Where the characters that shape JSON stand in 64 bytes.
struct StructureMasks {
  std::uint64_t quote = 0;
  std::uint64_t backslash = 0;
  std::uint64_t open = 0;   ///< `{` and `[`
  std::uint64_t close = 0;  ///< `}` and `]`
  std::uint64_t newline = 0;
};

inline constexpr std::size_t kStructureBlockBytes = 64;
inline constexpr std::size_t kStringBlockBytes = 16;

#ifdef __SSE2__

inline std::uint64_t MaskOf(__m128i equal) {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(equal));
}

inline StructureMasks FindStructure(const char* bytes) {
  StructureMasks masks;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned shift = 16 * i;
    const __m128i chars = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + shift));
    // `[` and `{`, `]` and `}` differ in one bit only.
    const __m128i folded = _mm_or_si128(chars, _mm_set1_epi8(0x20));
    masks.quote |= MaskOf(_mm_cmpeq_epi8(chars, _mm_set1_epi8('"'))) << shift;
    masks.backslash |= MaskOf(_mm_cmpeq_epi8(chars, _mm_set1_epi8('\\'))) << shift;
    masks.open |= MaskOf(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{'))) << shift;
    masks.close |= MaskOf(_mm_cmpeq_epi8(folded, _mm_set1_epi8('}'))) << shift;
    masks.newline |= MaskOf(_mm_cmpeq_epi8(chars, _mm_set1_epi8('\n'))) << shift;
  }
  return masks;
}

/// Copies 16 bytes and returns where a quote, a backslash or a control character stands in them.
inline std::uint32_t CopyStringBlock(const char* from, char* to) {
  const __m128i chars = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), chars);
  const __m128i control = _mm_set1_epi8(0x1F);
  const __m128i special = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(chars, _mm_set1_epi8('"')),
                                                    _mm_cmpeq_epi8(chars, _mm_set1_epi8('\\'))),
                                       _mm_cmpeq_epi8(_mm_max_epu8(chars, control), control));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(special));
}

#else

inline StructureMasks FindStructure(const char* bytes) {
  StructureMasks masks;
  for (unsigned i = 0; i < kStructureBlockBytes; ++i) {
    const char folded = static_cast<char>(bytes[i] | 0x20);
    masks.quote |= std::uint64_t{bytes[i] == '"'} << i;
    masks.backslash |= std::uint64_t{bytes[i] == '\\'} << i;
    masks.open |= std::uint64_t{folded == '{'} << i;
    masks.close |= std::uint64_t{folded == '}'} << i;
    masks.newline |= std::uint64_t{bytes[i] == '\n'} << i;
  }
  return masks;
}

inline std::uint32_t CopyStringBlock(const char* from, char* to) {
  std::memcpy(to, from, kStringBlockBytes);
  std::uint32_t special = 0;
  for (unsigned i = 0; i < kStringBlockBytes; ++i) {
    const auto byte = static_cast<unsigned char>(from[i]);
    special |= std::uint32_t{byte == '"' || byte == '\\' || byte < 0x20} << i;
  }
  return special;
}

#endif

}  // namespace healix::formats::json
