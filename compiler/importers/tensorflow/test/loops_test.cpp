// Loops of functions and of frames, and the lists of tensors that they read and write.

#include "compiler/importers/tensorflow/test/graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tensorflow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

size_t countOf(const std::string &text, const std::string &what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

/// while i < limit: i, y = i + 1, op(y). A negative limit is an input of the model.
GraphBuilder functionLoop(int limit, const std::string &op = "Relu") {
  GraphBuilder g;
  g.input("x", {2});
  g.scalar("zero", 0);
  g.scalar("one", 1);
  if (limit >= 0)
    g.scalar("limit", limit);
  else
    g.input("limit", {}, DataType::kInt32);
  auto &condition = addFunction(g.graph, "condition", {"i", "y", "one", "limit"}, {"less:z:0"});
  addNode(*condition.mutable_node_def(), "Less", "less", {"i", "limit"});
  auto &body = addFunction(g.graph, "body", {"i", "y", "one", "limit"},
                           {"next:z:0", "made:activations:0", "one", "limit"});
  addNode(*body.mutable_node_def(), "AddV2", "next", {"i", "one"});
  addNode(*body.mutable_node_def(), op, "made", {"y"});
  g.op("StatelessWhile", "while", {"zero", "x", "one", "limit"})
      .function("cond", "condition")
      .function("body", "body");
  g.op("Tanh", "y", {"while:1"});
  return g;
}

TEST(TensorflowWhile, IsPutInPlaceRoundByRound) {
  std::string text = functionLoop(3).text();
  EXPECT_EQ(countOf(text, "graph.relu"), 3) << text;
  EXPECT_THAT(text, AllOf(HasSubstr("graph.tanh %2"), Not(HasSubstr("graph.constant"))));
  EXPECT_THAT(functionLoop(0).text(), HasSubstr("graph.tanh %arg0"));
}

TEST(TensorflowWhile, GivesAllItsResultsToWhoeverFetchesIt) {
  GraphBuilder g = functionLoop(2);
  g.graph.mutable_node()->RemoveLast();
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.name = \"while\""), HasSubstr("\"while:1\""),
                              HasSubstr("\"while:3\"")));
}

TEST(TensorflowWhile, NamesWhatItDoesNotTakeOnce) {
  EXPECT_EQ(functionLoop(3, "Mystery").text(),
            "error: 1 unsupported operator: Mystery (1: while/made; not an operator of "
            "TensorFlow that Tandem knows)");
}

TEST(TensorflowWhile, RefusesRoundsThatNobodyKnows) {
  EXPECT_EQ(functionLoop(-1).text(), "error: 1 unsupported operator: StatelessWhile (1: while; a "
                                     "number of rounds that is computed at run time)");
  EXPECT_EQ(functionLoop(2000).text(),
            "error: 1 unsupported operator: StatelessWhile (1: while; more than 1024 rounds)");
}

TEST(TensorflowWhile, RefusesFunctionsThatDoNotFit) {
  GraphBuilder g = functionLoop(3);
  g.graph.mutable_library()
      ->mutable_function(1)
      ->mutable_signature()
      ->mutable_output_arg()
      ->RemoveLast();
  EXPECT_EQ(g.text(),
            "error: node 'while': a loop over 4 values whose body has 3 results and whose "
            "condition has 1");
  GraphBuilder itself = functionLoop(3);
  auto &body = *itself.graph.mutable_library()->mutable_function(1);
  addNode(*body.mutable_node_def(), "StatelessWhile", "inner", {"i", "y", "one", "limit"})
      .function("cond", "condition")
      .function("body", "body");
  (*body.mutable_ret())["out1"] = "inner:output:1";
  EXPECT_THAT(itself.text(), HasSubstr("the function 'body' calls itself"));
}

/// A loop of a frame, with what it leaves at `exit`: y = op(y) + offset.
void addFrame(GraphBuilder &g, const std::string &name, const std::string &start,
              const std::string &value, const std::string &limit) {
  auto at = [&](const std::string &node) { return name + "/" + node; };
  g.op("Enter", at("i"), {start}).string("frame_name", name);
  g.op("Enter", at("y"), {value}).string("frame_name", name);
  g.op("Enter", at("limit"), {limit}).string("frame_name", name).flag("is_constant", true);
  g.op("Merge", at("merge_i"), {at("i"), at("next_i")});
  g.op("Merge", at("merge_y"), {at("y"), at("next_y")});
  g.op("Less", at("less"), {at("merge_i"), at("limit")});
  g.op("LoopCond", at("cond"), {at("less")});
  g.op("Switch", at("switch_i"), {at("merge_i"), at("cond")});
  g.op("Switch", at("switch_y"), {at("merge_y"), at("cond")});
  g.op("Identity", at("pivot"), {at("switch_i:1")});
  g.scalar(at("one"), 1);
  g.graph.mutable_node()->rbegin()->add_input("^" + at("pivot"));
  g.op("AddV2", at("add"), {at("pivot"), at("one")});
  g.op("NextIteration", at("next_i"), {at("add")});
  g.op("Exit", at("exit"), {at("switch_y")});
  g.op("Exit", at("unread"), {at("switch_i")});
}

TEST(TensorflowFrame, IsPutInPlaceRoundByRound) {
  GraphBuilder g;
  g.input("x", {2});
  g.scalar("zero", 0);
  g.scalar("limit", 3);
  addFrame(g, "loop", "zero", "x", "limit");
  g.op("Relu", "loop/relu", {"loop/switch_y:1"});
  g.op("NextIteration", "loop/next_y", {"loop/relu"});
  g.op("Tanh", "y", {"loop/exit"});
  std::string text = g.text();
  EXPECT_EQ(countOf(text, "graph.relu"), 3) << text;
  EXPECT_THAT(text, HasSubstr("-> (tensor<2xf32> {graph.name = \"y\"})"));
}

/// As TensorFlow 2 freezes it: the loop reads the weight itself, so that nobody reads what read it.
TEST(TensorflowFrame, LeavesNoResultsBehind) {
  GraphBuilder g;
  g.input("x", {2});
  g.scalar("zero", 0);
  g.scalar("limit", 2);
  g.floats("weight", {2}, {1, 2});
  g.op("Identity", "weight/read", {"weight"});
  addFrame(g, "loop", "zero", "x", "limit");
  g.op("Enter", "loop/weight", {"weight"}).string("frame_name", "loop").flag("is_constant", true);
  g.op("Mul", "loop/mul", {"loop/switch_y:1", "loop/weight"});
  g.op("NextIteration", "loop/next_y", {"loop/mul"});
  g.op("Tanh", "y", {"loop/exit"});
  std::string text = g.text();
  EXPECT_EQ(countOf(text, "graph.mul"), 2) << text;
  EXPECT_EQ(countOf(text, "graph.constant"), 1) << text;
  EXPECT_THAT(text, HasSubstr("-> (tensor<2xf32> {graph.name = \"y\"})"));
  g.graph.mutable_node()->RemoveLast();
  EXPECT_THAT(g.text(), HasSubstr("graph.name = \"loop/exit\"")) << "there is nothing else";
}

/// Rounds that have no nodes: what is carried is handed on as it is.
TEST(TensorflowFrame, EndsWhereNothingHappens) {
  GraphBuilder g;
  g.input("x", {2});
  g.boolean("true", true);
  g.op("Enter", "go", {"true"}).string("frame_name", "loop");
  g.op("Enter", "value", {"x"}).string("frame_name", "loop");
  g.op("Merge", "merge_go", {"go", "next_go"});
  g.op("Merge", "merge", {"value", "next"});
  g.op("LoopCond", "cond", {"merge_go"});
  g.op("Switch", "switch_go", {"merge_go", "cond"});
  g.op("Switch", "switch", {"merge", "cond"});
  g.op("NextIteration", "next_go", {"switch_go:1"});
  g.op("NextIteration", "next", {"switch:1"});
  g.op("Exit", "exit", {"switch"});
  EXPECT_EQ(g.text(), "error: 1 unsupported operator: LoopCond (1: loop; more than 1024 rounds)");
}

TEST(TensorflowFrame, HoldsOthers) {
  GraphBuilder g;
  g.input("x", {2});
  g.scalar("zero", 0);
  g.scalar("limit", 3);
  addFrame(g, "outer", "zero", "x", "limit");
  g.op("Identity", "outer/zero", {"outer/one"});
  g.op("Sub", "outer/nothing", {"outer/one", "outer/zero"});
  addFrame(g, "inner", "outer/nothing", "outer/switch_y:1", "outer/pivot"); // as many as the round
  g.op("Relu", "inner/relu", {"inner/switch_y:1"});
  g.op("NextIteration", "inner/next_y", {"inner/relu"});
  g.op("NextIteration", "outer/next_y", {"inner/exit"});
  g.op("Tanh", "y", {"outer/exit"});
  EXPECT_EQ(countOf(g.text(), "graph.relu"), 0 + 1 + 2) << g.text();
}

TEST(TensorflowFrame, RefusesConditionsOfRunTimeAndWhatIsNoLoop) {
  GraphBuilder g;
  g.input("x", {2});
  g.scalar("zero", 0);
  g.input("limit", {}, DataType::kInt32);
  addFrame(g, "loop", "zero", "x", "limit");
  g.op("Relu", "loop/relu", {"loop/switch_y:1"});
  g.op("NextIteration", "loop/next_y", {"loop/relu"});
  g.op("Tanh", "y", {"loop/exit"});
  EXPECT_EQ(g.text(),
            "error: 1 unsupported operator: LoopCond (1: loop; a number of rounds that is "
            "computed at run time)");
  GraphBuilder open;
  open.input("x", {1});
  open.op("Enter", "enter", {"x"}).string("frame_name", "loop");
  open.op("Merge", "merge", {"enter", "next"});
  open.op("Relu", "body", {"merge"});
  open.op("NextIteration", "next", {"body"});
  open.op("Exit", "exit", {"merge"});
  EXPECT_THAT(open.text(), AllOf(StartsWith("error: "), HasSubstr("that no Exit leaves")));
}

TEST(TensorflowLoops, AreBoundedTogether) {
  GraphBuilder g = functionLoop(1000);
  auto &outer = addFunction(g.graph, "outer", {"i", "y", "one", "limit"},
                            {"next:z:0", "inner:output:1", "one", "limit"});
  addNode(*outer.mutable_node_def(), "AddV2", "next", {"i", "one"});
  addNode(*outer.mutable_node_def(), "Sub", "zero", {"one", "one"});
  addNode(*outer.mutable_node_def(), "While", "inner", {"zero:z:0", "y", "one", "limit"})
      .function("cond", "condition")
      .function("body", "body");
  (*g.graph.mutable_node(4)->mutable_attr())["body"].mutable_func()->set_name("outer");
  EXPECT_THAT(g.text(), HasSubstr("the graph has more than 262144 nodes once its function calls "
                                  "and loops are inlined"));
}

/// Each round computes as many numbers as a constant may have.
TEST(TensorflowLoops, ComputeNoMoreThanAFileCanAskFor) {
  GraphBuilder g = functionLoop(1000, "Neg");
  g.graph.mutable_node(0)->Clear();
  addNode(*g.graph.mutable_node(), "Fill", "x", {"size", "real"});
  g.ints("size", {1 << 20});
  g.floats("real", {}, {1});
  proto::NodeDef &unused = *g.graph.mutable_node(0);
  unused.set_name("unused");
  unused.set_op("NoOp");
  EXPECT_THAT(g.text(), HasSubstr("with it, constants computed on import have"));
}

TEST(TensorflowErrors, ControlEdgesThatLeadBack) {
  GraphBuilder g;
  g.input("x", {1});
  g.op("Relu", "a", {"x", "^b"});
  g.op("Tanh", "b", {"a"});
  EXPECT_EQ(g.text(), "error: node 'a' (Relu): its inputs lead back to itself");
}

TEST(TensorflowTensorList, IsWrittenAndRead) {
  GraphBuilder g;
  g.input("x", {3, 2});
  g.ints("shape", {2});
  g.scalar("one", 1);
  g.scalar("two", 2);
  auto type = [](Attributes node) { return node.type("element_dtype", DataType::kFloat); };
  type(g.op("TensorListFromTensor", "parts", {"x", "shape"}));
  type(g.op("TensorListReserve", "empty", {"shape", "two"}));
  type(g.op("TensorListGetItem", "item", {"parts", "two", "shape"}));
  type(g.op("TensorListSetItem", "full", {"empty", "one", "item"}));
  type(g.op("TensorListStack", "y", {"full", "shape"}));
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.slice %arg0 begin [2, 0] size [1, 2]"),
                              HasSubstr("dense<0.000000e+00> : tensor<1x2xf32>"),
                              HasSubstr("-> (tensor<2x2xf32> {graph.name = \"y\"})")));
}

TEST(TensorflowTensorList, RefusesPlacesThatAreNotThere) {
  GraphBuilder g;
  g.input("x", {3, 2});
  g.ints("shape", {2});
  g.scalar("five", 5);
  g.op("TensorListFromTensor", "parts", {"x", "shape"});
  g.op("TensorListGetItem", "y", {"parts", "five", "shape"})
      .type("element_dtype", DataType::kFloat);
  EXPECT_EQ(g.text(), "error: node 'y' (TensorListGetItem): place 5 of a list of 3 tensors");
  GraphBuilder no;
  no.input("x", {3, 2});
  no.scalar("one", 1);
  no.op("TensorListLength", "y", {"x"});
  EXPECT_EQ(no.text(), "error: node 'y' (TensorListLength): input 0 is no list of tensors");
  GraphBuilder long_;
  long_.ints("shape", {2});
  long_.scalar("many", 1 << 30);
  long_.op("TensorListReserve", "list", {"shape", "many"});
  long_.op("TensorListLength", "y", {"list"});
  EXPECT_THAT(long_.text(), HasSubstr("a list of more than 4096 tensors"));
  GraphBuilder used;
  used.input("x", {3, 2});
  used.ints("shape", {2});
  used.op("TensorListFromTensor", "parts", {"x", "shape"});
  used.op("Relu", "y", {"parts"});
  EXPECT_EQ(
      used.text(),
      "error: 1 unsupported operator: Relu (1: y; a list of tensors where a tensor is expected)");
}

TEST(TensorflowTensorList, IsNoResultOfAModel) {
  GraphBuilder g;
  auto &function = addFunction(g.graph, "f", {"x"}, {"list:output_handle:0"});
  addNode(*function.mutable_node_def(), "TensorListFromTensor", "list", {"x", "x"});
  g.input("x", {3, 2});
  g.op("PartitionedCall", "call", {"x"}).function("f", "f");
  EXPECT_EQ(g.text(), "error: 1 unsupported operator: PartitionedCall (1: call; a list of tensors "
                      "where a tensor is expected)");
}

TEST(TensorflowTensorArray, PassesItsItemsByTheFlow) {
  GraphBuilder g;
  g.input("x", {2, 2});
  g.scalar("two", 2);
  g.scalar("zero", 0);
  g.scalar("one", 1);
  g.ints("both", {1, 0});
  g.op("TensorArrayV3", "array", {"two"}).type("dtype", DataType::kFloat);
  g.op("TensorArrayScatterV3", "in", {"array", "both", "x", "array:1"});
  g.op("TensorArrayReadV3", "item", {"array", "zero", "in"});
  g.op("TensorArrayV3", "results", {"two"}).type("dtype", DataType::kFloat);
  g.op("TensorArrayWriteV3", "first", {"results", "zero", "item", "results:1"});
  g.op("TensorArrayWriteV3", "second", {"results", "one", "item", "first"});
  g.op("TensorArrayGatherV3", "y", {"results", "both", "second"}).type("dtype", DataType::kFloat);
  EXPECT_THAT(g.text(), HasSubstr("graph.slice %arg0 begin [1, 0] size [1, 2]"));
  g.op("TensorArrayReadV3", "unwritten", {"results", "one", "first"});
  EXPECT_EQ(g.text(), "error: node 'unwritten' (TensorArrayReadV3): place 1 is read, which nothing "
                      "was written to");
}

} // namespace
} // namespace tandem::tensorflow::test
