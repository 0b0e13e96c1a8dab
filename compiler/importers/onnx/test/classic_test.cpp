// Operators of ai.onnx.ml, by what they become. Their results are compared with ONNX Runtime by
// tests/models/check_onnx_classic.py.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Ints = std::vector<int64_t>;
using Numbers = std::vector<double>;
using Words = std::vector<std::string>;

proto::AttributeProto &add(proto::NodeProto &node, const std::string &name,
                           proto::AttributeProto::AttributeType type) {
  proto::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}
void setNumbers(proto::NodeProto &node, const std::string &name, const Numbers &values) {
  for (proto::AttributeProto &list = add(node, name, proto::AttributeProto::FLOATS);
       double value : values)
    list.add_floats(static_cast<float>(value));
}
void setWords(proto::NodeProto &node, const std::string &name, const Words &values) {
  for (proto::AttributeProto &list = add(node, name, proto::AttributeProto::STRINGS);
       const std::string &value : values)
    list.add_strings(value);
}

/// A tree: x[1] <= 0.5 leads to one leaf, else x[0] to two others. `kind`: "target" or "class".
void setTree(proto::NodeProto &node, const std::string &kind, const Ints &targets,
             const Numbers &weights, const Ints &whenFalse = {2, 0, 4, 0, 0}) {
  set(node, "nodes_treeids", Ints{0, 0, 0, 0, 0});
  set(node, "nodes_nodeids", Ints{0, 1, 2, 3, 4});
  set(node, "nodes_featureids", Ints{1, 0, 0, 0, 0});
  set(node, "nodes_truenodeids", Ints{1, 0, 3, 0, 0});
  set(node, "nodes_falsenodeids", whenFalse);
  setNumbers(node, "nodes_values", {0.5, 0, -1, 0, 0});
  setWords(node, "nodes_modes", {"BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"});
  set(node, kind + "_treeids", Ints{0, 0, 0});
  set(node, kind + "_nodeids", Ints{1, 3, 4});
  set(node, kind + "_ids", targets);
  setNumbers(node, kind + "_weights", weights);
}

std::string regressor(const Ints &whenFalse = {2, 0, 4, 0, 0}) {
  ModelBuilder model;
  model.input("x", {3, 2}).output("y");
  proto::NodeProto &node = model.node("ai.onnx.ml.TreeEnsembleRegressor", {"x"}, {"y"});
  set(node, "n_targets", int64_t(1));
  setTree(node, "target", {0, 0, 0}, {10, 20, 30}, whenFalse);
  return importText(model);
}

TEST(OnnxTreeEnsemble, StepsFromNodeToNodeAsOftenAsTheDeepestLeafNeeds) {
  std::string text = regressor();
  size_t steps = 0;
  for (size_t at = text.find("graph.less_equal"); at != std::string::npos;
       at = text.find("graph.less_equal", at + 1))
    ++steps;
  EXPECT_EQ(steps, 2u) << text;
  EXPECT_THAT(text,
              AllOf(HasSubstr("dense<[1, 1, 3, 3, 4]> : tensor<5xi32>"), // a leaf leads to itself
                    HasSubstr("dense<[2, 1, 4, 3, 4]> : tensor<5xi32>"),
                    HasSubstr("-> (tensor<3x1xf32>")));
}

TEST(OnnxTreeEnsemble, RefusesNodesInACircleAndThoseThatThereAreNot) {
  EXPECT_EQ(regressor({2, 0, 9, 0, 0}),
            "error: node 'n' (ai.onnx.ml.TreeEnsembleRegressor): node 2 "
            "leads to none, or to another's");
  EXPECT_THAT(regressor({2, 0, 2, 0, 0}), HasSubstr("leads to none, or to another's"));
}

std::string classifier(const Ints &classes, const Numbers &weights, const Ints &labels) {
  ModelBuilder model;
  model.input("x", {3, 2}).output("label").output("scores");
  proto::NodeProto &node =
      model.node("ai.onnx.ml.TreeEnsembleClassifier", {"x"}, {"label", "scores"});
  set(node, "classlabels_int64s", labels);
  setTree(node, "class", classes, weights);
  return importText(model);
}

TEST(OnnxTreeEnsemble, ScoresOneOfTwoClassesAsAChanceOrAsANumber) {
  EXPECT_THAT(classifier({0, 0, 0}, {0.25, 1, 0}, {3, 5}),
              AllOf(HasSubstr("dense<5.000000e-01>"), HasSubstr("dense<5> : tensor<1xi64>"),
                    HasSubstr("tensor<3xi64> {graph.name = \"label\"}, tensor<3x2xf32> "
                              "{graph.name = \"scores\"}")));
  EXPECT_THAT(classifier({0, 0, 0}, {0.25, 1, -2}, {3, 5}), Not(HasSubstr("dense<5.000000e-01>")));
  EXPECT_THAT(classifier({0, 1, 0}, {0.25, 1, 0}, {3, 5}),
              HasSubstr("(1: n; scores of both of two classes)"));
  EXPECT_THAT(classifier({0, 1, 2}, {0.25, 1, 0}, {3, 5, 7}),
              AllOf(HasSubstr("graph.arg_max"), HasSubstr("dense<[3, 5, 7]> : tensor<3xi64>")));
}

TEST(OnnxClassic, RefusesLabelsThatAreWords) {
  ModelBuilder model;
  model.input("x", {3, 2}).output("label");
  proto::NodeProto &node = model.node("ai.onnx.ml.LinearClassifier", {"x"}, {"label", "scores"});
  setWords(node, "classlabels_strings", {"a", "b"});
  EXPECT_THAT(importText(model),
              HasSubstr("(1: n; labels that are words: train with numbers for classes)"));
}

TEST(OnnxClassic, ScalesAndMultiplies) {
  ModelBuilder model;
  model.input("x", {3, 2}, proto::TensorProto::INT64).output("y");
  proto::NodeProto &scaler = model.node("ai.onnx.ml.Scaler", {"x"}, {"s"});
  setNumbers(scaler, "offset", {1, 2});
  setNumbers(scaler, "scale", {0.5});
  proto::NodeProto &linear = model.node("ai.onnx.ml.LinearRegressor", {"s"}, {"y"});
  setNumbers(linear, "coefficients", {3, 4});
  setNumbers(linear, "intercepts", {7});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("graph.cast"), HasSubstr("dense<[1.000000e+00, 2.000000e+00]>"),
                    HasSubstr("dense<[[3.000000e+00, 4.000000e+00]]>"),
                    HasSubstr("graph.fully_connected"), HasSubstr("-> (tensor<3x1xf32>")));
}

TEST(OnnxClassic, ChecksHowManyNumbersThereAre) {
  ModelBuilder model;
  model.input("x", {3, 2}).output("y");
  setNumbers(model.node("ai.onnx.ml.Scaler", {"x"}, {"y"}), "offset", {1, 2, 3});
  EXPECT_EQ(importText(model), "error: node 'n' (ai.onnx.ml.Scaler): 3 offsets and 0 scales for an "
                               "input of shape 3x2");
}

} // namespace
} // namespace tandem::onnx
