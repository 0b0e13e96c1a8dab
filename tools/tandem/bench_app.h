#pragma once

#include "tools/tandem/app_loading.h"
#include "tools/tandem/pipeline_setup.h"

#include <string>
#include <vector>

namespace tandem {

struct BenchAppOptions {
  AppOptions app;
  PipelineSetup pipeline;
  std::vector<std::string> inputs; ///< pictures and videos
  double seconds = 2;              ///< of measuring, at least one round over all frames
  bool check = false;              ///< results against those of one step after another
  bool json = false;
};

/// Measures rate and latency of an application on frames that were decoded before, round after
/// round, and says what a plan promised. Gives the exit code.
int benchApp(const BenchAppOptions &options);

} // namespace tandem
