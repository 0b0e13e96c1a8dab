#pragma once

#include "compiler/importers/common/json.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tandem::keras {

/// One tensor of the model: result `tensor` of the `call`-th use of a layer.
struct TensorId {
  std::string layer;
  int64_t call = 0;
  int64_t tensor = 0;

  auto operator<=>(const TensorId &) const = default;
};

struct LayerConfig {
  std::string className, name;
  Json config;
  /// What each use of the layer reads; an input layer has one use that reads nothing.
  std::vector<std::vector<TensorId>> calls;
};

/// The architecture that `model_config` describes, Functional and Sequential in one form.
struct ModelConfig {
  std::vector<LayerConfig> layers;
  std::vector<TensorId> inputs, outputs;
};

/// `config` is the parsed attribute. Accepts the forms of Keras 1.2 to 3.
llvm::Expected<ModelConfig> parseModelConfig(const Json &config);

} // namespace tandem::keras
