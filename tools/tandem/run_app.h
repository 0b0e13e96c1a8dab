#pragma once

#include "base/result.h"
#include "pipeline/app/application.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tandem {

struct RunAppOptions {
  std::string app;                           ///< the application's YAML file
  std::vector<std::string> images;           ///< pictures, one after another
  std::string saveFolder;                    ///< annotated pictures; empty: none
  std::map<std::string, std::string> models; ///< name to file, instead of the application's own
  int threads = 1;                           ///< inside one operation of a model
  bool json = false;                         ///< one object a picture, one a line
  bool profile = false;                      ///< print what ran where at the end
  /// Gives the path of the model's bundle, compiled now or before.
  std::function<Result<std::string>(const AppModel &)> compile;
};

/// Runs an application on pictures and prints what it found. A picture that cannot be read is
/// reported, the others still run. Gives the exit code.
int runApp(const RunAppOptions &options);

} // namespace tandem
