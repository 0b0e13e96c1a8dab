// Small configurations that ask for very much: an error, or a model, at once and within little
// memory.
#include "compiler/importers/keras/model_config.h"

#include <gtest/gtest.h>

namespace tandem::keras {
namespace {

Json tensor(const std::string &layer, int call = 0) {
  return Json::array({layer, call, 0});
}
/// A layer in the form of Keras 2, used as often as `calls` has lists of tensors.
Json layer(const std::string &className, const std::string &name, std::vector<Json> calls,
           Json config = Json::object()) {
  config["name"] = name;
  Json nodes = Json::array();
  for (Json &call : calls)
    nodes.push_back(std::move(call));
  return {{"class_name", className}, {"config", std::move(config)}, {"inbound_nodes", nodes}};
}
Json model(std::vector<Json> layers, Json inputs, Json outputs) {
  Json list = Json::array();
  for (Json &each : layers)
    list.push_back(std::move(each));
  return {{"layers", list}, {"input_layers", inputs}, {"output_layers", outputs}};
}
/// A model that hands its input on, as `results` results.
Json identity(size_t results) {
  return model({layer("InputLayer", "in", {})}, Json::array({tensor("in")}),
               Json(std::vector<Json>(results, tensor("in"))));
}

llvm::Expected<ModelConfig> flattened(Json config) {
  llvm::Expected<ModelConfig> parsed =
      parseModelConfig({{"class_name", "Functional"}, {"config", std::move(config)}});
  return parsed ? flattenModel(std::move(*parsed)) : std::move(parsed);
}
std::string errorOf(Json config) {
  llvm::Expected<ModelConfig> flat = flattened(std::move(config));
  return flat ? "" : llvm::toString(flat.takeError());
}

TEST(KerasModelConfig, RefusesNamesWithoutAnEnd) {
  EXPECT_EQ(errorOf(model({layer("Dense", std::string(2000, 'a'), {})}, Json::array({tensor("a")}),
                          Json::array({tensor("a")}))),
            "'model_config' is not a Keras model: a layer of class Dense has a name of 2000 "
            "letters");
}

TEST(KerasModelConfig, RefusesMoreResultsOfModelsThanThereCanBe) {
  std::vector<Json> calls(2000, Json::array({tensor("x")}));
  EXPECT_EQ(errorOf(model(
                {layer("InputLayer", "x", {}), layer("Functional", "inner", calls, identity(2000))},
                Json::array({tensor("x")}), Json::array({tensor("inner")}))),
            "layer 'inner' (Functional): with it the model has more than 65536 layers or 1048576 "
            "tensors");
}

/// Keras computes with the mask that the call names, whatever the input has.
TEST(KerasModelConfig, GivesAModelTheMaskOfItsCall) {
  Json call = tensor("x");
  call.push_back({{"mask", tensor("m")}});
  Json inner = model({layer("InputLayer", "in", {}), layer("LSTM", "read", {{tensor("in")}})},
                     Json::array({tensor("in")}), Json::array({tensor("read")}));
  llvm::Expected<ModelConfig> flat =
      flattened(model({layer("InputLayer", "x", {}), layer("InputLayer", "m", {}),
                       layer("Functional", "inner", {Json::array({call})}, inner)},
                      Json::array({tensor("x"), tensor("m")}), Json::array({tensor("inner")})));
  ASSERT_TRUE(bool(flat)) << llvm::toString(flat.takeError());
  const LayerConfig &reader = flat->layers.back(), &carrier = flat->layers[2];
  ASSERT_EQ(carrier.calls.size(), 1u);
  EXPECT_EQ(carrier.calls[0].inputs, (std::vector<TensorId>{{"x", 0, 0}, {"m", 0, 0}}));
  EXPECT_EQ(carrier.calls[0].masked, std::vector<size_t>{0});
  EXPECT_EQ(reader.name, "inner/read");
  EXPECT_EQ(reader.calls[0].inputs, (std::vector<TensorId>{{carrier.name, 0, 0}}));
}

TEST(KerasModelConfig, FollowsALongChainOfModelsOnce) {
  constexpr int kModels = 5000;
  std::vector<Json> layers = {layer("InputLayer", "x", {})};
  std::string last = "x";
  for (int i = 0; i < kModels; ++i) {
    std::string name = "m" + std::to_string(i);
    layers.push_back(layer("Functional", name, {Json::array({tensor(last)})}, identity(1)));
    layers.push_back(layer("ReLU", "r" + std::to_string(i), {Json::array({tensor(name)})}));
    last = name;
  }
  llvm::Expected<ModelConfig> flat =
      flattened(model(std::move(layers), Json::array({tensor("x")}), Json::array({tensor(last)})));
  ASSERT_TRUE(bool(flat)) << llvm::toString(flat.takeError());
  EXPECT_EQ(flat->layers.size(), kModels + 1u);
  EXPECT_EQ(flat->layers.back().calls.at(0).inputs, (std::vector<TensorId>{{"x", 0, 0}}));
  EXPECT_EQ(flat->outputs, (std::vector<TensorId>{{"x", 0, 0}}));
}

/// As .keras files describe an object.
Json described(Json module, const std::string &className, Json registeredName) {
  return {{"module", std::move(module)},
          {"class_name", className},
          {"registered_name", std::move(registeredName)}};
}

TEST(KerasModelConfig, KnowsClassesOfOthersByTheirModule) {
  EXPECT_EQ(classNameOf(described(nullptr, "Dense", "u>Dense")), "u>Dense");
  EXPECT_EQ(classNameOf(described("shop.nets", "Dense", "shop>D")), "shop>D");
  EXPECT_EQ(classNameOf(described(nullptr, "Softmax", "Softmax")), "__main__>Softmax");
  EXPECT_EQ(classNameOf(described("keras_cv.layers", "Softmax", "Softmax")),
            "keras_cv.layers>Softmax");
  EXPECT_EQ(classNameOf(described(nullptr, "CustomScaleLayer", "Custom>CustomScaleLayer")),
            "Custom>CustomScaleLayer");
}

TEST(KerasModelConfig, KnowsKerasClassesByTheirModule) {
  EXPECT_EQ(classNameOf(described("keras.layers", "Dense", nullptr)), "Dense");
  EXPECT_EQ(classNameOf(described("keras.src.applications.convnext", "LayerScale", "LayerScale")),
            "LayerScale");
  EXPECT_EQ(classNameOf(described("tf_keras.src.applications.inception_resnet_v2",
                                  "CustomScaleLayer", "Custom>CustomScaleLayer")),
            "CustomScaleLayer");
}

TEST(KerasModelConfig, KnowsFunctionsByTheSameRule) {
  auto function = [](Json module, const std::string &name) {
    Json json = described(std::move(module), "function", "function");
    json["config"] = name;
    return functionNameOf(json);
  };
  EXPECT_EQ(functionNameOf("relu"), "relu");
  EXPECT_EQ(functionNameOf("u>relu"), "u>relu");
  EXPECT_EQ(function("builtins", "twice"), "__main__>twice");
  EXPECT_EQ(function("builtins", "u>twice"), "u>twice");
  EXPECT_EQ(function("keras.activations", "relu"), "relu");
  EXPECT_EQ(functionNameOf(described("keras.layers", "LeakyReLU", nullptr)), "LeakyReLU");
  EXPECT_EQ(functionNameOf(described(nullptr, "LeakyReLU", "u>LeakyReLU")), "u>LeakyReLU");
}

TEST(KerasModelConfig, GivesALambdaNoName) {
  EXPECT_EQ(functionNameOf({{"value", {"4wEAAAA=", nullptr, nullptr}}}), "");
  EXPECT_EQ(functionNameOf({{"class_name", "__lambda__"}, {"config", {{"value", "4wEAAAA="}}}}),
            "");
  EXPECT_EQ(functionNameOf(Json(5)), "5") << "whatever else a file has is shown";
}

TEST(KerasModelConfig, TakesTheNameWhereAFileHasNoModules) {
  EXPECT_EQ(classNameOf({{"class_name", "Dense"}}), "Dense");
  EXPECT_EQ(classNameOf({{"class_name", "u>Dense"}}), "u>Dense");
  EXPECT_EQ(classNameOf({{"class_name", "Custom>CustomScaleLayer"}}), "CustomScaleLayer");
}

TEST(KerasModelConfig, RefusesAModelOfAClassOfAnother) {
  Json config = described(nullptr, "Functional", "u>Functional");
  config["config"] = identity(1);
  llvm::Expected<ModelConfig> parsed = parseModelConfig(config);
  ASSERT_FALSE(bool(parsed));
  EXPECT_EQ(llvm::toString(parsed.takeError()),
            "a Keras model of class 'u>Functional' is not supported, only Functional and "
            "Sequential models are");
}

} // namespace
} // namespace tandem::keras
