// SPDX-License-Identifier: Apache-2.0
#include "base/text/utf8.h"

#include <gtest/gtest.h>

namespace healix::base {
namespace {

TEST(Utf8Test, CountsTheBytesOfACharacter) {
  EXPECT_EQ(Utf8CharacterBytes("a"), 1u);
  EXPECT_EQ(Utf8CharacterBytes("\xc3\xa9x"), 2u);
  EXPECT_EQ(Utf8CharacterBytes("\xe2\x82\xac"), 3u);
  EXPECT_EQ(Utf8CharacterBytes("\xf4\x8f\xbf\xbf"), 4u) << "U+10FFFF";
  EXPECT_EQ(Utf8CharacterBytes("\xee\x80\x80"), 3u) << "the first after the surrogates";
}

TEST(Utf8Test, RefusesWhatIsNotUtf8) {
  for (const char* text : {"\x80", "\xff", "\xc0\xaf", "\xc3", "\xc3(", "\xe0\x80\xaf",
                           "\xed\xa0\x80", "\xe2\x82", "\xf4\x90\x80\x80", "\xf0\x8f\xbf\xbf"}) {
    EXPECT_EQ(Utf8CharacterBytes(text), 0u) << text;
  }
}

}  // namespace
}  // namespace healix::base
