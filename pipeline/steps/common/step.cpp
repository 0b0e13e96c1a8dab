#include "pipeline/steps/common/step.h"

namespace tandem {

void StepTable::add(StepKind kind, Create create) {
  kinds_.push_back(std::move(kind));
  creators_.push_back(std::move(create));
}

Result<std::unique_ptr<Step>> StepTable::create(const AppStep &step) const {
  for (size_t i = 0; i < kinds_.size(); ++i)
    if (kinds_[i].name == step.uses)
      return creators_[i](step);
  return Error(Code::kNotFound, step.name, "no step is called '", step.uses, "'");
}

void shapeFloats(Tensor &tensor, const Shape &shape) {
  tensor.spec.type = ElementType::kF32;
  tensor.spec.shape = shape;
  tensor.spec.quantization = {};
  tensor.bytes.resize(static_cast<size_t>(elementCount(shape).value_or(0)) * sizeof(float));
}

Status requireFloats(const TensorSpec &spec, std::string_view port) {
  if (spec.type == ElementType::kF32)
    return {};
  return Error(Code::kInvalidArgument, "", "input '", port, "' is ", specText(spec),
               ", expected f32");
}

Status requireLabels(const TensorSpec &spec, std::string_view port, size_t classes) {
  if (spec.labels == 0 || spec.labels == classes)
    return {};
  return Error(Code::kInvalidArgument, "", "input '", port, "' is ", specText(spec), " with ",
               classes, " classes, the model's labels are ", spec.labels);
}

} // namespace tandem
