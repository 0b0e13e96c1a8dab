// Recurrent layers by what they become. Their numbers are compared with ONNX Runtime's in
// tests/models (onnx_recurrent).
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A layer of one gate over x, of two states, all of them its result.
class RnnModel {
public:
  explicit RnnModel(std::initializer_list<int64_t> dims) {
    model_.input("x", dims)
        .floats("w", {1, 2, 3}, std::vector<float>(6, 1))
        .floats("r", {1, 2, 2}, std::vector<float>(4, 1))
        .output("y");
  }
  ModelBuilder &model() { return model_; }
  proto::NodeProto &node(const std::vector<std::string> &more = {}) {
    std::vector<std::string> inputs = {"x", "w", "r"};
    inputs.insert(inputs.end(), more.begin(), more.end());
    return model_.node("RNN", inputs, {"y"});
  }
  std::string text() { return importText(model_); }

private:
  ModelBuilder model_;
};

TEST(OnnxRecurrent, TakesTheBatchFirst) {
  RnnModel rnn({4, 1, 3});
  set(rnn.node(), "layout", int64_t(1));
  EXPECT_THAT(rnn.text(), HasSubstr("-> (tensor<4x1x1x2xf32>")) << "batch, place, direction, state";
}

TEST(OnnxRecurrent, HoldsSumsWithinTheClip) {
  RnnModel plain({2, 1, 3}), clipped({2, 1, 3});
  plain.node();
  set(clipped.node(), "clip", 0.5);
  EXPECT_THAT(plain.text(), Not(HasSubstr("graph.minimum")));
  EXPECT_THAT(clipped.text(), AllOf(HasSubstr("graph.minimum"), HasSubstr("graph.maximum")));
}

TEST(OnnxRecurrent, EndsSequencesWhereTheirLengthsSay) {
  auto withLengths = [](const std::vector<int32_t> &lengths) {
    RnnModel rnn({2, 2, 3});
    rnn.model().small("lengths", proto::TensorProto::INT32, {static_cast<int64_t>(lengths.size())},
                      lengths);
    rnn.node({"", "lengths"});
    return rnn.text();
  };
  EXPECT_THAT(withLengths({2, 2}), Not(HasSubstr("graph.select")));
  EXPECT_THAT(withLengths({2, 1}), HasSubstr("graph.select"));
  EXPECT_EQ(withLengths({3, 1}), "error: node 'n' (RNN): a sequence longer than 2");
  EXPECT_EQ(withLengths({1}), "error: node 'n' (RNN): the lengths of 1 sequences, expected 2");
}

TEST(OnnxRecurrent, EndsSequencesWhereLengthsOfRunTimeSay) {
  RnnModel rnn({2, 3, 3});
  rnn.model().input("lengths", {3}, proto::TensorProto::INT32);
  rnn.node({"", "lengths"});
  std::string text = rnn.text();
  EXPECT_THAT(text, AllOf(HasSubstr("graph.less "), HasSubstr("tensor<3x1xi1>"),
                          HasSubstr("graph.select")));
}

TEST(OnnxRecurrent, ChecksPeepholes) {
  ModelBuilder model;
  model.input("x", {1, 1, 1})
      .floats("w", {1, 4, 1}, {1, 2, 3, 4})
      .floats("r", {1, 4, 1}, {1, 2, 3, 4})
      .floats("p", {1, 2}, {1, 2})
      .output("y");
  model.node("LSTM", {"x", "w", "r", "", "", "", "", "p"}, {"y"});
  EXPECT_EQ(importText(model), "error: node 'n' (LSTM): peepholes of shape 2");
}

} // namespace
} // namespace tandem::onnx
