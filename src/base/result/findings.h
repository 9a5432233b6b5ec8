// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Collects what is wrong with data while our own work succeeds.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result/error.h"

namespace healix {

enum class Severity : std::uint8_t { kError, kWarning };

/// Says one thing that is wrong with a record.
/// PHI      `path` names elements by index (`Patient.name[1].given[0]`), never by value.
struct Finding {
  Severity severity = Severity::kError;
  ErrorCode code;
  std::string path;  ///< indexed path inside the record, "" for the whole
  std::string rule;  ///< id of the rule, "" when the code says it all
  Position position;
};

/// Gathers findings up to a limit; the rest is counted.
/// Example  FindingsTest.CountsWhatItDoesNotKeep
class Findings final {
 public:
  static constexpr std::size_t kKeptMax = 1000;

  void Add(Finding finding);
  const std::vector<Finding>& kept() const { return kept_; }
  std::uint64_t count() const { return count_; }
  std::uint64_t error_count() const { return error_count_; }

 private:
  std::vector<Finding> kept_;
  std::uint64_t count_ = 0;
  std::uint64_t error_count_ = 0;
};

}  // namespace healix
