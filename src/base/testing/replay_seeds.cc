// SPDX-License-Identifier: Apache-2.0
// Stands in for libFuzzer where only seeds are replayed: gives every file of the folders named on
// the command line to the fuzz target. Prints each name first, so that a crash names its seed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes);

namespace {

std::vector<std::filesystem::path> SeedsIn(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> seeds;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) seeds.push_back(entry.path());
  }
  std::sort(seeds.begin(), seeds.end());
  return seeds;
}

void Replay(const std::filesystem::path& seed) {
  std::printf("seed %s\n", seed.c_str());
  std::fflush(stdout);
  std::ifstream file(seed, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& seed : SeedsIn(argv[i])) {
      Replay(seed);
      ++count;
    }
  }
  std::printf("replayed %zu seeds\n", count);
  return count == 0 ? 1 : 0;  // a target without seeds is not tested at all
}
