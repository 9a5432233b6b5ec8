// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says on whose behalf something is done; jobs, acts and the ledger carry it.

#include <string>

namespace healix::storage::records {

/// Names who, for which organisation, in which use case and for which purpose. Until identities
/// exist every one is `local`.
struct Attribution {
  std::string principal = "local";
  std::string organisation = "local";
  std::string use_case = "local";
  std::string purpose = "local";
  bool operator==(const Attribution&) const = default;
};

}  // namespace healix::storage::records
