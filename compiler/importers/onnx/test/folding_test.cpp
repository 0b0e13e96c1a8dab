// What is computed on import: shapes, branches, functions.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Ints = std::vector<int64_t>;

/// What one node makes of known inputs, as it is printed.
std::string evaluated(ModelBuilder &model, const std::string &kind,
                      const std::vector<std::string> &inputs) {
  model.output("y");
  model.node(kind, inputs, {"y"});
  return importText(model);
}

TEST(OnnxFolding, FollowsAChainOfShapesIntoReshape) {
  ModelBuilder model;
  model.input("x", {2, 3, 4}).ints("zero", {1}, {0}).ints("open", {1}, {-1}).output("y");
  model.node("Shape", {"x"}, {"shape"});
  model.node("Gather", {"shape", "zero"}, {"batch"});
  set(model.node("Concat", {"batch", "open"}, {"new"}), "axis", int64_t(0));
  model.node("Reshape", {"x", "new"}, {"y"});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("graph.reshape %arg0 shape [2, 12]"), Not(HasSubstr("constant"))));
}

TEST(OnnxFolding, ComputesOnIntegersAndReals) {
  ModelBuilder sum, quotient, none, rest, root;
  sum.ints("a", {2, 1}, {1, 2}).ints("b", {2}, {10, 20});
  EXPECT_THAT(evaluated(sum, "Add", {"a", "b"}),
              HasSubstr("dense<[[11, 21], [12, 22]]> : tensor<2x2xi64>"));
  quotient.ints("a", {2}, {-7, 7}).ints("b", {}, {2});
  EXPECT_THAT(evaluated(quotient, "Div", {"a", "b"}), HasSubstr("dense<[-3, 3]>"));
  none.ints("a", {3}, {7, 7, 7}).ints("b", {3}, {-1, 0, 2});
  EXPECT_THAT(evaluated(none, "Div", {"a", "b"}), HasSubstr("it divides integers by 0"));
  rest.ints("a", {2}, {-7, 7}).ints("b", {}, {3});
  EXPECT_THAT(evaluated(rest, "Mod", {"a", "b"}), HasSubstr("dense<[2, 1]>"));
  root.floats("a", {1}, {9});
  EXPECT_THAT(evaluated(root, "Sqrt", {"a"}), HasSubstr("3.000000e+00"));
}

TEST(OnnxFolding, ComparesAndChooses) {
  ModelBuilder model;
  model.ints("a", {3}, {1, 5, 3}).ints("b", {}, {3}).ints("zeros", {}, {0}).output("y");
  model.node("Greater", {"a", "b"}, {"larger"});
  model.node("Where", {"larger", "a", "zeros"}, {"y"});
  EXPECT_THAT(importText(model), HasSubstr("dense<[0, 5, 0]>"));
}

TEST(OnnxFolding, MakesRangesAndShapes) {
  ModelBuilder range, filled, prod;
  range.ints("a", {}, {1}).ints("b", {}, {8}).ints("c", {}, {3});
  EXPECT_THAT(evaluated(range, "Range", {"a", "b", "c"}), HasSubstr("dense<[1, 4, 7]>"));
  filled.ints("shape", {2}, {2, 3});
  EXPECT_THAT(evaluated(filled, "ConstantOfShape", {"shape"}),
              HasSubstr("dense<0.000000e+00> : tensor<2x3xf32>"));
  prod.ints("a", {3}, {2, 3, 4}).output("y");
  set(prod.node("ReduceProd", {"a"}, {"y"}), "keepdims", int64_t(0));
  EXPECT_THAT(importText(prod), HasSubstr("dense<24> : tensor<i64>"));
}

TEST(OnnxFolding, LeavesOutWhatNothingReads) {
  ModelBuilder model;
  model.input("x", {4}).output("y");
  model.node("Frobnicate", {"x"}, {"unread"});
  model.node("Relu", {"x"}, {"y"});
  EXPECT_THAT(importText(model), HasSubstr("graph.relu %arg0"));
}

/// y = x + 1 as a branch of one node.
void fillBranch(proto::NodeProto &node, const std::string &name, const std::string &kind) {
  proto::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(proto::AttributeProto::GRAPH);
  proto::GraphProto &graph = *attribute.mutable_g();
  proto::NodeProto &inner = *graph.add_node();
  inner.set_op_type(kind);
  inner.add_input("x"); // of the graph around it
  inner.add_output("result");
  graph.add_output()->set_name("result");
}

TEST(OnnxFolding, TakesTheBranchOfAKnownCondition) {
  for (bool condition : {true, false}) {
    ModelBuilder model;
    model.input("x", {4}).small("c", proto::TensorProto::BOOL, {}, {condition}).output("y");
    proto::NodeProto &node = model.node("If", {"c"}, {"y"});
    fillBranch(node, "then_branch", "Exp");
    fillBranch(node, "else_branch", "Log");
    EXPECT_THAT(importText(model), HasSubstr(condition ? "graph.exp %arg0" : "graph.log %arg0"));
  }
  ModelBuilder open;
  open.input("x", {4}).input("c", {}, proto::TensorProto::BOOL).output("y");
  proto::NodeProto &node = open.node("If", {"c"}, {"y"});
  fillBranch(node, "then_branch", "Exp");
  fillBranch(node, "else_branch", "Log");
  EXPECT_THAT(importText(open), AllOf(HasSubstr("graph.exp %arg0"), HasSubstr("graph.log %arg0"),
                                      HasSubstr("graph.select"), HasSubstr("return")));
  ImportOptions options;
  options.values["c"] = {0};
  EXPECT_THAT(importText(open, options),
              AllOf(HasSubstr("graph.log %arg0"), Not(HasSubstr("graph.exp"))));
}

TEST(OnnxFolding, RefusesBranchesOfOtherShapes) {
  ModelBuilder model;
  model.input("x", {4}).input("c", {}, proto::TensorProto::BOOL).output("y");
  proto::NodeProto &node = model.node("If", {"c"}, {"y"});
  fillBranch(node, "then_branch", "Exp");
  fillBranch(node, "else_branch", "Shape");
  EXPECT_EQ(importText(model),
            "error: 1 unsupported operator: If (1: n; the condition is computed at run time, and "
            "its branches make other types or shapes: --value fixes an input that it depends on)");
}

TEST(OnnxFolding, RepeatsTheBodyOfALoop) {
  ModelBuilder model;
  model.input("x", {4}).ints("count", {}, {3}).output("y");
  proto::NodeProto &node = model.node("Loop", {"count", "", "x"}, {"y"});
  proto::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name("body");
  attribute.set_type(proto::AttributeProto::GRAPH);
  proto::GraphProto &body = *attribute.mutable_g();
  for (const char *name : {"round", "goes_on", "value"})
    body.add_input()->set_name(name);
  proto::NodeProto &inner = *body.add_node();
  inner.set_op_type("Exp");
  inner.add_input("value");
  inner.add_output("next");
  body.add_output()->set_name("goes_on");
  body.add_output()->set_name("next");
  std::string text = importText(model);
  size_t count = 0;
  for (size_t at = text.find("graph.exp"); at != std::string::npos;
       at = text.find("graph.exp", at + 1))
    ++count;
  EXPECT_EQ(count, 3u) << text;
}

proto::FunctionProto &addFunction(ModelBuilder &model) {
  proto::FunctionProto &function = *model.model().add_functions();
  function.set_domain("custom");
  function.set_name("Scaled");
  function.add_opset_import()->set_version(17);
  function.add_input("value");
  function.add_output("result");
  proto::NodeProto &inner = *function.add_node();
  inner.set_op_type("LeakyRelu");
  inner.add_input("value");
  inner.add_output("result");
  proto::AttributeProto &slope = *inner.add_attribute();
  slope.set_name("alpha");
  slope.set_type(proto::AttributeProto::FLOAT);
  slope.set_ref_attr_name("slope");
  return function;
}

TEST(OnnxFolding, PutsTheBodyOfAFunctionWhereItIsCalled) {
  ModelBuilder model;
  addFunction(model);
  model.model().add_opset_import()->set_domain("custom");
  model.input("x", {4}).output("y");
  set(model.node("custom.Scaled", {"x"}, {"y"}), "slope", 0.25);
  EXPECT_THAT(importText(model), HasSubstr("graph.leaky_relu %arg0 alpha 2.500000e-01"));
}

TEST(OnnxFolding, EndsFunctionsThatCallThemselves) {
  ModelBuilder model;
  proto::NodeProto &inner = *addFunction(model).mutable_node(0);
  inner.set_domain("custom");
  inner.set_op_type("Scaled");
  model.input("x", {4}).output("y");
  model.node("custom.Scaled", {"x"}, {"y"});
  EXPECT_THAT(importText(model), HasSubstr("nested deeper than 64"));
}

} // namespace
} // namespace tandem::onnx
