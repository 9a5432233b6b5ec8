// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Is the program of an engine's process: serves one engine over a socket until it closes.

namespace healix::lakehouse::engine_process {

/// The descriptor that the parent leaves open for its worker.
inline constexpr int kWorkerSocket = 3;

/// Serves the parent at the other end of kWorkerSocket, and returns the exit code of the process
/// when the parent closes: 0, or 2 when the descriptor is no such socket (a person started it).
/// The process dies with its parent, takes no signal of a terminal, leaves no core file, and may
/// not gain rights.
/// Example  EngineProcessTest.AWorkerWithoutParentSaysSo
int RunEngineWorker();

}  // namespace healix::lakehouse::engine_process
