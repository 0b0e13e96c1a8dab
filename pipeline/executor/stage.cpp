#include "pipeline/executor/stage.h"

#include <algorithm>
#include <cstring>

namespace tandem {
namespace {

/// A kind from the table of steps.
class StepStage final : public Stage {
public:
  explicit StepStage(std::unique_ptr<Step> step) : step_(std::move(step)) {}

  Status run(StagePart &, std::span<const InputRef> inputs, std::span<Value> outputs) override {
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

/// How a model's tensors reach the steps.
struct ModelBinding {
  std::vector<size_t> inputs, outputs; ///< indices into the runner's
  /// Nobody else runs this runner in a frame, and it runs once: steps may look at its outputs.
  bool outputsStay = false;
};

/// A model. Tensors that are not in the model's own memory are copied: into it, and out of it where
/// the next run would overwrite what it said of the first of several detections.
class ModelStage final : public Stage {
public:
  ModelStage(ModelRunner &runner, Labels labels, ModelBinding binding)
      : runner_(runner), labels_(std::move(labels)), binding_(std::move(binding)) {}

  size_t parts() const override { return runner_.regionCount(); }

  Status run(StagePart &part, std::span<const InputRef> inputs, std::span<Value> outputs) override {
    StepInputs in(inputs);
    if (part.first == 0)
      writeInputs(in, part);
    for (size_t region = part.first; region < part.last; ++region) {
      TANDEM_RETURN_IF_ERROR(runner_.runRegion(region, wayOf(region, part)));
      if (region < runner_.regions().size())
        part.deviceCopies += runner_.regions()[region].copies;
    }
    if (part.last == parts())
      readOutputs(in, outputs, part);
    return {};
  }

private:
  RegionWay wayOf(size_t region, const StagePart &part) const {
    if (!part.backends || region >= runner_.regions().size())
      return RegionWay::kOwn;
    return std::ranges::find(*part.backends, runner_.regions()[region].backend) !=
                   part.backends->end()
               ? RegionWay::kOwn
               : RegionWay::kFallback;
  }

  void writeInputs(const StepInputs &in, StagePart &part) {
    for (size_t i = 0; i < binding_.inputs.size(); ++i) {
      const TensorView &view = runner_.inputs()[binding_.inputs[i]];
      const std::byte *from = in.tensor(i).bytes.data();
      if (from == view.data)
        continue; // made in place
      std::memcpy(view.data, from, view.bytes);
      part.bytesCopied += view.bytes;
    }
  }

  void readOutputs(const StepInputs &in, std::span<Value> outputs, StagePart &part) {
    for (size_t i = 0; i < binding_.outputs.size(); ++i) {
      const TensorView &view = runner_.outputs()[binding_.outputs[i]];
      Tensor &tensor = reuse<Tensor>(outputs[i]);
      if (binding_.outputsStay && view.type == ElementType::kF32) {
        tensor.bytes.borrow(view.data, view.bytes);
        shapeFloats(tensor, view.shape);
      } else {
        readFloats(view, tensor);
        part.bytesCopied += tensor.bytes.size();
      }
      tensor.labels = labels_;
      tensor.region = binding_.inputs.empty() ? Box() : in.tensor(0).region; // what it looked at
    }
  }

  ModelRunner &runner_;
  Labels labels_;
  ModelBinding binding_;
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
  Binder(const Application &app, const std::vector<Labels> &labels, const StepRunners &runners,
         const StepTable &table)
      : app_(app), labels_(labels), runners_(runners), table_(table) {}

  Result<BoundStages> bind() {
    for (size_t i = 0; i < app_.steps.size(); ++i) {
      const AppStep &step = app_.steps[i];
      TANDEM_ASSIGN_OR_RETURN(auto stage,
                              step.model < 0 ? bindStep(step) : bindModel(step, *runners_[i]));
      bound_.stages.push_back(std::move(stage));
    }
    return std::move(bound_);
  }

private:
  template <typename... Texts> Error error(const AppStep &step, const Texts &...texts) const {
    return Error(Code::kInvalidArgument, app_.place(step.line), "step '", step.name,
                 "': ", texts...);
  }
  /// Null for a value that is not a tensor.
  const TensorSpec *specOf(const std::optional<AppReference> &reference) const {
    if (!reference || reference->step == AppReference::kFrame)
      return nullptr;
    const AppStep &source = app_.steps[static_cast<size_t>(reference->step)];
    size_t output = static_cast<size_t>(reference->output);
    if (source.outputTypes[output] != ValueType::kTensor)
      return nullptr;
    return &bound_.specs[static_cast<size_t>(reference->step)][output];
  }

  Result<std::unique_ptr<Stage>> bindStep(const AppStep &step);
  Result<std::unique_ptr<Stage>> bindModel(const AppStep &step, ModelRunner &runner);
  Result<std::vector<size_t>> bindInputs(const AppStep &step, std::span<const TensorView> tensors);
  void lend(const AppReference &source, const TensorView &input);
  /// One step of a frame runs it, once.
  bool runsOnce(const AppStep &step, const ModelRunner &runner) const {
    return !step.forEach && std::ranges::count(runners_, &runner) == 1;
  }
  Result<std::vector<size_t>> bindOutputs(const AppStep &step, std::span<const TensorView> tensors);
  Result<size_t> findTensor(const AppStep &step, std::string_view what, const std::string &name,
                            std::span<const TensorView> tensors) const;

  const Application &app_;
  const std::vector<Labels> &labels_;
  const StepRunners &runners_;
  const StepTable &table_;
  BoundStages bound_;
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
  bound_.specs.push_back(std::move(*specs));
  return std::unique_ptr<Stage>(std::make_unique<StepStage>(std::move(*made)));
}

/// `name` empty: the only one there is.
Result<size_t> Binder::findTensor(const AppStep &step, std::string_view what,
                                  const std::string &name,
                                  std::span<const TensorView> tensors) const {
  const std::string &model = app_.models[static_cast<size_t>(step.model)].name;
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
  const std::string &model = app_.models[static_cast<size_t>(step.model)].name;
  std::vector<size_t> indices;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    TANDEM_ASSIGN_OR_RETURN(size_t index, findTensor(step, "input", step.inputNames[i], tensors));
    const TensorView &view = tensors[index];
    const AppStep &source = app_.steps[static_cast<size_t>(step.inputs[i]->step)];
    TensorSpec taken{view.type, view.shape, view.quantization, 0};
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
    const Labels &labels = labels_[static_cast<size_t>(step.model)];
    specs.push_back({ElementType::kF32, view.shape, {}, labels ? labels->size() : 0});
    indices.push_back(index);
  }
  bound_.specs.push_back(std::move(specs));
  return indices;
}

/// A step outside a for_each makes its tensor in the model's input; of several models that take it
/// in that of the first.
void Binder::lend(const AppReference &source, const TensorView &input) {
  auto step = static_cast<size_t>(source.step), output = static_cast<size_t>(source.output);
  const AppStep &maker = app_.steps[step];
  bool lent = std::ranges::any_of(bound_.lendings, [&](const Lending &other) {
    return other.step == step && other.output == output;
  });
  if (maker.model < 0 && !maker.forEach && !lent)
    bound_.lendings.push_back({step, output, input.data, input.bytes});
}

Result<std::unique_ptr<Stage>> Binder::bindModel(const AppStep &step, ModelRunner &runner) {
  ModelBinding binding;
  TANDEM_ASSIGN_OR_RETURN(binding.inputs, bindInputs(step, runner.inputs()));
  TANDEM_ASSIGN_OR_RETURN(binding.outputs, bindOutputs(step, runner.outputs()));
  binding.outputsStay = runsOnce(step, runner);
  if (binding.outputsStay)
    for (size_t i = 0; i < binding.inputs.size(); ++i)
      lend(*step.inputs[i], runner.inputs()[binding.inputs[i]]);
  return std::unique_ptr<Stage>(std::make_unique<ModelStage>(
      runner, labels_[static_cast<size_t>(step.model)], std::move(binding)));
}

} // namespace

Result<BoundStages> makeStages(const Application &app, const std::vector<Labels> &labels,
                               const StepRunners &runners, const StepTable &table) {
  return Binder(app, labels, runners, table).bind();
}

StepRunners runnersOfSteps(const ExecutorParts &parts) {
  StepRunners runners;
  for (const AppStep &step : parts.app.steps)
    runners.push_back(step.model < 0 ? nullptr
                                     : parts.runners[static_cast<size_t>(step.model)].get());
  return runners;
}

} // namespace tandem
