// SPDX-License-Identifier: Apache-2.0
#include "base/testing/temp_folder.h"

#include <cstdlib>

namespace healix::testing {

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "healix-test-XXXXXX").string();
  const char* made = ::mkdtemp(name.data());
  if (made == nullptr) std::abort();
  path_ = made;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::optional<std::string> SharedPath(const std::string& relative) {
  const char* root = std::getenv("HEALIX_SHARED");
  if (root != nullptr) {
    const std::filesystem::path path = std::filesystem::path(root) / relative;
    if (std::filesystem::exists(path)) return path.string();
  }
  const char* required = std::getenv("HEALIX_SHARED_REQUIRED");
  if (required != nullptr && std::string(required) == "1") {
    ADD_FAILURE() << "HEALIX_SHARED_REQUIRED=1, but this is absent: " << relative;
  }
  return std::nullopt;
}

}  // namespace healix::testing
