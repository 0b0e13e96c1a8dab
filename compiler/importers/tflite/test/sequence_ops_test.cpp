// Recurrent layers, step by step.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tflite::test {
namespace {

using testing::HasSubstr;

size_t countOf(const std::string &text, const std::string &part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

struct Form {
  float clip = 0;
  bool peepholes = false, coupled = false, normalized = false, hybrid = false, asymmetric = false;
  bool diagonal = false;
};

/// An LSTM of one cell over three places of one number.
std::string lstm(const Form &form) {
  ModelBuilder m;
  Ints inputs = {m.input("in", {1, 3, 1})};
  auto weight = [&](const std::string &name) {
    return form.hybrid ? m.constant<int8_t>(name, {1, 1}, TensorType::INT8, {64}, {{0.01f}, {0}})
                       : m.floats(name, {1, 1}, {0.5f});
  };
  auto vector = [&](bool isThere, const std::string &name) {
    return isThere ? m.floats(name, {1}, {0.5f}) : -1;
  };
  for (const char *name : {"wi", "wf", "wc", "wo", "ri", "rf", "rc", "ro"})
    inputs.push_back(form.coupled && name[1] == 'i' ? -1 : weight(name));
  for (const char *name : {"pi", "pf", "po"})
    inputs.push_back(vector(form.peepholes && !(form.coupled && name[1] == 'i'), name));
  for (const char *name : {"bi", "bf", "bc", "bo"})
    inputs.push_back(vector(!(form.coupled && name[1] == 'i'), name));
  inputs.insert(inputs.end(), {-1, -1, m.tensor("h", {1, 1}), m.tensor("c", {1, 1})});
  for (size_t i = 18; i < 20; ++i)
    m.at(inputs[i]).is_variable = true;
  for (const char *name : {"ni", "nf", "nc", "no"})
    inputs.push_back(vector(form.normalized && !(form.coupled && name[1] == 'i'), name));
  int out = m.tensor("out", {1, 3, 1});
  schema::UnidirectionalSequenceLSTMOptionsT options;
  options.fused_activation_function = schema::ActivationFunctionType::TANH;
  options.cell_clip = form.clip;
  options.asymmetric_quantize_inputs = form.asymmetric;
  options.diagonal_recurrent_tensors = form.diagonal;
  m.op(BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM, inputs, {out}, options);
  m.output(out);
  return importText(m.bytes());
}

TEST(TfliteLstm, TakesTheWeightsOfAllPlacesAtOnceAndAStepForEach) {
  std::string text = lstm({});
  EXPECT_EQ(countOf(text, "= graph.fully_connected "), 4u) << text; // the inputs', three states'
  EXPECT_EQ(countOf(text, "= graph.sigmoid "), 9u) << text;
  EXPECT_EQ(countOf(text, "= graph.tanh "), 6u) << text;
  EXPECT_EQ(countOf(text, "= graph.minimum "), 0u) << text;
  EXPECT_EQ(countOf(lstm({.clip = 10}), "= graph.minimum "), 3u);
}

TEST(TfliteLstm, CouplesGatesNormalizesThemAndLetsThemSeeTheCell) {
  EXPECT_EQ(countOf(lstm({.coupled = true}), "= graph.sigmoid "), 6u);
  EXPECT_EQ(countOf(lstm({.normalized = true}), "= graph.rsqrt "), 12u);
  size_t plain = countOf(lstm({}), "= graph.mul ");
  EXPECT_EQ(countOf(lstm({.peepholes = true}), "= graph.mul "), plain + 9);
  EXPECT_EQ(countOf(lstm({.peepholes = true, .coupled = true}), "= graph.mul "), plain + 6);
}

TEST(TfliteLstm, KeepsCodesOfWeightsWhereRowsHaveTheirOwnZeroPoint) {
  std::string own = lstm({.hybrid = true, .asymmetric = true});
  EXPECT_THAT(own, HasSubstr("(tensor<3x1xf32>, tensor<4x1x!quant.uniform<i8:f32:0, "));
  EXPECT_EQ(countOf(own, "= graph.round "), 0u);
  std::string symmetric = lstm({.hybrid = true});
  EXPECT_EQ(countOf(symmetric, "= graph.round "), 4u) << "rows to -127 to 127, each product's";
  EXPECT_EQ(countOf(symmetric, "!quant.uniform"), 0u);
}

TEST(TfliteLstm, RefusesByNameWhatItDoesNotCompute) {
  EXPECT_THAT(lstm({.diagonal = true}),
              HasSubstr("UNIDIRECTIONAL_SEQUENCE_LSTM (1: out; diagonal weights of the state"));
}

TEST(TfliteBidirectional, ReadsTheSecondDirectionFromTheEnd) {
  ModelBuilder m;
  int in = m.input("in", {1, 3, 1});
  Ints inputs = {in};
  for (int direction = 0; direction < 2; ++direction) {
    std::string name = std::to_string(direction);
    inputs.insert(inputs.end(),
                  {m.floats("w" + name, {1, 1}, {0.5f}), m.floats("r" + name, {1, 1}, {0.5f}),
                   m.floats("b" + name, {1}, {0.5f}), m.tensor("h" + name, {1, 1})});
    m.at(inputs.back()).is_variable = true;
  }
  inputs.insert(inputs.end(), {-1, -1, -1});
  int out = m.tensor("out", {1, 3, 2});
  schema::BidirectionalSequenceRNNOptionsT options;
  options.merge_outputs = true;
  options.fused_activation_function = schema::ActivationFunctionType::TANH;
  m.op(BuiltinOperator::BIDIRECTIONAL_SEQUENCE_RNN, inputs, {out}, options);
  m.output(out);
  std::string text = importText(m.bytes());
  EXPECT_EQ(countOf(text, "= graph.tanh "), 6u) << text;
  EXPECT_THAT(text, HasSubstr("graph.concat"));
  EXPECT_THAT(text, HasSubstr("-> tensor<1x3x2xf32>"));
}

TEST(TfliteRnn, SaysWhichWeightsDoNotFit) {
  ModelBuilder m;
  int in = m.input("in", {1, 2, 3}), w = m.floats("w", {4, 2}, std::vector<float>(8));
  int r = m.floats("r", {4, 4}, std::vector<float>(16)),
      b = m.floats("b", {4}, std::vector<float>(4));
  int h = m.tensor("h", {1, 4}), out = m.tensor("out", {1, 2, 4});
  m.at(h).is_variable = true;
  m.op(BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_RNN, {in, w, r, b, h}, {out},
       schema::SequenceRNNOptionsT());
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("input 1 has shape 4x2"));
}

TEST(TfliteSingleStep, HasItsStateAsInputAndOutput) {
  ModelBuilder m;
  int in = m.input("in", {1, 3}), w = m.floats("w", {2, 3}, std::vector<float>(6, 0.5f));
  int r = m.floats("r", {2, 2}, std::vector<float>(4, 0.5f)), b = m.floats("b", {2}, {1, 2});
  int h = m.tensor("h", {1, 2}), out = m.tensor("out", {1, 2});
  m.at(h).is_variable = true;
  schema::RNNOptionsT options;
  options.fused_activation_function = schema::ActivationFunctionType::TANH;
  m.op(BuiltinOperator::RNN, {in, w, r, b, h}, {out}, options);
  m.output(out);
  std::string text = importText(m.bytes());
  EXPECT_THAT(text, HasSubstr("%arg1: tensor<1x2xf32> {graph.name = \"h\"}")) << text;
  EXPECT_EQ(countOf(text, "graph.name = \"h\""), 2u) << text;
  EXPECT_EQ(countOf(text, "= graph.tanh "), 1u) << text;
}

TEST(TfliteSvdf, RemembersTheFeaturesOfRunsBefore) {
  auto svdf = [](int rank) {
    ModelBuilder m;
    int in = m.input("in", {1, 3}), w = m.floats("w", {4, 3}, std::vector<float>(12, 0.5f));
    int time = m.floats("time", {4, 5}, std::vector<float>(20, 0.5f));
    int h = m.tensor("h", {1, 20}), out = m.tensor("out", {1, 2});
    m.at(h).is_variable = true;
    schema::SVDFOptionsT options;
    options.rank = rank;
    m.op(BuiltinOperator::SVDF, {in, w, time, -1, h}, {out}, options);
    m.output(out);
    return importText(m.bytes());
  };
  EXPECT_THAT(svdf(2), HasSubstr("begin [0, 0, 1] size [1, 4, 4]"));
  EXPECT_THAT(svdf(3), HasSubstr("for weights of shape 4x5 of rank 3"));
}

} // namespace
} // namespace tandem::tflite::test
