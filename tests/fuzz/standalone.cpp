// Runs a fuzz target without libFuzzer, as part of the tests: FOLDER's files as they are, then a
// number of seeded mutations of them, the same ones every time. A finding is a crash or a
// sanitizer's report.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace {
using Input = std::vector<uint8_t>;

constexpr int kMutationsPerSeed = 4000;
constexpr std::chrono::seconds kTimeLimit{10}; // of all mutations, on whatever machine this is

std::vector<Input> readFolder(const std::string &folder) {
  std::vector<std::filesystem::path> files;
  for (const auto &entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file())
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Input> seeds;
  for (const auto &file : files) {
    std::ifstream stream(file, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return seeds;
}

void mutateOnce(Input &input, std::mt19937_64 &random) {
  // Values that formats stumble over: zero, all ones, the signs' borders, small numbers.
  static constexpr uint32_t kInteresting[] = {0,    1,          2,          0x7f, 0x80,
                                              0xff, 0x7fffffff, 0x80000000, ~0u};
  size_t at = random() % input.size();
  switch (random() % 6) {
  case 0:
    input[at] ^= uint8_t(1u << random() % 8);
    break;
  case 1:
    input[at] = uint8_t(random());
    break;
  case 2: {
    uint32_t value = kInteresting[random() % std::size(kInteresting)];
    for (size_t i = 0; i < 4 && at + i < input.size(); ++i)
      input[at + i] = uint8_t(value >> 8 * i);
    break;
  }
  case 3: // cut off
    input.resize(at);
    break;
  case 4: // take a piece out
    input.erase(input.begin() + at, input.begin() + std::min(input.size(), at + 1 + random() % 32));
    break;
  case 5: { // repeat a piece
    Input piece(input.begin() + at, input.begin() + std::min(input.size(), at + 1 + random() % 32));
    input.insert(input.begin() + random() % input.size(), piece.begin(), piece.end());
    break;
  }
  }
}
} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER-OF-SEEDS\n", argv[0]);
    return 2;
  }
  std::vector<Input> seeds = readFolder(argv[1]);
  if (seeds.empty()) {
    std::fprintf(stderr, "%s: error: no seeds\n", argv[1]);
    return 1;
  }
  LLVMFuzzerTestOneInput(nullptr, 0);
  for (const Input &seed : seeds)
    LLVMFuzzerTestOneInput(seed.data(), seed.size());
  auto start = std::chrono::steady_clock::now();
  std::mt19937_64 random(20240229);
  size_t runs = 0;
  for (int round = 0; round < kMutationsPerSeed; ++round)
    for (const Input &seed : seeds) {
      Input input = seed;
      for (size_t edits = 1 + random() % 4; edits > 0 && !input.empty(); --edits)
        mutateOnce(input, random);
      LLVMFuzzerTestOneInput(input.data(), input.size());
      ++runs;
      if (std::chrono::steady_clock::now() - start > kTimeLimit)
        goto done;
    }
done:
  std::printf("%zu seeds, %zu mutations, no finding\n", seeds.size(), runs);
  return 0;
}
