// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Looks at the first members of an object of which only the front may be there.

#include <cstdint>
#include <optional>
#include <string_view>

namespace healix::formats::json {

/// A member seen in a head, raw as in the source.
struct HeadMember {
  std::string_view name;   ///< between the quotes, escapes as they stand
  std::string_view value;  ///< the value, or as much of it as the head has
};

/// True when `raw`, the text between the quotes of a name or string, spells the ASCII word `word`,
/// with escapes (`\u0065ntry`) or without.
/// Example  JsonHeadTest.EscapesSpellTheSameWord
bool Spells(std::string_view raw, std::string_view word);

/// Goes through the members of the object that `head` starts with, by brackets and strings alone.
/// Stops without complaint where the head ends or is no JSON.
/// Owns     nothing; lives as long as the head.
/// Example  JsonHeadTest.StopsWhereTheHeadEnds
class JsonHead final {
 public:
  explicit JsonHead(std::string_view head);

  std::optional<HeadMember> Next();

 private:
  std::string_view rest_;
};

}  // namespace healix::formats::json
