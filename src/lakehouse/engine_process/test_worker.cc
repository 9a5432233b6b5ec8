// SPDX-License-Identifier: Apache-2.0
// The program that tests start as an engine's process; the real one is `healix engine-worker`.
#include "lakehouse/engine_process/engine_worker.h"

/// AddressSanitizer reads this. What it keeps of freed memory counts towards the limit of the
/// process; it would meet the limit before the engine does, and end or hang.
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=1"; }

int main() { return healix::lakehouse::engine_process::RunEngineWorker(); }
