// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "base/io/fault_file_system.h"
#include "data_engineering/synthetic/generate.h"

namespace healix::data_engineering::synthetic {
namespace {

/// Bytes per second of inventing and writing to memory; the goal is 50 MB/s.
void GenerateThousandPatients(benchmark::State& state) {
  std::int64_t bytes = 0;
  for (auto _ : state) {
    base::FaultFileSystem files;
    bytes += static_cast<std::int64_t>(Generate(files, {1000, 1, "/a"}).value().bytes);
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(GenerateThousandPatients)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace healix::data_engineering::synthetic

BENCHMARK_MAIN();
