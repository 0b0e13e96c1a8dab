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

/// An LSTM of one cell over three places of one number; `peephole` and `coupled` are forms that are
/// refused.
std::string lstm(float clip, bool peephole = false, bool coupled = false) {
  ModelBuilder m;
  Ints inputs = {m.input("in", {1, 3, 1})};
  auto four = [&](const std::string &name, const Ints &shape) {
    for (int i = 0; i < 4; ++i)
      inputs.push_back(m.floats(name + std::to_string(i), shape, {0.5f}));
  };
  four("w", {1, 1});
  four("r", {1, 1});
  if (coupled)
    inputs[1] = -1;
  inputs.insert(inputs.end(), {-1, peephole ? m.floats("p", {1}, {1.0f}) : -1, -1});
  four("b", {1});
  inputs.insert(inputs.end(), {-1, -1, m.tensor("h", {1, 1}), m.tensor("c", {1, 1})});
  for (size_t i = 18; i < 20; ++i)
    m.at(inputs[i]).is_variable = true;
  int out = m.tensor("out", {1, 3, 1});
  schema::UnidirectionalSequenceLSTMOptionsT options;
  options.fused_activation_function = schema::ActivationFunctionType::TANH;
  options.cell_clip = clip;
  m.op(BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM, inputs, {out}, options);
  m.output(out);
  return importText(m.bytes());
}

TEST(TfliteLstm, TakesTheWeightsOfAllPlacesAtOnceAndAStepForEach) {
  std::string text = lstm(0);
  EXPECT_EQ(countOf(text, "= graph.fully_connected "), 4u) << text; // the inputs', three states'
  EXPECT_EQ(countOf(text, "= graph.sigmoid "), 9u) << text;
  EXPECT_EQ(countOf(text, "= graph.tanh "), 6u) << text;
  EXPECT_EQ(countOf(text, "= graph.minimum "), 0u) << text;
  EXPECT_EQ(countOf(lstm(10), "= graph.minimum "), 3u);
}

TEST(TfliteLstm, RefusesByNameWhatItDoesNotCompute) {
  EXPECT_THAT(lstm(0, true), HasSubstr("UNIDIRECTIONAL_SEQUENCE_LSTM (1: out; peepholes"));
  EXPECT_THAT(lstm(0, false, true), HasSubstr("an input gate coupled with the forget gate"));
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

} // namespace
} // namespace tandem::tflite::test
