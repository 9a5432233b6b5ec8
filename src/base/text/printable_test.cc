// SPDX-License-Identifier: Apache-2.0
#include "base/text/printable.h"

#include <gtest/gtest.h>

namespace healix::base {
namespace {

TEST(PrintableTest, LeavesTextAsItIs) {
  for (const char* text : {"", "plain, with 'signs'", "Zürich 🩺 日本", "\xc2\xa0", "a\\x1b"}) {
    EXPECT_EQ(Printable(text), text);
  }
}

TEST(PrintableTest, ShowsWhatSteersATerminal) {
  EXPECT_EQ(Printable("a\x1b]0;x\x07\nb\x7f"), "a\\x1B]0;x\\x07\\x0Ab\\x7F");
  EXPECT_EQ(Printable(std::string_view("\0\r\t", 3)), "\\x00\\x0D\\x09");
  EXPECT_EQ(Printable("\xc2\x9b"), "\\xC2\\x9B") << "CSI of C1";
  EXPECT_EQ(Printable("\xe2\x80\xae|\xe2\x81\xa6|\xe2\x80\xa8"),
            "\\xE2\\x80\\xAE|\\xE2\\x81\\xA6|\\xE2\\x80\\xA8");
}

TEST(PrintableTest, ShowsBytesThatAreNoText) { EXPECT_EQ(Printable("a\xff\xc3("), "a\\xFF\\xC3("); }

TEST(PrintableTest, KeepsWhatIsAskedFor) {
  EXPECT_EQ(Printable("a\nb\x1b", "\n"), "a\nb\\x1B");
  EXPECT_EQ(Printable("a\n", ""), "a\\x0A");
}

}  // namespace
}  // namespace healix::base
