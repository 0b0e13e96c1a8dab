#pragma once

#include "tools/tandem/app_loading.h"

#include <string>
#include <vector>

namespace tandem {

struct ProfileAppOptions {
  AppOptions app;
  std::vector<std::string> inputs; ///< pictures and videos
  std::string output;              ///< empty: where plans look by themselves
  bool json = false;
};

/// Measures the tasks of an application on every kind of device that is here, writes what plans
/// are made from, and prints it. Gives the exit code.
int profileApp(const ProfileAppOptions &options);

} // namespace tandem
