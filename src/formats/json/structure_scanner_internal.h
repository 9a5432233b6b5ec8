// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds where a JSON value ends by brackets and strings alone, in text that comes in parts.

#include <cstdint>
#include <string_view>

#include "formats/json/byte_block_internal.h"

namespace healix::formats::json {

enum class NewlineRule : std::uint8_t {
  kBlank,    ///< a newline is a blank
  kEndsAll,  ///< a newline ends whatever is open (NDJSON)
};

enum class ScanOutcome : std::uint8_t { kMore, kEnd, kNewline };

/// What a part of the text gave. `bytes` of it were used: up to and with the last character of the
/// value (kEnd), up to the newline (kNewline), all (kMore).
struct ScanStep {
  ScanOutcome outcome = ScanOutcome::kMore;
  std::size_t bytes = 0;
};

/// Follows one value. Brackets are counted, not matched: validity is for the parser.
/// Numbers and literals end before the next blank, comma, bracket or quote.
/// Method   bit masks of 64 bytes as in Langdale and Lemire, Parsing Gigabytes of JSON per Second,
///          VLDB Journal 28 (2019), section 3.1.
class StructureScanner final {
 public:
  /// `first` is the first character of the value; it is part of the text given to Scan().
  StructureScanner(char first, NewlineRule rule);

  ScanStep Scan(std::string_view text);
  /// Numbers and literals may end with the text.
  bool is_scalar() const { return kind_ == Kind::kScalar; }

 private:
  enum class Kind : std::uint8_t { kContainer, kString, kScalar };

  ScanStep ScanScalar(std::string_view text) const;
  ScanStep ScanBlock(const char* block, std::size_t bytes);
  ScanStep ScanStringBlock(const StructureMasks& masks, std::size_t bytes);
  std::uint64_t FindEscaped(std::uint64_t backslash);

  Kind kind_;
  NewlineRule rule_;
  std::uint64_t depth_ = 0;
  std::uint64_t in_string_ = 0;      // all ones while inside a string
  std::uint64_t first_escaped_ = 0;  // 1: the next character is escaped
  bool opened_ = false;              // the opening quote of a string value was seen
};

}  // namespace healix::formats::json
