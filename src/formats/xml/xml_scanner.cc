// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "formats/xml/xml_scanner_internal.h"

namespace healix::formats::xml {
namespace {

constexpr std::string_view kCommentOpening = "--";
constexpr std::string_view kCdataOpening = "[CDATA[";

/// While the opening of a section is matched, `matched` counts from one of these.
constexpr unsigned kNothingMatched = 0;
constexpr unsigned kBangMatched = 1;
constexpr unsigned kInComment = 2;
constexpr unsigned kInCdata = 10;

}  // namespace

ScanStep XmlScanner::Scan(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (mode_ == Mode::kText) {
      at = ScanText(text, at);
      continue;
    }
    const char c = text[at];
    bool allowed = true;
    switch (mode_) {
      case Mode::kMarkup:
        allowed = ScanMarkup(c);
        break;
      case Mode::kStartTag:
      case Mode::kQuoted:
        allowed = ScanStartTag(c);
        break;
      case Mode::kComment:
        ScanSection(c, '-', 2);
        break;
      case Mode::kCdata:
        ScanSection(c, ']', 2);
        break;
      case Mode::kInstruction:
        ScanSection(c, '?', 1);
        break;
      default:
        allowed = ScanEndTag(c);
    }
    if (!allowed) return {ScanOutcome::kRefused, at};
    ++at;
    if (ended_) return {ScanOutcome::kEnd, at};
  }
  return {ScanOutcome::kMore, text.size()};
}

std::size_t XmlScanner::ScanText(std::string_view text, std::size_t at) {
  const std::size_t open = text.find('<', at);
  if (open == std::string_view::npos) return text.size();
  mode_ = Mode::kMarkup;
  matched_ = kNothingMatched;
  return open + 1;
}

/// Takes a character behind `<` until the kind of markup is known.
bool XmlScanner::ScanMarkup(char c) {
  if (matched_ != kNothingMatched) return ScanOpening(c);
  name_hash_ = 0;
  name_ended_ = false;
  before_ = c;
  if (c == '!') {
    matched_ = kBangMatched;
    return true;
  }
  if (c == '/' || c == '?') {
    mode_ = c == '/' ? Mode::kEndTag : Mode::kInstruction;
    return true;
  }
  mode_ = Mode::kStartTag;
  AddToName(c);
  return std::string_view(" \t\r\n<>=\"'").find(c) == std::string_view::npos;
}

/// Takes a character behind `<!`.
bool XmlScanner::ScanOpening(char c) {
  if (matched_ == kBangMatched) {
    matched_ = c == '-' ? kInComment : kInCdata;
    return c == '-' || c == '[';
  }
  const bool comment = matched_ < kInCdata;
  const std::string_view opening = comment ? kCommentOpening : kCdataOpening;
  const unsigned index = matched_ - (comment ? kInComment : kInCdata) + 1;
  if (c != opening[index]) return false;
  ++matched_;
  if (index + 1 == opening.size()) {
    mode_ = comment ? Mode::kComment : Mode::kCdata;
    matched_ = kNothingMatched;
  }
  return true;
}

/// Hashes the name of a tag (FNV-1a), up to the first character that is no part of it.
void XmlScanner::AddToName(char c) {
  if (std::string_view(" \t\r\n/>").find(c) != std::string_view::npos) name_ended_ = true;
  if (name_ended_) return;
  name_hash_ = (name_hash_ ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
}

bool XmlScanner::ScanStartTag(char c) {
  if (mode_ == Mode::kQuoted) {
    if (c == quote_) mode_ = Mode::kStartTag;
    return c != '<';
  }
  AddToName(c);
  if (c == '"' || c == '\'') {
    quote_ = c;
    mode_ = Mode::kQuoted;
  } else if (c == '>') {
    mode_ = Mode::kText;
    depth_max_seen_ = std::max<std::uint64_t>(depth_max_seen_, open_.size() + 1);
    if (before_ != '/') {
      open_.push_back(name_hash_);
    } else {
      ended_ = open_.empty();
    }
  }
  before_ = c;
  return c != '<';
}

bool XmlScanner::ScanEndTag(char c) {
  AddToName(c);
  if (c != '>') return c != '<';
  mode_ = Mode::kText;
  if (open_.empty() || open_.back() != name_hash_) return false;
  open_.pop_back();
  ended_ = open_.empty();
  return true;
}

void XmlScanner::ScanSection(char c, char end, unsigned end_count) {
  if (c == '>' && matched_ >= end_count) {
    mode_ = Mode::kText;
  } else {
    matched_ = c == end ? matched_ + 1 : 0;
  }
}

}  // namespace healix::formats::xml
