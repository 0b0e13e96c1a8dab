#pragma once

#include <string>
#include <vector>

namespace tandem {

struct RunBundleOptions {
  std::string bundle, model;
  std::vector<std::string> inputs; ///< NAME=FILE.npy; without a name where the model has one input
  std::string saveFolder;          ///< outputs as NAME.npy; empty: none
  int threads = 1;
  bool json = false;
  bool profile = false; ///< print what ran where, and how long
};

/// Runs one model of a bundle once on .npy files; prints its outputs. Gives the exit code.
int runBundle(const RunBundleOptions &options);

} // namespace tandem
