// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "lakehouse/engine_process/process_limits_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

// Writable private memory of this process, stacks of threads included; 0 when it can't be read.
std::uint64_t MappedDataBytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0, resident = 0, shared = 0, text = 0, library = 0, data = 0;
  file >> size >> resident >> shared >> text >> library >> data;
  return file ? data * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace

void BecomeWorker() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  for (const int from_terminal : {SIGINT, SIGQUIT, SIGHUP}) ::signal(from_terminal, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
}

Status BoundMemory(std::uint64_t bytes) {
  const std::uint64_t mapped = MappedDataBytes();
  const rlimit limit{mapped + bytes, mapped + bytes};
  if (mapped == 0 || ::setrlimit(RLIMIT_DATA, &limit) != 0) {
    return MakeError(ErrorCode::kEngineFailed, "the engine's process can't bound its memory: {}",
                     SafeReason(std::strerror(errno)));
  }
  return {};
}

}  // namespace healix::lakehouse::engine_process
