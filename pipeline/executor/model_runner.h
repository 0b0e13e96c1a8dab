#pragma once

#include "runtime/session.h"

#include <memory>
#include <span>
#include <string>

namespace tandem {

/// What an executor needs of a model: so that it can be tried without a compiled one.
class ModelRunner {
public:
  virtual ~ModelRunner() = default;
  virtual std::span<const TensorView> inputs() const = 0;
  virtual std::span<const TensorView> outputs() const = 0;
  /// From what was written into the inputs; the outputs are valid until the next run.
  virtual Status run() = 0;
  /// The framework's format that the model came in: "tflite".
  virtual std::string format() const = 0;
  /// The devices that its regions run on, each once, in order: "neuron, cpu".
  virtual std::string devices() const = 0;
};

/// The first model of a bundle, in a session of its own. Errors: those of Bundle and Session.
Result<std::unique_ptr<ModelRunner>> openModelRunner(const std::string &bundlePath, int threads);

} // namespace tandem
