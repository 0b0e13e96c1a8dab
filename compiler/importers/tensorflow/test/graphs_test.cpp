// Names, what is dropped, what is computed at compile time, conditions and calls of functions.

#include "compiler/importers/tensorflow/test/graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tensorflow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(TensorflowGraph, HasPlaceholdersAndSinksAsItsEnds) {
  GraphBuilder g;
  g.input("unused", {1});
  g.input("x", {1, 2});
  g.op("Identity", "same", {"x"});
  g.op("Relu", "a", {"same"});
  g.op("Tanh", "b", {"same"});
  g.op("Assert", "check", {"same"});
  g.op("NoOp", "init", {"^check"});
  EXPECT_THAT(g.text(), HasSubstr("@main(%arg0: tensor<1x2xf32> {graph.name = \"x\"}) -> "
                                  "(tensor<1x2xf32> {graph.name = \"a\"}, tensor<1x2xf32> "
                                  "{graph.name = \"b\"})"));
}

TEST(TensorflowGraph, TakesItsNodesInAnyOrder) {
  GraphBuilder g;
  g.op("Relu", "y", {"s"});
  g.op("Add", "s", {"x", "x"});
  g.input("x", {3});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.add %arg0, %arg0"), HasSubstr("graph.relu %0")));
}

TEST(TensorflowGraph, KeepsDefaultsOfPlaceholdersBesideAnInput) {
  GraphBuilder g;
  g.input("x", {2});
  g.floats("default", {2}, {1, 2});
  g.op("PlaceholderWithDefault", "given", {"default"});
  g.op("Add", "y", {"x", "given"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("@main(%arg0: tensor<2xf32> {graph.name = \"x\"})"),
                              HasSubstr("dense<[1.000000e+00, 2.000000e+00]>")));
}

TEST(TensorflowConst, RepeatsItsLastElement) {
  GraphBuilder g;
  g.input("x", {2, 3});
  auto &tensor = g.constant("c", DataType::kFloat, {2, 3});
  tensor.add_float_val(1);
  tensor.add_float_val(2);
  g.op("Mul", "y", {"x", "c"});
  EXPECT_THAT(g.text(), HasSubstr("dense<[[1.000000e+00, 2.000000e+00, 2.000000e+00], "
                                  "[2.000000e+00, 2.000000e+00, 2.000000e+00]]>"));
}

TEST(TensorflowConst, StaysInTheFileWhenLarge) {
  GraphBuilder g;
  g.input("x", {1});
  std::vector<float> values = counted(1000);
  g.floats("c", {1000}, values);
  g.ints("place", {999});
  g.op("GatherV2", "last", {"c", "place"});
  g.op("Mul", "y", {"x", "last"});
  EXPECT_THAT(g.text(), HasSubstr("dense<9.990000e+02>"));
  // A file has no say in where its constants are.
  auto &tensor = *(*g.graph.mutable_node(1)->mutable_attr())["value"].mutable_tensor();
  tensor.set_file_offset(1 << 20);
  tensor.set_file_size(8);
  EXPECT_THAT(g.text(), HasSubstr("dense<9.990000e+02>"));
}

TEST(TensorflowConst, HoldsEveryTypeThatTheGraphHas) {
  GraphBuilder g;
  g.constant("half", DataType::kHalf, {}).add_half_val(0x3c00);
  g.constant("brain", DataType::kBfloat16, {}).add_half_val(0x3f80);
  g.constant("double", DataType::kDouble, {}).add_double_val(0.5);
  g.constant("byte", DataType::kUint8, {}).add_int_val(200);
  g.constant("small", DataType::kInt16, {}).add_int_val(-3);
  g.constant("long", DataType::kInt64, {}).add_int64_val(-7);
  g.boolean("flag", true);
  for (const char *name : {"half", "brain", "double", "byte", "small", "long", "flag"})
    g.op("Identity", std::string(name) + "_out", {name});
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("dense<1.000000e+00> : tensor<f16>"),
                    HasSubstr("dense<1.000000e+00> : tensor<bf16>"),
                    HasSubstr("dense<5.000000e-01> : tensor<f32>"),
                    HasSubstr("dense<200> : tensor<ui8>"), HasSubstr("dense<-3> : tensor<i16>"),
                    HasSubstr("dense<-7> : tensor<i64>"), HasSubstr("dense<true> : tensor<i1>")));
}

/// reshape(x, [shape(x)[0] * 2, prod(shape(x)[1:]) // 2]), as Keras writes it for an open batch.
TEST(TensorflowFolding, ComputesShapes) {
  GraphBuilder g;
  g.input("x", {3, 4, 5});
  g.ints("zero", {0});
  g.ints("one", {1});
  g.ints("end", {0});
  g.ints("two", Dims{}, {2});
  g.op("Shape", "shape", {"x"});
  g.op("StridedSlice", "batch", {"shape", "zero", "one", "one"}).integer("shrink_axis_mask", 1);
  g.op("StridedSlice", "rest", {"shape", "one", "end", "one"}).integer("end_mask", 1);
  g.op("Prod", "count", {"rest", "zero"});
  g.op("Mul", "rows", {"batch", "two"});
  g.op("FloorDiv", "columns", {"count", "two"});
  g.op("Pack", "new_shape", {"rows", "columns"});
  g.op("Reshape", "y", {"x", "new_shape"});
  std::string text = g.text();
  EXPECT_THAT(text, HasSubstr("graph.reshape %arg0 shape [6, 10]"));
  EXPECT_THAT(text, Not(HasSubstr("graph.constant"))) << "what was computed is not needed";
}

TEST(TensorflowFolding, ComputesRangesFillsAndSelections) {
  GraphBuilder g;
  g.input("x", {4});
  g.scalar("zero", 0);
  g.scalar("eight", 8);
  g.scalar("two", 2);
  g.ints("four", {4});
  g.op("Range", "range", {"zero", "eight", "two"}); // 0 2 4 6
  g.op("Fill", "fill", {"four", "two"});            // 2 2 2 2
  g.op("Greater", "isGreater", {"range", "fill"});  // 0 0 1 1
  g.op("SelectV2", "chosen", {"isGreater", "range", "fill"});
  g.op("Neg", "negative", {"chosen"});
  g.op("Cast", "real", {"negative"}).type("DstT", DataType::kFloat);
  g.op("Add", "y", {"x", "real"});
  EXPECT_THAT(g.text(), HasSubstr("dense<[-2.000000e+00, -2.000000e+00, -4.000000e+00, "
                                  "-6.000000e+00]>"));
}

TEST(TensorflowFolding, DividesIntegersAsPythonDoes) {
  GraphBuilder g;
  g.ints("a", {7, -7, 7, -7});
  g.ints("b", {2, 2, -2, -2});
  g.op("FloorDiv", "quotient", {"a", "b"});
  g.op("FloorMod", "remainder", {"a", "b"});
  g.op("RealDiv", "toward_zero", {"a", "b"});
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("dense<[3, -4, -4, 3]>"), HasSubstr("dense<[1, 1, -1, -1]>"),
                    HasSubstr("dense<[3, -3, -3, 3]>")));
  g.ints("zeros", {0, 1, 1, 1});
  g.op("FloorDiv", "bad", {"a", "zeros"});
  EXPECT_EQ(g.text(), "error: node 'bad' (FloorDiv): a division by zero");
}

TEST(TensorflowFolding, ComputesUnfusedNormalizations) {
  GraphBuilder g;
  g.input("x", {1, 2});
  g.floats("variance", {2}, {3, 15});
  g.floats("one", {}, {1});
  g.op("AddV2", "sum", {"variance", "one"});
  g.op("Rsqrt", "inverse", {"sum"});
  g.op("Mul", "y", {"x", "inverse"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("dense<[5.000000e-01, 2.500000e-01]>"),
                              Not(HasSubstr("graph.rsqrt"))));
}

/// if flag: relu(x) else: 3, as TensorFlow 1 writes it.
GraphBuilder oldCondition() {
  GraphBuilder g;
  g.input("x", {1});
  g.op("Switch", "pred", {"flag", "flag"});
  g.op("Identity", "switch_t", {"pred:1"});
  g.op("Identity", "switch_f", {"pred"});
  g.op("Switch", "sides", {"x", "flag"});
  g.op("Relu", "then", {"sides:1"});
  g.floats("three", {1}, {3});
  g.graph.mutable_node()->rbegin()->add_input("^switch_f");
  g.op("Merge", "merged", {"three", "then"});
  g.op("Tanh", "y", {"merged"});
  return g;
}

TEST(TensorflowSwitch, TakesTheSideOfAKnownCondition) {
  GraphBuilder holds = oldCondition(), fails = oldCondition();
  holds.boolean("flag", true);
  fails.boolean("flag", false);
  EXPECT_THAT(holds.text(), AllOf(HasSubstr("graph.relu %arg0"), Not(HasSubstr("dense"))));
  EXPECT_THAT(fails.text(), AllOf(Not(HasSubstr("graph.relu")), HasSubstr("dense<3.000000e+00>")));
}

TEST(TensorflowSwitch, RefusesAConditionOfRunTime) {
  GraphBuilder g = oldCondition();
  g.input("flag", {}, DataType::kBool);
  EXPECT_THAT(g.text(), StartsWith("error: 1 unsupported operator: Switch (2: "));
}

/// double(v) = v + v, and twice(v) = double(double(v)).
void addFunctions(proto::GraphDef &graph) {
  proto::FunctionDef &twofold = *graph.mutable_library()->add_function();
  twofold.mutable_signature()->set_name("double");
  twofold.mutable_signature()->add_input_arg()->set_name("v");
  twofold.mutable_signature()->add_output_arg()->set_name("out");
  addNode(*twofold.mutable_node_def(), "AddV2", "sum", {"v", "v"});
  (*twofold.mutable_ret())["out"] = "sum:z:0";
  proto::FunctionDef &twice = *graph.mutable_library()->add_function();
  twice.mutable_signature()->set_name("twice");
  twice.mutable_signature()->add_input_arg()->set_name("v");
  twice.mutable_signature()->add_output_arg()->set_name("out");
  addNode(*twice.mutable_node_def(), "PartitionedCall", "first", {"v"}).function("f", "double");
  addNode(*twice.mutable_node_def(), "double", "second", {"first:output:0"});
  (*twice.mutable_ret())["out"] = "second:out:0";
}

TEST(TensorflowCalls, AreInlinedWithTheirNames) {
  GraphBuilder g;
  addFunctions(g.graph);
  g.input("x", {1});
  g.op("StatefulPartitionedCall", "call", {"x"}).function("f", "twice");
  g.op("Relu", "y", {"call"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("%0 = graph.add %arg0, %arg0"),
                              HasSubstr("%1 = graph.add %0, %0"), HasSubstr("graph.relu %1")));
}

TEST(TensorflowCalls, NameTheirNodesByThePath) {
  GraphBuilder g;
  addFunctions(g.graph);
  g.graph.mutable_library()->mutable_function(0)->mutable_node_def(0)->set_op("Mystery");
  g.input("x", {1});
  g.op("StatefulPartitionedCall", "call", {"x"}).function("f", "twice");
  EXPECT_EQ(g.text(),
            "error: 1 unsupported operator: Mystery (2: call/first/sum, call/second/sum; not an "
            "operator of TensorFlow that Tandem knows)");
}

TEST(TensorflowCalls, OfAnIfTakeAKnownBranch) {
  for (bool holds : {true, false}) {
    GraphBuilder g;
    addFunctions(g.graph);
    g.input("x", {1});
    g.boolean("flag", holds);
    g.op("StatelessIf", "if", {"flag", "x"})
        .function("then_branch", "double")
        .function("else_branch", "twice");
    std::string text = g.text();
    EXPECT_THAT(text, HasSubstr("%0 = graph.add"));
    EXPECT_EQ(text.find("%1 = graph.add") != std::string::npos, !holds) << text;
  }
}

TEST(TensorflowCalls, OfACaseTakeTheBranchOfAKnownNumber) {
  // A number that no branch has means the last.
  for (auto [place, op] :
       {std::pair(0, "relu"), {1, "tanh"}, {2, "neg"}, {3, "neg"}, {-1, "neg"}}) {
    GraphBuilder g;
    for (const char *branch : {"Relu", "Tanh", "Neg"})
      addNode(*addFunction(g.graph, branch + std::string("Branch"), {"x"}, {"y:y:0"})
                   .mutable_node_def(),
              branch, "y", {"x"});
    g.input("x", {1});
    g.scalar("half", place * 2);
    g.scalar("two", 2);
    g.op("FloorDiv", "place", {"half", "two"}); // computed on import
    g.op("StatelessCase", "case", {"place", "x"})
        .functions("branches", {"ReluBranch", "TanhBranch", "NegBranch"});
    EXPECT_THAT(g.text(), HasSubstr("graph." + std::string(op) + " %arg0")) << place;
  }
}

TEST(TensorflowCalls, OfACaseMayBeSidesOfASwitch) {
  auto textOf = [](int32_t place, int64_t sides) {
    GraphBuilder g;
    g.input("x", {1});
    g.scalar("place", place);
    g.op("_SwitchN", "sides", {"x", "place"}).integer("num_outs", sides);
    g.op("Relu", "first", {"sides"});
    g.op("Tanh", "second", {"sides:1"});
    g.op("Neg", "third", {"sides:2"});
    g.op("Merge", "y", {"first", "second", "third"});
    return g.text();
  };
  EXPECT_THAT(textOf(0, 3), HasSubstr("graph.relu %arg0"));
  EXPECT_THAT(textOf(1, 3), HasSubstr("graph.tanh %arg0"));
  EXPECT_THAT(textOf(7, 3), HasSubstr("graph.neg %arg0"));
  EXPECT_THAT(textOf(0, 1 << 30), HasSubstr("'num_outs' is 1073741824"));
  GraphBuilder g; // constants hang on the sides by control edges
  g.input("x", {1});
  g.scalar("place", 1);
  g.op("_SwitchN", "sides", {"place", "place"}).integer("num_outs", 2);
  for (auto [side, value] : {std::pair("0", 5.0f), {"1", 7.0f}}) {
    g.op("Identity", std::string("pivot") + side, {std::string("sides:") + side});
    g.floats(std::string("branch") + side, {}, {value});
    g.graph.mutable_node()->rbegin()->add_input(std::string("^pivot") + side);
  }
  g.op("Merge", "merge", {"branch0", "branch1"});
  g.op("Mul", "y", {"x", "merge"});
  EXPECT_THAT(g.text(), HasSubstr("dense<7.000000e+00>"));
}

TEST(TensorflowCalls, OfACaseAreRefusedWhereTheNumberOrTheBranchesAreMissing) {
  auto textOf = [](const std::vector<std::string> &branches) {
    GraphBuilder g;
    addFunction(g.graph, "one", {"x"}, {"x"});
    addFunction(g.graph, "two", {"x"}, {"x", "x"});
    g.input("place", {}, DataType::kInt32);
    g.input("x", {1});
    g.op("Case", "y", {"place", "x"}).functions("branches", branches);
    return g.text();
  };
  EXPECT_THAT(textOf({"one", "one"}),
              HasSubstr("Case (1: y; a branch that is computed at run time)"));
  EXPECT_THAT(textOf({"one", "two"}), HasSubstr("branches have different numbers of results"));
  EXPECT_THAT(textOf({}), HasSubstr("node 'y': it names no function"));
  EXPECT_THAT(textOf({"three"}), HasSubstr("the function 'three' is not in the model"));
  EXPECT_THAT(textOf(std::vector<std::string>(1000, "one")),
              HasSubstr("node 'y': it has more than 256 branches"));
}

TEST(TensorflowCalls, FindOutputsByTheirNames) {
  GraphBuilder g;
  proto::FunctionDef &function = *g.graph.mutable_library()->add_function();
  function.mutable_signature()->set_name("f");
  for (const char *name : {"x", "pred"})
    function.mutable_signature()->add_input_arg()->set_name(name);
  function.mutable_signature()->add_output_arg()->set_name("out");
  addNode(*function.mutable_node_def(), "Switch", "sides", {"x", "pred"});
  addNode(*function.mutable_node_def(), "Relu", "then", {"sides:output_true:0"});
  (*function.mutable_ret())["out"] = "then:activations:0";
  g.input("x", {1});
  g.boolean("flag", true);
  g.op("PartitionedCall", "y", {"x", "flag"}).function("f", "f");
  EXPECT_THAT(g.text(), HasSubstr("graph.relu %arg0"));
}

TEST(TensorflowShapes, OpenOnesAreFixedByAnOption) {
  GraphBuilder g;
  g.input("x", {-1, 4, -1});
  g.op("Relu", "y", {"x"});
  EXPECT_EQ(g.text(), "error: input 'x': dimension 0 of ?x4x? is open, fix it with --shape x=DIMS");
  ImportOptions options;
  options.shapes["x"] = {2, 4, 3};
  EXPECT_THAT(g.text(options), HasSubstr("%arg0: tensor<2x4x3xf32>"));
  options.shapes["x"] = {2, 5, 3};
  EXPECT_EQ(g.text(options), "error: input 'x': --shape gives dimension 1 as 5, the model has 4");
  options.shapes.clear();
  options.shapes["z"] = {1};
  EXPECT_EQ(g.text(options), "error: --shape names 'z', the model's inputs are x");
}

TEST(TensorflowShapes, OfAnyRankAreFixedByAnOption) {
  GraphBuilder g;
  g.op("Placeholder", "x", {}).type("dtype", DataType::kFloat);
  g.op("Relu", "y", {"x"});
  g.graph.mutable_node(0)->mutable_attr()->operator[]("shape").mutable_shape()->set_unknown_rank(
      true);
  EXPECT_EQ(g.text(), "error: input 'x': its shape is open, fix it with --shape x=DIMS");
  ImportOptions options;
  options.shapes["x"] = {5};
  EXPECT_THAT(g.text(options), HasSubstr("%arg0: tensor<5xf32>"));
}

} // namespace
} // namespace tandem::tensorflow::test
