#pragma once

#include <string>

namespace tandem {

struct BenchBundleOptions {
  std::string bundle, model;
  std::string source = ""; ///< the model file that it was made of just now; empty: none was
  int threads = 1;
  double seconds = 2; ///< to measure, after a warm-up of a fifth of that
  bool steps = false; ///< the time of each step of each region, too
  bool json = false;

  /// What the user named.
  const std::string &file() const { return source.empty() ? bundle : source; }
};

/// Runs one model of a bundle on made-up inputs for a while; prints how long it takes. Gives the
/// exit code.
int benchBundle(const BenchBundleOptions &options);

} // namespace tandem
