// Loops, whose rounds stand in the graph one behind the other.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

void add(proto::GraphProto &graph, const std::string &kind, const std::vector<std::string> &inputs,
         const std::string &output) {
  proto::NodeProto &node = *graph.add_node();
  node.set_op_type(kind);
  for (const std::string &input : inputs)
    node.add_input(input);
  node.add_output(output);
}

/// A Loop over x and a counter of its own, which goes on as long as that is below 'limit' (an input
/// or a constant of the model); each round gives Exp of what it has, too.
std::string countedLoop(ModelBuilder &model, const std::string &rounds) {
  model.input("x", {4}).ints("zero", {}, {0}).ints("one", {}, {1});
  model.small("true", proto::TensorProto::BOOL, {}, {1}).output("y").output("all");
  proto::NodeProto &node = model.node("Loop", {rounds, "true", "zero", "x"}, {"count", "y", "all"});
  proto::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name("body");
  attribute.set_type(proto::AttributeProto::GRAPH);
  proto::GraphProto &body = *attribute.mutable_g();
  for (const char *name : {"round", "holds", "counter", "value"})
    body.add_input()->set_name(name);
  add(body, "Add", {"counter", "one"}, "counted");
  add(body, "Less", {"counted", "limit"}, "goes_on");
  add(body, "Exp", {"value"}, "next");
  for (const char *name : {"goes_on", "counted", "next", "next"})
    body.add_output()->set_name(name);
  return importText(model);
}

size_t countOf(const std::string &text, const std::string &word) {
  size_t count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

TEST(OnnxLoop, GoesOnAsItsOwnCounterSays) {
  ModelBuilder model;
  model.ints("limit", {}, {3});
  std::string text = countedLoop(model, "");
  EXPECT_EQ(countOf(text, "graph.exp"), 3u) << text;
  EXPECT_THAT(text, AllOf(HasSubstr("-> (tensor<4xf32> {graph.name = \"y\"}, tensor<3x4xf32> "
                                    "{graph.name = \"all\"})"),
                          Not(HasSubstr("graph.less"))));
}

TEST(OnnxLoop, EndsAtItsConditionOrAfterItsRoundsWhicheverComesFirst) {
  for (auto [rounds, expected] : {std::pair(2, 2u), {5, 3u}, {1 << 20, 3u}}) {
    ModelBuilder model;
    model.ints("limit", {}, {3}).ints("rounds", {}, {rounds});
    std::string text = countedLoop(model, "rounds");
    EXPECT_EQ(countOf(text, "graph.exp"), expected) << text;
    EXPECT_THAT(text, HasSubstr("tensor<" + std::to_string(expected) + "x4xf32>"));
  }
}

TEST(OnnxLoop, RefusesAConditionOfRunTimeAndOneThatHoldsForTooLong) {
  ModelBuilder open, endless;
  open.input("limit", {}, proto::TensorProto::INT64);
  EXPECT_EQ(countedLoop(open, ""), "error: 1 unsupported operator: Loop (1: n; a condition that is "
                                   "computed at run time)");
  endless.ints("limit", {}, {1 << 20});
  EXPECT_EQ(countedLoop(endless, ""),
            "error: 1 unsupported operator: Loop (1: n; more than 1024 rounds)");
}

} // namespace
} // namespace tandem::onnx
