#pragma once

#include "compiler/importers/common/json.h"

#include <cstdint>
#include <memory>
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

/// TensorId::call of a model that is used once, which needs no counting.
inline constexpr int64_t kOnlyUse = -1;

/// Where a file has the weights of a layer, by both ways of Keras.
struct WeightPlace {
  /// .h5: below model_weights/<group>. The weights of a model inside the model are all in the group
  /// of that model; a layer's are those with this name on their path, behind those of the models
  /// around it, outermost first, of which Keras writes some or none.
  std::string group, nameOnPath;
  std::vector<std::string> models = {};
  bool sharesGroup = false;
  /// .keras: "layers/dense_1", by the layer's class and its place among those of that class; and
  /// what the file calls it there.
  std::string path, storedName;
};

/// What a layer is called with: numbers and the like as they were, {"tensor": 2} for inputs[2].
struct CallArguments {
  Json positional = Json::array(), named = Json::object();
};

/// One use of a layer.
struct LayerCall {
  std::vector<TensorId> inputs;
  std::shared_ptr<const CallArguments> arguments; ///< null where only inputs are known
  /// The last inputs are masks that the call is given for the inputs at these places: Keras 3
  /// writes those that it hands on by itself, too, but only between layers of a functional model.
  std::vector<size_t> masked;
};

struct ModelConfig;
struct LayerConfig {
  /// "ops.Add" for a function of keras.ops, which is no layer; "tf.math.add" for one of TensorFlow.
  std::string className, name;
  Json config;
  /// An input layer has one use that reads nothing.
  std::vector<LayerCall> calls;
  WeightPlace weights;
  std::shared_ptr<ModelConfig> inner; ///< of a model that is used as a layer
};

/// The architecture that `model_config` describes, Functional and Sequential in one form.
struct ModelConfig {
  std::vector<LayerConfig> layers;
  std::vector<TensorId> inputs, outputs;
};

/// Stands in the name of a class that is not Keras's own, between its package and its own name.
inline constexpr char kOfPackage = '>';

/// "Dense", or "package>Dense" where the file says that the class is another's than Keras's: it has
/// the name of one and computes what it likes.
std::string classNameOf(const Json &json);
/// The same of a function, or a layer in its place: "relu", "package>twice", and "__main__>twice"
/// of one that has no package, which Keras looks for among its own first. "" of a lambda, which has
/// no name.
std::string functionNameOf(const Json &json);
inline constexpr char kNoPackage[] = "__main__";

/// `config` is the parsed attribute. Accepts the forms of Keras 1.2 to 3. Models inside the model
/// are parsed too, and stay `inner`.
llvm::Expected<ModelConfig> parseModelConfig(const Json &config);

/// The same model without models inside it: their layers stand in it, called "inner/dense", with a
/// use for every use of their model.
llvm::Expected<ModelConfig> flattenModel(ModelConfig model);

} // namespace tandem::keras
