#include "pipeline/executor/frame_state.h"

namespace tandem {
namespace {

/// `value` holds a label, scores, a number or a tensor: the loader lets nothing else into results.
ResultValue resultValue(const Value &value) {
  if (const auto *label = std::get_if<Label>(&value))
    return labelText(label->labels, label->index);
  if (const auto *scores = std::get_if<Scores>(&value))
    return std::vector<double>(scores->values.begin(), scores->values.end());
  if (const auto *tensor = std::get_if<Tensor>(&value))
    return TensorResult{
        .type = tensor->spec.type,
        .shape = tensor->spec.shape,
        .bytes = {tensor->bytes.data(), tensor->bytes.data() + tensor->bytes.size()}};
  return *std::get_if<double>(&value);
}

} // namespace

FrameState::FrameState(const Application &app) : app_(app), steps_(app.steps.size()) {}

void FrameState::lend(size_t step, size_t output, std::byte *data, size_t bytes) {
  prepare(step, 1);
  reuse<Tensor>(steps_[step].items[0][output]).bytes.borrow(data, bytes);
}

void FrameState::begin(const Image &image) {
  image_ = &image;
  for (PerStep &step : steps_)
    step.present.clear();
}

const Value *FrameState::find(const AppReference &reference, size_t item) const {
  size_t index = static_cast<size_t>(reference.step);
  size_t place = app_.steps[index].forEach ? item : 0;
  const PerStep &source = steps_[index];
  if (place >= source.present.size() || !source.present[place])
    return nullptr;
  return &source.items[place][static_cast<size_t>(reference.output)];
}

const Detections *FrameState::detectionsOf(const AppReference &reference) const {
  const Value *value = find(reference, 0);
  return value ? std::get_if<Detections>(value) : nullptr;
}

size_t FrameState::countOf(const AppStep &step) const {
  if (!step.forEach)
    return 1;
  const Detections *detections = detectionsOf(*step.forEach);
  return detections ? detections->items.size() : 0;
}

void FrameState::prepare(size_t step, size_t count) {
  PerStep &own = steps_[step];
  own.present.assign(count, false);
  size_t outputs = app_.steps[step].outputNames.size();
  while (own.items.size() < count)
    own.items.emplace_back(outputs);
}

bool FrameState::inputsOf(const AppStep &step, size_t item, std::vector<InputRef> &inputs) const {
  inputs.clear();
  for (const std::optional<AppReference> &input : step.inputs) {
    if (!input) {
      inputs.emplace_back();
    } else if (input->step == AppReference::kFrame) {
      inputs.emplace_back(image_);
    } else if (step.forEach && input->step == step.forEach->step &&
               input->output == step.forEach->output) {
      inputs.emplace_back(&detectionsOf(*input)->items[item]); // the current one
    } else if (const Value *value = find(*input, item)) {
      inputs.emplace_back(value);
    } else {
      return false;
    }
  }
  if (!step.when)
    return true;
  const Value *number = find(step.when->number, item);
  return number && step.when->holds(*std::get_if<double>(number));
}

std::vector<FoundItem> FrameState::foundItems(const AppResult &result) const {
  std::vector<FoundItem> found;
  const Detections &detections = *detectionsOf(result.value);
  for (size_t i = 0; i < detections.items.size(); ++i) {
    const Detection &detection = detections.items[i];
    FoundItem item{detection.box, detection.score, std::nullopt, {}};
    if (detection.label >= 0)
      item.label = labelText(detections.labels, detection.label);
    for (const auto &[name, reference] : result.fields)
      if (const Value *value = find(reference, i))
        item.fields.emplace_back(name, resultValue(*value));
    found.push_back(std::move(item));
  }
  return found;
}

std::vector<NamedResult> FrameState::results() const {
  std::vector<NamedResult> results;
  for (const AppResult &result : app_.results) {
    NamedResult &named = results.emplace_back();
    named.name = result.name;
    const Value *value = find(result.value, 0);
    if (!value)
      continue;
    if (std::holds_alternative<Detections>(*value))
      named.value = foundItems(result);
    else
      named.value = resultValue(*value);
  }
  return results;
}

} // namespace tandem
