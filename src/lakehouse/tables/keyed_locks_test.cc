// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "lakehouse/tables/keyed_locks_internal.h"

namespace healix::lakehouse::tables {
namespace {

TEST(KeyedLocksTest, OneHolderPerName) {
  KeyedLocks locks;
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        // Neighbours share a name; all of them share "b".
        const auto held = locks.Lock({"a" + std::to_string(t), "b"});
        const int now = ++inside;
        most = std::max(most.load(), now);
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
}

TEST(KeyedLocksTest, OtherNamesDoNotWait) {
  KeyedLocks locks;
  const auto first = locks.Lock({"a"});
  const auto second = locks.Lock({"b", "c"});
}

}  // namespace
}  // namespace healix::lakehouse::tables
