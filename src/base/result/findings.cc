// SPDX-License-Identifier: Apache-2.0
#include "base/result/findings.h"

namespace healix {

void Findings::Add(Finding finding) {
  ++count_;
  if (finding.severity == Severity::kError) ++error_count_;
  if (kept_.size() < kKeptMax) kept_.push_back(std::move(finding));
}

}  // namespace healix
