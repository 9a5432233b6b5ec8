// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "lakehouse/ingest/place_names_internal.h"

namespace healix::lakehouse::ingest {
namespace {

TEST(PlaceNamesTest, ATextStaysAndOtherBytesAreEscaped) {
  EXPECT_EQ(PlaceOfPath("/in/Müller 100%.csv"), "/in/Müller 100%.csv");
  EXPECT_EQ(PlaceOfPath("/in/M\xFCller 100%.csv"), "/in/M%FCller 100%25.csv");
  EXPECT_EQ(PlaceOfPath("\xC3"), "%C3");
}

TEST(PlaceNamesTest, APathComesBackFromItsPlace) {
  for (const char* path : {"/in/M\xFCller 100%.csv", "\xFF\xFE%FF", "/\xC3/\xC3\xBC"}) {
    EXPECT_EQ(PathOfPlace(PlaceOfPath(path)), path);
  }
  EXPECT_EQ(PathOfPlace("50%"), "50%");
  EXPECT_EQ(PathOfPlace("%zz%4"), "%zz%4");
}

}  // namespace
}  // namespace healix::lakehouse::ingest
