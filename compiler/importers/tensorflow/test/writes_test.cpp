// Variables that a run changes are refused wherever TensorFlow would change them, and only there.

#include "compiler/importers/tensorflow/test/graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tensorflow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char *kReason = "variables that a run changes";

/// What a graph becomes as a SavedModel whose signature is from 'x' to 'y'.
std::string servedText(const GraphBuilder &g) {
  proto::SavedModel saved;
  saved.set_saved_model_schema_version(1);
  proto::MetaGraphDef &graph = *saved.add_meta_graphs();
  graph.mutable_meta_info_def()->add_tags("serve");
  *graph.mutable_graph_def() = g.graph;
  auto &signature = (*graph.mutable_signature_def())["serving_default"];
  auto &input = (*signature.mutable_inputs())["x"];
  input.set_name("x:0");
  input.set_dtype(static_cast<int32_t>(DataType::kFloat));
  setShape(*input.mutable_tensor_shape(), {1});
  (*signature.mutable_outputs())["y"].set_name("y:0");
  return tandem::test::importText(tensorflowImporter(), "saved_model.pb",
                                  saved.SerializeAsString());
}

/// An input x and a variable.
GraphBuilder withVariable() {
  GraphBuilder g;
  g.input("x", {1});
  g.op("VarHandleOp", "v", {}).string("shared_name", "v");
  return g;
}

/// save(v, x): writes x into v, and returns x.
void addSave(GraphBuilder &g, const std::string &write = "AssignAddVariableOp") {
  auto &save = addFunction(g.graph, "save", {"v", "x"}, {"x"});
  addNode(*save.mutable_node_def(), write, "write", {"v", "x"});
}

TEST(TensorflowWrites, OfACalledFunctionAreRefused) {
  for (const char *op : {"AssignVariableOp", "AssignSubVariableOp", "ResourceScatterUpdate"}) {
    GraphBuilder g = withVariable();
    addSave(g, op);
    g.op("StatefulPartitionedCall", "call", {"v", "x"}).function("f", "save");
    g.op("Relu", "y", {"call"});
    EXPECT_EQ(servedText(g), std::string("error: 1 unsupported operator: ") + op +
                                 " (1: call/write; " + kReason + ")");
  }
}

TEST(TensorflowWrites, OfCallsInCallsAreRefused) {
  GraphBuilder g = withVariable();
  addSave(g);
  auto &outer = addFunction(g.graph, "outer", {"v", "x"}, {"x"});
  addNode(*outer.mutable_node_def(), "StatefulPartitionedCall", "inner", {"v", "x"})
      .function("f", "save");
  g.op("StatefulPartitionedCall", "call", {"v", "x"}).function("f", "outer");
  g.op("Relu", "y", {"call"});
  EXPECT_THAT(servedText(g), HasSubstr("call/inner/write; variables"));
}

TEST(TensorflowWrites, BehindControlEdgesAreRefused) {
  GraphBuilder g = withVariable();
  g.op("AssignVariableOp", "write", {"v", "x"});
  g.op("NoOp", "all", {"^write"});
  g.op("Identity", "after", {"x", "^all"});
  g.op("Relu", "y", {"after"});
  EXPECT_THAT(servedText(g), HasSubstr("AssignVariableOp (1: write; variables"));
}

TEST(TensorflowWrites, OfCallsWithoutResultsAreRefused) {
  GraphBuilder g = withVariable();
  addSave(g);
  g.graph.mutable_library()->mutable_function(0)->mutable_signature()->clear_output_arg();
  g.boolean("flag", true);
  g.op("Switch", "sides", {"flag", "flag"});
  g.op("Identity", "side", {"sides:1"});
  g.op("StatefulPartitionedCall", "call", {"v", "x", "^side"}).function("f", "save");
  g.op("Relu", "y", {"x", "^call"});
  EXPECT_THAT(servedText(g), HasSubstr("AssignAddVariableOp (1: call/write; variables"));
}

TEST(TensorflowWrites, ThatNoValueHangsOnAreLeft) {
  GraphBuilder g = withVariable();
  addSave(g);
  g.op("StatefulPartitionedCall", "train", {"v", "x"}).function("f", "save");
  g.op("AssignVariableOp", "initialize", {"v", "x"});
  g.op("Assert", "check", {"x"});
  g.op("Relu", "y", {"x", "^check"});
  EXPECT_THAT(servedText(g), HasSubstr("graph.relu %arg0"));
}

TEST(TensorflowWrites, CountOnTheSideOfAChoiceThatIsTaken) {
  for (bool holds : {true, false}) {
    GraphBuilder g = withVariable();
    addSave(g);
    addFunction(g.graph, "keep", {"v", "x"}, {"x"});
    g.boolean("training", holds);
    g.op("If", "if", {"training", "v", "x"})
        .function("then_branch", "save")
        .function("else_branch", "keep");
    g.op("Relu", "y", {"if"});
    EXPECT_THAT(servedText(g), HasSubstr(holds ? "if/write; variables" : "graph.relu %arg0"));
  }
}

TEST(TensorflowWrites, CountOnTheSideOfASwitchThatIsAlive) {
  for (bool holds : {true, false}) {
    GraphBuilder g = withVariable();
    g.boolean("training", holds);
    g.op("Switch", "sides", {"x", "training"});
    g.op("AssignVariableOp", "write", {"v", "sides:1"});
    g.op("Relu", "y", {"x", "^write"});
    EXPECT_THAT(servedText(g), HasSubstr(holds ? "write; variables" : "graph.relu %arg0"));
  }
}

TEST(TensorflowWrites, OfALoopCountWhereItHasARound) {
  for (bool holds : {true, false}) {
    GraphBuilder g = withVariable();
    addSave(g);
    addFunction(g.graph, "condition", {"go", "v", "x"}, {"go"});
    auto &body = addFunction(g.graph, "body", {"go", "v", "x"}, {"stop:y:0", "v", "x"});
    addNode(*body.mutable_node_def(), "LogicalNot", "stop", {"go"});
    addNode(*body.mutable_node_def(), "StatefulPartitionedCall", "call", {"v", "x"})
        .function("f", "save");
    g.boolean("go", holds);
    g.op("While", "while", {"go", "v", "x"}).function("cond", "condition").function("body", "body");
    g.op("Relu", "y", {"x", "^while"}); // the loop is there for its write only
    EXPECT_THAT(servedText(g),
                HasSubstr(holds ? "while/call/write; variables" : "graph.relu %arg0"));
  }
}

TEST(TensorflowWrites, OfAConditionOfRunTimeAreRefused) {
  GraphBuilder g = withVariable();
  addSave(g);
  addFunction(g.graph, "keep", {"v", "x"}, {"x"});
  g.floats("zero", {1}, {0});
  g.op("Greater", "training", {"x", "zero"});
  g.op("If", "if", {"training", "v", "x"})
      .function("then_branch", "save")
      .function("else_branch", "keep");
  g.op("Relu", "y", {"x", "^if"}); // for its write only
  EXPECT_THAT(servedText(g), AllOf(StartsWith("error: "), HasSubstr("if/write; variables"),
                                   Not(HasSubstr("2 unsupported"))));
}

TEST(TensorflowWrites, OfFunctionsThatCallEachOtherEnd) {
  GraphBuilder g = withVariable();
  for (auto [name, other] : {std::pair("a", "b"), std::pair("b", "a")}) {
    auto &function = addFunction(g.graph, name, {"v", "x"}, {"x"});
    addNode(*function.mutable_node_def(), "StatefulPartitionedCall", "call", {"v", "x"})
        .function("f", other);
    addNode(*function.mutable_node_def(), "AssignVariableOp", "write", {"v", "x"});
  }
  g.op("StatefulPartitionedCall", "call", {"v", "x"}).function("f", "a");
  g.op("Relu", "y", {"call"});
  EXPECT_THAT(servedText(g), HasSubstr("the function 'a' calls itself"));
}

} // namespace
} // namespace tandem::tensorflow::test
