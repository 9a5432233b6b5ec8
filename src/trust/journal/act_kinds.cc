// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "trust/journal/act.h"

namespace healix::trust::journal {
namespace {

constexpr std::array kKinds = {
#define HEALIX_ACT(constant, number, name, act_class, description) \
  ActKindInfo{ActKind::constant, name, ActClass::act_class, description},
#include "healix/act_kinds.inc"
#undef HEALIX_ACT
};

}  // namespace

const ActKindInfo& Describe(ActKind kind) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const ActKindInfo& info) { return info.kind == kind; });
  HEALIX_CHECK(found != kKinds.end(), "kinds come from the registry");
  return *found;
}

Result<ActKind> ParseActKind(std::string_view name) {
  for (const ActKindInfo& info : kKinds) {
    if (info.name == name) return info.kind;
  }
  return MakeError(ErrorCode::kInvalidArgument, "there is no act of that kind");
}

}  // namespace healix::trust::journal
