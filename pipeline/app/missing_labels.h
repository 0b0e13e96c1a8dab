#pragma once

#include "pipeline/app/application.h"

#include <string>
#include <vector>

namespace tandem {

/// A model whose classes the results tell of, and that has no labels for them.
struct MissingLabels {
  size_t model = 0; ///< index into Application::models
  size_t step = 0;  ///< that tells of its classes, an index into Application::steps
};

/// All of them, each model once. `kinds` are those that the application was loaded with.
std::vector<MissingLabels> missingLabels(const Application &app,
                                         const std::vector<StepKind> &kinds);

} // namespace tandem
