// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Names the instants at which a crash is interesting, so that tests can crash there.

#include <cstdint>
#include <string_view>

namespace healix::base {

/// Marks an instant (`tables.commit.before_pointer`). Costs one relaxed load unless a test armed
/// it. With HEALIX_KILL_AT=<name>:<n> in the environment the process ends itself with SIGKILL the
/// n-th time (from 1) the point is passed; the name `*` counts all points together.
/// With HEALIX_SYNC_LOG=<path> each passed name is appended to that file (for lists and counts).
/// Threads  any.
void SyncPoint(std::string_view name);

/// Calls `hook` at each sync point of this process, nullptr for none (for FaultFileSystem).
using SyncPointHook = void (*)(std::string_view name, void* context);
void SetSyncPointHook(SyncPointHook hook, void* context);

}  // namespace healix::base
