#pragma once

#include "tools/tandem/app_loading.h"
#include "tools/tandem/pipeline_setup.h"

#include <map>
#include <string>
#include <vector>

namespace tandem {

struct RunAppOptions {
  AppOptions app;
  PipelineSetup pipeline;
  std::vector<std::string> inputs;            ///< pictures and videos, one after another
  std::map<std::string, int> priorities = {}; ///< of the frames of an input; 0 where not there
  std::string saveFolder;                     ///< annotated ones; empty: none
  bool json = false;                          ///< one object a frame, one a line
  bool profile = false;                       ///< print what ran where at the end
};

/// Runs an application on pictures and videos and prints what it found. One that cannot be read is
/// reported, the others still run. Gives the exit code.
int runApp(const RunAppOptions &options);

} // namespace tandem
