#pragma once

#include "pipeline/app/application.h"

namespace tandem {

/// An application as its file says it, references still by name. Internal to pipeline/app.

struct DraftReference {
  std::string text; ///< "frame", "faces", "face_net.scores"
  int line = 0;
};

struct DraftCondition {
  DraftReference number;
  AppCondition::Comparison comparison = AppCondition::Comparison::kGreaterEqual;
  double limit = 0;
};

struct DraftStep {
  AppStep step;                       ///< all but what is below
  const StepKind *kind = nullptr;     ///< none: it runs a model
  std::vector<DraftReference> inputs; ///< beside step.inputNames
  std::optional<DraftReference> forEach;
  std::optional<DraftCondition> when;
};

struct DraftResult {
  AppResult result; ///< name and line
  DraftReference value;
  std::vector<std::pair<std::string, DraftReference>> fields;
};

struct Draft {
  Application app; ///< path, name, models
  std::vector<DraftStep> steps;
  std::vector<DraftResult> results;
};

/// Finds what each reference names, checks the types of all connections, and puts the steps in an
/// order in which they can run: that of the file, as far as their needs allow.
Result<Application> resolveDraft(Draft draft);

/// "a, b or c".
std::string listOfWords(const std::vector<std::string> &words);

} // namespace tandem
