#include "pipeline/executor/stage.h"

#include <algorithm>
#include <cstring>

namespace tandem {
namespace {

/// A kind from the table of steps.
class StepStage final : public Stage {
public:
  explicit StepStage(std::unique_ptr<Step> step) : step_(std::move(step)) {}

  Status run(std::span<const InputRef> inputs, std::span<Value> outputs) override {
    return step_->run(StepInputs(inputs), outputs);
  }

private:
  std::unique_ptr<Step> step_;
};

template <typename T>
void codesToFloats(const TensorView &view, float scale, int32_t zeroPoint, float *out) {
  const T *codes = reinterpret_cast<const T *>(view.data);
  for (size_t i = 0; i < view.bytes / sizeof(T); ++i)
    out[i] = scale * static_cast<float>(static_cast<int64_t>(codes[i]) - zeroPoint);
}

bool readsAsFloats(ElementType type) {
  return type != ElementType::kBF16 && type != ElementType::kI64;
}

/// An output of a model as real values.
void readFloats(const TensorView &view, Tensor &tensor) {
  shapeFloats(tensor, view.shape);
  bool quantized = !view.quantization.empty();
  float scale = quantized ? view.quantization.scales[0] : 1;
  int32_t zeroPoint = quantized ? view.quantization.zeroPoints[0] : 0;
  float *out = tensor.floats();
  switch (view.type) {
  case ElementType::kF32:
    std::memcpy(out, view.data, view.bytes);
    break;
  case ElementType::kF16:
    for (size_t i = 0; i < tensor.floatCount(); ++i)
      out[i] = halfToFloat(reinterpret_cast<const uint16_t *>(view.data)[i]);
    break;
  case ElementType::kI8:
    codesToFloats<int8_t>(view, scale, zeroPoint, out);
    break;
  case ElementType::kU8:
  case ElementType::kBool:
    codesToFloats<uint8_t>(view, scale, zeroPoint, out);
    break;
  case ElementType::kI16:
    codesToFloats<int16_t>(view, scale, zeroPoint, out);
    break;
  case ElementType::kI32:
    codesToFloats<int32_t>(view, scale, zeroPoint, out);
    break;
  case ElementType::kBF16:
  case ElementType::kI64:
    break; // refused by bindModel
  }
}

/// A model: copies tensors in and out, so that a model that runs for each of several detections
/// keeps what it said of the first.
class ModelStage final : public Stage {
public:
  ModelStage(ModelRunner &runner, Labels labels, std::vector<size_t> inputs,
             std::vector<size_t> outputs)
      : runner_(runner), labels_(std::move(labels)), inputs_(std::move(inputs)),
        outputs_(std::move(outputs)) {}

  Status run(std::span<const InputRef> inputs, std::span<Value> outputs) override {
    StepInputs in(inputs);
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const TensorView &view = runner_.inputs()[inputs_[i]];
      std::memcpy(view.data, in.tensor(i).bytes.data(), view.bytes);
    }
    TANDEM_RETURN_IF_ERROR(runner_.run());
    for (size_t i = 0; i < outputs_.size(); ++i) {
      Tensor &tensor = reuse<Tensor>(outputs[i]);
      readFloats(runner_.outputs()[outputs_[i]], tensor);
      tensor.labels = labels_;
      tensor.region = inputs_.empty() ? Box() : in.tensor(0).region; // what the model looked at
    }
    return {};
  }

private:
  ModelRunner &runner_;
  Labels labels_;
  std::vector<size_t> inputs_, outputs_; ///< indices into the runner's
};

std::string namesOf(std::span<const TensorView> tensors) {
  std::string text;
  for (const TensorView &tensor : tensors)
    text += (text.empty() ? "'" : ", '") + std::string(tensor.name) + "'";
  return text;
}

/// Binds steps one after another; what each makes is known to those behind it.
class Binder {
public:
  Binder(const ExecutorParts &parts, const StepTable &table) : parts_(parts), table_(table) {}

  Result<std::vector<std::unique_ptr<Stage>>> bind() {
    std::vector<std::unique_ptr<Stage>> stages;
    for (const AppStep &step : parts_.app.steps) {
      TANDEM_ASSIGN_OR_RETURN(auto stage, step.model < 0 ? bindStep(step) : bindModel(step));
      stages.push_back(std::move(stage));
    }
    return stages;
  }

private:
  template <typename... Texts> Error error(const AppStep &step, const Texts &...texts) const {
    return Error(Code::kInvalidArgument, parts_.app.place(step.line), "step '", step.name,
                 "': ", texts...);
  }
  /// Null for a value that is not a tensor.
  const TensorSpec *specOf(const std::optional<AppReference> &reference) const {
    if (!reference || reference->step == AppReference::kFrame)
      return nullptr;
    const AppStep &source = parts_.app.steps[static_cast<size_t>(reference->step)];
    size_t output = static_cast<size_t>(reference->output);
    if (source.outputTypes[output] != ValueType::kTensor)
      return nullptr;
    return &specs_[static_cast<size_t>(reference->step)][output];
  }

  Result<std::unique_ptr<Stage>> bindStep(const AppStep &step);
  Result<std::unique_ptr<Stage>> bindModel(const AppStep &step);
  Result<std::vector<size_t>> bindInputs(const AppStep &step, std::span<const TensorView> tensors);
  Result<std::vector<size_t>> bindOutputs(const AppStep &step, std::span<const TensorView> tensors);
  Result<size_t> findTensor(const AppStep &step, std::string_view what, const std::string &name,
                            std::span<const TensorView> tensors) const;

  const ExecutorParts &parts_;
  const StepTable &table_;
  std::vector<std::vector<TensorSpec>> specs_; ///< beside the steps, by output
};

Result<std::unique_ptr<Stage>> Binder::bindStep(const AppStep &step) {
  auto made = table_.create(step);
  if (!made.ok())
    return error(step, made.error().message);
  std::vector<const TensorSpec *> inputs;
  inputs.reserve(step.inputs.size());
  for (const std::optional<AppReference> &input : step.inputs)
    inputs.push_back(specOf(input));
  auto specs = (*made)->bind(inputs);
  if (!specs.ok())
    return error(step, specs.error().message);
  specs_.push_back(std::move(*specs));
  return std::unique_ptr<Stage>(std::make_unique<StepStage>(std::move(*made)));
}

/// `name` empty: the only one there is.
Result<size_t> Binder::findTensor(const AppStep &step, std::string_view what,
                                  const std::string &name,
                                  std::span<const TensorView> tensors) const {
  const std::string &model = parts_.app.models[static_cast<size_t>(step.model)].name;
  if (name.empty()) {
    if (tensors.size() == 1)
      return size_t{0};
    return error(step, "model '", model, "' has ", tensors.size(), " ", what,
                 "s, say which: ", namesOf(tensors));
  }
  for (size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].name == name)
      return i;
  return error(step, "model '", model, "' has no ", what, " '", name, "', it has ",
               namesOf(tensors));
}

Result<std::vector<size_t>> Binder::bindInputs(const AppStep &step,
                                               std::span<const TensorView> tensors) {
  const std::string &model = parts_.app.models[static_cast<size_t>(step.model)].name;
  std::vector<size_t> indices;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    TANDEM_ASSIGN_OR_RETURN(size_t index, findTensor(step, "input", step.inputNames[i], tensors));
    const TensorView &view = tensors[index];
    const AppStep &source = parts_.app.steps[static_cast<size_t>(step.inputs[i]->step)];
    TensorSpec taken{view.type, view.shape, view.quantization};
    if (const TensorSpec &made = *specOf(step.inputs[i]); made != taken)
      return error(step, "'", source.name, "' makes ", specText(made), ", input '", view.name,
                   "' of model '", model, "' takes ", specText(taken));
    indices.push_back(index);
  }
  if (indices.size() != tensors.size())
    return error(step, "gives ", indices.size(), " inputs, model '", model, "' takes ",
                 tensors.size(), ": ", namesOf(tensors));
  return indices;
}

Result<std::vector<size_t>> Binder::bindOutputs(const AppStep &step,
                                                std::span<const TensorView> tensors) {
  std::vector<size_t> indices;
  std::vector<TensorSpec> specs;
  for (const std::string &name : step.modelOutputs) {
    TANDEM_ASSIGN_OR_RETURN(size_t index, findTensor(step, "output", name, tensors));
    const TensorView &view = tensors[index];
    if (!readsAsFloats(view.type) || view.quantization.perChannel())
      return error(step, "output '", view.name, "' is ", elementTypeName(view.type),
                   view.quantization.perChannel() ? " quantized per channel" : "",
                   ", which steps cannot read");
    specs.push_back({ElementType::kF32, view.shape, {}});
    indices.push_back(index);
  }
  specs_.push_back(std::move(specs));
  return indices;
}

Result<std::unique_ptr<Stage>> Binder::bindModel(const AppStep &step) {
  ModelRunner &runner = *parts_.runners[static_cast<size_t>(step.model)];
  TANDEM_ASSIGN_OR_RETURN(std::vector<size_t> inputs, bindInputs(step, runner.inputs()));
  TANDEM_ASSIGN_OR_RETURN(std::vector<size_t> outputs, bindOutputs(step, runner.outputs()));
  return std::unique_ptr<Stage>(
      std::make_unique<ModelStage>(runner, parts_.labels[static_cast<size_t>(step.model)],
                                   std::move(inputs), std::move(outputs)));
}

} // namespace

Result<std::vector<std::unique_ptr<Stage>>> makeStages(const ExecutorParts &parts,
                                                       const StepTable &table) {
  return Binder(parts, table).bind();
}

} // namespace tandem
