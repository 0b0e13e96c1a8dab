// Recurrent layers whose activations are codes.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tflite::test {
namespace {

using testing::HasSubstr;
using testing::Not;

size_t countOf(const std::string &text, const std::string &part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

struct Form {
  bool peepholes = false, coupled = false, normalized = false, projected = false;
  float clip = 0, cellScale = 0x1p-11f;
  TensorType weights = TensorType::INT8;
  int intermediates = 5;
  schema::ActivationFunctionType activation = schema::ActivationFunctionType::TANH;
  bool isSingleStep = false;
};

/// An LSTM of one cell over three places of one code, or over one that keeps its states.
std::string lstm(const Form &form) {
  ModelBuilder m;
  Codes around3 = {{0.03f}, {3}}, state = {{0.01f}, {-7}};
  Ints inputs = {
      m.input("in", form.isSingleStep ? Ints{1, 1} : Ints{1, 3, 1}, TensorType::INT8, around3)};
  auto matrix = [&](const std::string &name) {
    return form.weights == TensorType::INT8
               ? m.constant<int8_t>(name, {1, 1}, TensorType::INT8, {64}, {{0.01f}, {0}})
               : m.constant<int16_t>(name, {1, 1}, TensorType::INT16, {64}, {{0.01f}, {0}});
  };
  auto vector = [&](bool isThere, const std::string &name) {
    return isThere ? m.constant<int16_t>(name, {1}, TensorType::INT16, {999}, {{1e-4f}, {0}}) : -1;
  };
  auto bias = [&](bool isThere, const std::string &name) {
    return isThere ? m.constant<int32_t>(name, {1}, TensorType::INT32, {77}, {{3e-4f}, {0}}) : -1;
  };
  auto isGate = [&](const std::string &name) { return !form.coupled || name[1] != 'i'; };
  for (const char *name : {"wi", "wf", "wc", "wo", "ri", "rf", "rc", "ro"})
    inputs.push_back(isGate(name) ? matrix(name) : -1);
  for (const char *name : {"pi", "pf", "po"})
    inputs.push_back(vector(form.peepholes && isGate(name), name));
  for (const char *name : {"bi", "bf", "bc", "bo"})
    inputs.push_back(bias(isGate(name), name));
  inputs.push_back(form.projected ? matrix("p") : -1);
  inputs.push_back(bias(form.projected, "pb"));
  inputs.push_back(m.tensor("h", {1, 1}, TensorType::INT8, state));
  inputs.push_back(m.tensor("c", {1, 1}, TensorType::INT16, {{form.cellScale}, {0}}));
  for (size_t i = 18; i < 20; ++i)
    m.at(inputs[i]).is_variable = true;
  for (const char *name : {"ni", "nf", "nc", "no"})
    inputs.push_back(vector(form.normalized && isGate(name), name));
  int out =
      m.tensor("out", form.isSingleStep ? Ints{1, 1} : Ints{1, 3, 1}, TensorType::INT8, state);
  Ints kept;
  for (int i = 0; i < form.intermediates; ++i)
    kept.push_back(i < 4 ? m.tensor("sum", {0}, TensorType::INT16, {{0.0005f}, {0}})
                         : m.tensor("hidden", {0}, TensorType::INT8, {{0.01f}, {4}}));
  if (form.isSingleStep) {
    schema::LSTMOptionsT options;
    options.fused_activation_function = form.activation;
    m.op(BuiltinOperator::LSTM, inputs, {out}, options).intermediates = kept;
  } else {
    schema::UnidirectionalSequenceLSTMOptionsT options;
    options.fused_activation_function = form.activation;
    options.cell_clip = form.clip;
    m.op(BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM, inputs, {out}, options).intermediates =
        kept;
  }
  m.output(out);
  return importText(m.bytes());
}

TEST(TfliteCodesLstm, ReadsTheFunctionsOfItsGatesFromTables) {
  std::string text = lstm({});
  // Four gates and the cell at each of three places.
  EXPECT_EQ(countOf(text, "= graph.gather "), 15u) << text;
  EXPECT_EQ(countOf(text, "tensor<65536xi16>, "), 15u);
  EXPECT_EQ(countOf(text, "= graph.fully_connected "), 4u) << "the inputs', three states'";
  EXPECT_EQ(countOf(text, "= graph.sigmoid "), 0u);
  EXPECT_EQ(countOf(text, "= graph.quantize "), 1u);
  EXPECT_EQ(countOf(lstm({.coupled = true}), "= graph.gather "), 12u);
}

TEST(TfliteCodesLstm, SeesTheCellNormalizesProjectsAndClips) {
  EXPECT_EQ(countOf(lstm({.projected = true}), "= graph.fully_connected "), 7u);
  size_t plain = countOf(lstm({}), "= graph.minimum ");
  EXPECT_EQ(countOf(lstm({.clip = 10}), "= graph.minimum "), plain + 3);
  EXPECT_GT(countOf(lstm({.peepholes = true}), "= graph.mul "), countOf(lstm({}), "= graph.mul "));
  EXPECT_EQ(countOf(lstm({.normalized = true}), "= graph.div "), 12u) << "a mean for each gate";
}

TEST(TfliteCodesLstm, KeepsTheStatesOfASingleStep) {
  std::string text = lstm({.isSingleStep = true});
  EXPECT_EQ(countOf(text, "= graph.quantize "), 3u) << "the output, the state, the cell: " << text;
  EXPECT_THAT(text, HasSubstr("!quant.uniform<i16:f32, 4.8828125E-4"));
}

TEST(TfliteCodesLstm, RefusesWhatLiteRtHasNoKernelFor) {
  EXPECT_THAT(lstm({.cellScale = 0.001f}),
              HasSubstr("a cell whose scale is 1.000000e-03, expected a power of two"));
  EXPECT_THAT(lstm({.cellScale = 0x1p-8f}), HasSubstr("expected a power of two of 2^-15 to 2^-9"));
  EXPECT_THAT(lstm({.weights = TensorType::INT16}),
              HasSubstr("no constant of i8 with one scale around 0"));
  EXPECT_THAT(lstm({.activation = schema::ActivationFunctionType::RELU}),
              HasSubstr("codes with another activation than TANH"));
  EXPECT_THAT(lstm({.intermediates = 4}), HasSubstr("has no intermediate result 4"));
}

std::string svdf(schema::ActivationFunctionType activation, TensorType ofTime, int units = 2) {
  ModelBuilder m;
  int in = m.input("in", {1, 3}, TensorType::INT8, {{0.05f}, {-11}});
  int w = m.constant("w", {4, 3}, TensorType::INT8, std::vector<int8_t>(12, 5), {{0.01f}, {0}});
  int time = ofTime == TensorType::INT16
                 ? m.constant("time", {4, 5}, ofTime, std::vector<int16_t>(20, 9), {{0.001f}, {0}})
                 : m.constant("time", {4, 5}, ofTime, std::vector<int8_t>(20, 9), {{0.001f}, {0}});
  int h = m.tensor("h", {1, 20}, TensorType::INT16, {{0.001f}, {0}});
  int out = m.tensor("out", {1, units}, TensorType::INT8, {{0.1f}, {-128}});
  m.at(h).is_variable = true;
  schema::SVDFOptionsT options;
  options.rank = 2;
  options.fused_activation_function = activation;
  m.op(BuiltinOperator::SVDF, {in, w, time, -1, h}, {out}, options);
  m.output(out);
  return importText(m.bytes());
}

TEST(TfliteCodesSvdf, SumsUpInWholeNumbers) {
  using schema::ActivationFunctionType;
  std::string text = svdf(ActivationFunctionType::RELU, TensorType::INT16);
  EXPECT_THAT(text, HasSubstr("begin [0, 0, 1] size [1, 4, 4]"));
  EXPECT_EQ(countOf(text, "= graph.quantize "), 2u) << "the output and the state";
  EXPECT_THAT(text, Not(HasSubstr("= graph.relu ")));
  EXPECT_THAT(svdf(ActivationFunctionType::NONE, TensorType::INT16),
              HasSubstr("codes with another activation than RELU"));
  EXPECT_THAT(svdf(ActivationFunctionType::RELU, TensorType::INT8),
              HasSubstr("no constant of i16 with one scale around 0"));
}

} // namespace
} // namespace tandem::tflite::test
