#include "pipeline/app/missing_labels.h"

#include <algorithm>

namespace tandem {
namespace {

/// Goes back from what is told to the models that it comes out of. Steps stand behind those that
/// they need, so that every way ends.
class Search {
public:
  Search(const Application &app, const std::vector<StepKind> &kinds) : app_(app), kinds_(kinds) {}

  void lookAt(const AppReference &told) {
    if (told.step == AppReference::kFrame)
      return;
    const AppStep &step = stepOf(told);
    ValueType type = step.outputTypes[static_cast<size_t>(told.output)];
    if (type != ValueType::kLabel && type != ValueType::kDetections)
      return; // numbers have no names
    for (size_t i = 0; i < step.inputs.size(); ++i)
      if (step.inputs[i] && tellsClasses(step, step.inputNames[i]))
        addModelsOf(*step.inputs[i], static_cast<size_t>(told.step));
      else if (step.inputs[i])
        lookAt(*step.inputs[i]);
  }
  std::vector<MissingLabels> take() { return std::move(missing_); }

private:
  const AppStep &stepOf(const AppReference &reference) const {
    return app_.steps[static_cast<size_t>(reference.step)];
  }

  bool tellsClasses(const AppStep &step, const std::string &input) const {
    auto kind = std::ranges::find(kinds_, step.uses, &StepKind::name);
    if (kind == kinds_.end())
      return false;
    auto port = std::ranges::find(kind->inputs, input, &Port::name);
    return port != kind->inputs.end() && port->hasClasses;
  }

  /// Of scores, which may have gone through a softmax.
  void addModelsOf(const AppReference &scores, size_t teller) {
    if (scores.step == AppReference::kFrame)
      return;
    const AppStep &step = stepOf(scores);
    if (step.model >= 0)
      return add(static_cast<size_t>(step.model), teller);
    for (const std::optional<AppReference> &input : step.inputs)
      if (input)
        addModelsOf(*input, teller);
  }

  void add(size_t model, size_t teller) {
    const AppModel &scored = app_.models[model];
    bool has = !scored.labels.empty() || !scored.labelsFile.empty();
    if (!has && std::ranges::find(missing_, model, &MissingLabels::model) == missing_.end())
      missing_.push_back({model, teller});
  }

  const Application &app_;
  const std::vector<StepKind> &kinds_;
  std::vector<MissingLabels> missing_;
};

} // namespace

std::vector<MissingLabels> missingLabels(const Application &app,
                                         const std::vector<StepKind> &kinds) {
  Search search(app, kinds);
  for (const AppResult &result : app.results) {
    search.lookAt(result.value);
    for (const auto &[name, value] : result.fields)
      search.lookAt(value);
  }
  return search.take();
}

} // namespace tandem
