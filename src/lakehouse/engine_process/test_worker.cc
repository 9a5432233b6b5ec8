// SPDX-License-Identifier: Apache-2.0
// The program that tests start as an engine's process; the real one is `healix engine-worker`.
#include "lakehouse/engine_process/engine_worker.h"

int main() { return healix::lakehouse::engine_process::RunEngineWorker(); }
