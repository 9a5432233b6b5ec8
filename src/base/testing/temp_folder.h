// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gives a test a folder of its own and takes it away again; finds the shared test data.

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

namespace healix::testing {

/// Makes an empty folder below $TMPDIR and removes it with everything in it at the end.
class TempFolder final {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Returns `$HEALIX_SHARED/<relative>`, or nothing where the shared data is absent.
/// With HEALIX_SHARED_REQUIRED=1 absence fails the test instead.
std::optional<std::string> SharedPath(const std::string& relative);

}  // namespace healix::testing

/// Declares `variable` (std::string) with a shared path, or skips the test with a notice.
#define HEALIX_SHARED_OR_SKIP(variable, relative)                                 \
  const auto variable##_found = ::healix::testing::SharedPath(relative);          \
  if (!variable##_found) GTEST_SKIP() << "shared data is absent: " << (relative); \
  const std::string& variable = *variable##_found
