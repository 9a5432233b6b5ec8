// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds where an XML element ends by its markup alone, in text that comes in parts.

#include <cstdint>
#include <string_view>
#include <vector>

namespace healix::formats::xml {

enum class ScanOutcome : std::uint8_t {
  kMore,     ///< the element goes on
  kEnd,      ///< the last byte used is the `>` of its end
  kRefused,  ///< the next byte can't stand there: a declaration, `<` in a tag, a wrong end tag
};

struct ScanStep {
  ScanOutcome outcome = ScanOutcome::kMore;
  std::size_t bytes = 0;  ///< used of the text
};

/// Follows one element from the `<` of its start tag. Knows tags with quoted attributes, comments,
/// CDATA sections and processing instructions; refuses everything else that starts with `<!`, so
/// that no DTD and no entity of one is ever read, and an end tag of another name than its start.
class XmlScanner final {
 public:
  ScanStep Scan(std::string_view text);

  /// Nesting of elements at its deepest so far.
  std::uint64_t depth_max_seen() const { return depth_max_seen_; }

 private:
  enum class Mode : std::uint8_t {
    kText,
    kMarkup,  // behind `<`, kind not yet known
    kStartTag,
    kQuoted,
    kEndTag,
    kComment,
    kCdata,
    kInstruction,
  };

  std::size_t ScanText(std::string_view text, std::size_t at);
  bool ScanMarkup(char c);
  bool ScanOpening(char c);
  bool ScanStartTag(char c);
  bool ScanEndTag(char c);
  void AddToName(char c);
  /// Steps over `end` (two of them, or one for `?`, and `>`).
  void ScanSection(char c, char end, unsigned end_count);

  Mode mode_ = Mode::kText;
  char quote_ = '"';
  char before_ = '\0';       // the character before, inside a start tag
  unsigned matched_ = 0;     // of the opening of a section, or of its end
  bool name_ended_ = false;  // of the tag in work
  std::uint64_t name_hash_ = 0;
  std::vector<std::uint64_t> open_;  // hashes of the names of open elements
  std::uint64_t depth_max_seen_ = 0;
  bool ended_ = false;
};

}  // namespace healix::formats::xml
