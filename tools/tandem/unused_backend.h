#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace tandem {

/// A bundle, and what to call it among others; one alone needs no name.
struct NamedBundle {
  std::string name, path;
};

/// Why nothing of any of these bundles runs on the first of `backends`, as they were asked for in
/// order of preference: one clause, "nothing runs on neuron: ...". Empty where something does, or
/// no other backend was asked for. Errors: those of opening a bundle.
Result<std::string> whyNothingRunsOnFirst(const std::vector<std::string> &backends,
                                          const std::vector<NamedBundle> &bundles);

} // namespace tandem
