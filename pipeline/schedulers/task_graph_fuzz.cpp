// Bytes from strangers through the reader of task graphs; what it takes is written, read back and
// scheduled.
#include "pipeline/schedulers/scheduler.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace tandem;
  Result<TaskGraph> graph =
      parseTaskGraph("fuzz.json", {reinterpret_cast<const char *>(data), size});
  if (!graph)
    return 0;
  std::string text = taskGraphText(*graph);
  Result<TaskGraph> again = parseTaskGraph("again.json", text);
  if (!again || taskGraphText(*again) != text)
    std::abort();
  if (graph->tasks.size() * graph->processors.size() > 200)
    return 0;
  ScheduleOptions options;
  options.effort = 0.01;
  options.timeLimitMs = 5;
  for (const SchedulerKind &kind : allSchedulers().kinds()) {
    options.objective = kind.objective;
    // run() checks the plan: an internal error is a finding.
    if (Result<Plan> plan = allSchedulers().run(kind.name, *graph, options);
        !plan && plan.error().code == Code::kInternal)
      std::abort();
  }
  return 0;
}
