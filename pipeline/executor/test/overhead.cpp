// What the pipeline costs beside the work: an application of steps that do next to nothing, so that
// the time of a run is that of handing tasks on. Prints; judges nothing.

#include "pipeline/executor/pipelined.h"
#include "pipeline/executor/test/fakes.h"
#include "pipeline/executor/test/plans.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
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

/// Microseconds a task, over a run of so many frames.
double measure(size_t devices, bool pinned, size_t frames, const Placement &place) {
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
  return took.count() / static_cast<double>(frames * kSteps);
}

} // namespace

int main(int argc, char **argv) {
  size_t frames = argc > 1 ? static_cast<size_t>(std::atoll(argv[1])) : 20000;
  std::printf(
      "%zu steps a frame, %zu frames, microseconds a task (the frame's own cost included):\n",
      kSteps, frames);
  auto show = [&](const char *what, size_t devices, bool pinned, const Placement &place) {
    std::printf("  %-58s %.3f\n", what, measure(devices, pinned, frames, place));
  };
  show("one device", 1, false, [](size_t, size_t) { return 0; });
  show("two devices, a frame each", 2, false, [](size_t frame, size_t) { return frame; });
  show("two devices, half a frame each", 2, true,
       [](size_t, size_t task) { return task * 2 / kSteps; });
  show("two devices, every task handed to the other one", 2, true,
       [](size_t, size_t task) { return task % 2; });
}
