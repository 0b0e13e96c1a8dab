// What the pipeline costs beside the work: an application of steps that do next to nothing, so that
// the time of a run is that of handing tasks on. Prints; judges nothing.

#include "pipeline/executor/pipelined.h"
#include "pipeline/executor/test/fakes.h"
#include "pipeline/executor/test/plans.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

using namespace tandem;
using namespace tandem::test;

namespace {

constexpr size_t kSteps = 32;

std::string chainApp() {
  std::string yaml = "tandem: 1\nsteps:\n  s0: {uses: seed, inputs: frame}\n";
  for (size_t i = 1; i < kSteps; ++i)
    yaml += "  s" + std::to_string(i) + ": {uses: chain, inputs: {first: s" +
            std::to_string(i - 1) + "}}\n";
  return yaml + "results: {end: s" + std::to_string(kSteps - 1) + "}\n";
}

/// Microseconds a task, over a run of so many frames: as they pass, and of all threads' work, which
/// other programs on the machine do not change.
struct TaskCost {
  double wall = 0, work = 0;
};

TaskCost measure(size_t devices, bool pinned, size_t frames, const Placement &place) {
  StepTable table = tableOfFakes();
  PipelineOptions options;
  options.devices = cores(devices);
  for (size_t i = 0; pinned && i < devices; ++i)
    options.devices[i].core = static_cast<int>(i % std::thread::hardware_concurrency());
  options.plan = planOf(kSteps, 4, 2, place);
  auto made = makePipelinedExecutor(partsOf(chainApp(), table, {}), table, options);
  if (!made.ok()) {
    std::fprintf(stderr, "%s\n", made.error().text().c_str());
    std::exit(1);
  }
  Image image = halves(1, 2);
  auto start = std::chrono::steady_clock::now();
  std::clock_t workStart = std::clock();
  std::thread taker([&] {
    while (std::optional<Result<FrameResult>> result = (*made)->await())
      if (!result->ok())
        std::abort();
  });
  for (size_t i = 0; i < frames; ++i)
    if (!(*made)->submit(image).ok())
      std::abort();
  (*made)->finish();
  taker.join();
  std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  double tasks = static_cast<double>(frames * kSteps);
  double work = static_cast<double>(std::clock() - workStart) * 1e6 / CLOCKS_PER_SEC;
  return {took.count() / tasks, work / tasks};
}

} // namespace

int main(int argc, char **argv) {
  size_t frames = argc > 1 ? static_cast<size_t>(std::atoll(argv[1])) : 20000;
  std::printf(
      "%zu steps a frame, %zu frames, microseconds a task (the frame's own cost included):\n",
      kSteps, frames);
  auto show = [&](const char *what, size_t devices, bool pinned, const Placement &place) {
    TaskCost cost = measure(devices, pinned, frames, place);
    std::printf("  %-52s %8.3f passed, %8.3f of work\n", what, cost.wall, cost.work);
  };
  show("one device", 1, false, [](size_t, size_t) { return 0; });
  show("two devices, a frame each", 2, false, [](size_t frame, size_t) { return frame; });
  show("two devices, half a frame each", 2, true,
       [](size_t, size_t task) { return task * 2 / kSteps; });
  show("two devices, every task handed to the other one", 2, true,
       [](size_t, size_t task) { return task % 2; });
}
