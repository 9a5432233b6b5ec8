// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Takes from this process what a worker must not have.

#include <cstdint>

#include "base/result/result.h"

namespace healix::lakehouse::engine_process {

/// Dies with the thread that started the process, never gains rights, writes no core file (it would
/// hold what patients trust us with), and leaves the signals of a terminal to the parent.
void BecomeWorker();

/// Lets this process map `bytes` more of writable memory than it does now; the operating system
/// then refuses more (RLIMIT_DATA, Linux 4.7 and newer). Errors kEngineFailed.
Status BoundMemory(std::uint64_t bytes);

}  // namespace healix::lakehouse::engine_process
