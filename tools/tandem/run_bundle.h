#pragma once

#include <string>
#include <vector>

namespace tandem {

struct RunBundleOptions {
  std::string bundle, model;
  std::string source = "";         ///< the model file that it was made of just now; empty: none was
  std::vector<std::string> inputs; ///< as kInputHelp has it
  std::string saveFolder;          ///< outputs as NAME.npy; empty: none
  int threads = 1;
  bool json = false;
  bool profile = false; ///< print what ran where, and how long

  /// What the user named.
  const std::string &file() const { return source.empty() ? bundle : source; }
};

/// Runs one model of a bundle once; prints its outputs. Gives the exit code.
int runBundle(const RunBundleOptions &options);

} // namespace tandem
