#pragma once

#include "pipeline/steps/common/step.h"

#include <gtest/gtest.h>

#include <map>

namespace tandem {

/// Makes one step from options and runs it on values, as an executor would.
class StepHarness {
public:
  explicit StepHarness(const std::string &kindName,
                       const std::map<std::string, OptionValue> &options = {}) {
    registerAllSteps(table_);
    app_.uses = kindName;
    for (const StepKind &kind : table_.kinds()) {
      if (kind.name != kindName)
        continue;
      outputs_.resize(kind.outputs.size());
      for (const OptionKind &option : kind.options)
        if (auto given = options.find(option.name); given != options.end())
          app_.options[option.name] = given->second;
        else if (option.otherwise)
          app_.options[option.name] = *option.otherwise;
    }
  }

  Result<std::unique_ptr<Step>> create() const { return table_.create(app_); }

  /// Creates, binds and runs; the outputs are then in output().
  Status run(const std::vector<InputRef> &inputs) {
    if (!step_) {
      TANDEM_ASSIGN_OR_RETURN(step_, table_.create(app_));
      std::vector<const TensorSpec *> specs;
      for (const InputRef &input : inputs) {
        const auto *value = std::get_if<const Value *>(&input);
        const auto *tensor = value ? std::get_if<Tensor>(*value) : nullptr;
        specs.push_back(tensor ? &tensor->spec : nullptr);
      }
      TANDEM_ASSIGN_OR_RETURN(specs_, step_->bind(specs));
    }
    return step_->run(StepInputs(inputs), outputs_);
  }

  template <typename T> const T &output(size_t port = 0) const {
    return std::get<T>(outputs_[port]);
  }
  const TensorSpec &spec() const { return specs_[0]; }

private:
  StepTable table_;
  AppStep app_;
  std::unique_ptr<Step> step_;
  std::vector<TensorSpec> specs_;
  std::vector<Value> outputs_;
};

inline Value floatTensor(Shape shape, std::vector<float> values) {
  Tensor tensor;
  shapeFloats(tensor, shape);
  EXPECT_EQ(tensor.floatCount(), values.size());
  std::copy(values.begin(), values.end(), tensor.floats());
  return tensor;
}

inline std::vector<float> floatsOf(const Tensor &tensor) {
  return {tensor.floats(), tensor.floats() + tensor.floatCount()};
}

} // namespace tandem
