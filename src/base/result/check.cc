// SPDX-License-Identifier: Apache-2.0
#include "base/result/check.h"

#include <cstdio>
#include <cstdlib>

namespace healix {

void FailCheck(const char* file, int line, const char* condition, const char* text) {
  std::fprintf(stderr, "bug: %s:%d: %s: %s\n", file, line, condition, text);
  std::abort();
}

}  // namespace healix
