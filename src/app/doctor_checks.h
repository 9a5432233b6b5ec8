// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Looks at an open home and says what is well and what is not.

#include <string>
#include <vector>

#include "app/stack.h"

namespace healix::app {

/// One thing that was looked at.
struct DoctorCheck {
  enum class Verdict : std::uint8_t { kGood, kBad };
  std::string name;  ///< `home`, `disk`, `records`, `engine`, `key`, `jobs`
  Verdict verdict = Verdict::kGood;
  std::string text;  ///< what was found, for people
};

/// Looks at the home and its lock, the disk, the databases, the engine, the key and the queue. That
/// the home could be opened is half of it: format, lock, migrations and settings are good then.
std::vector<DoctorCheck> CheckHome(const Stack& stack);

}  // namespace healix::app
