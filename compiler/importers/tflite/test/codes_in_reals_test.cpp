// Operators on codes that are computed as the reals that they stand for.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tflite::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Codes kHalf = {{0.5f}, {0}};

TEST(TfliteCodes16, AreComputedAsRealsBetweenDequantizeAndQuantize) {
  ModelBuilder m;
  int a = m.input("a", {2}, TensorType::INT16, kHalf),
      b = m.input("b", {2}, TensorType::INT16, kHalf);
  int out = m.tensor("out", {2}, TensorType::INT16, kHalf);
  m.op(BuiltinOperator::ADD, {a, b}, {out}, schema::AddOptionsT());
  m.output(out);
  EXPECT_THAT(
      importText(m.bytes()),
      AllOf(HasSubstr("%0 = graph.dequantize %arg0 : "),
            HasSubstr("%2 = graph.add %0, %1 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>"),
            HasSubstr("%3 = graph.quantize %2 : (tensor<2xf32>) -> "
                      "tensor<2x!quant.uniform<i16:f32, 5.000000e-01>>")));
}

TEST(TfliteCodes16, AreMovedAsTheyAre) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}, TensorType::INT16, kHalf);
  int out = m.tensor("out", {3, 2}, TensorType::INT16, kHalf);
  m.op(BuiltinOperator::RESHAPE, {in, m.ints("shape", {3, 2})}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.reshape %arg0"), Not(HasSubstr("quantize"))));
}

/// A matrix product of two channels, with a bias in i64 or in i32.
template <typename T> std::string product(TensorType type, std::vector<float> filterScales) {
  ModelBuilder m;
  int in = m.input("in", {1, 2}, TensorType::INT16, kHalf);
  Codes filter = {filterScales, std::vector<int64_t>(filterScales.size(), 0)};
  int weights = m.constant<int8_t>("w", {2, 2}, TensorType::INT8, {1, 2, 3, 4}, filter);
  int bias = m.constant<T>("b", {2}, type, {8, -8});
  int out = m.tensor("out", {1, 2}, TensorType::INT16, kHalf);
  m.op(BuiltinOperator::FULLY_CONNECTED, {in, weights, bias}, {out},
       schema::FullyConnectedOptionsT());
  m.output(out);
  return importText(m.bytes());
}

TEST(TfliteCodes16, TakeABiasAtTheScaleOfTheSums) {
  EXPECT_THAT(
      product<int64_t>(TensorType::INT64, {0.25f, 0.5f}),
      AllOf(HasSubstr("dense<[1.000000e+00, -2.000000e+00]>"),
            HasSubstr("dense<[[2.500000e-01, 5.000000e-01], [1.500000e+00, 2.000000e+00]]>"),
            HasSubstr("graph.fully_connected")));
  EXPECT_THAT(product<int32_t>(TensorType::INT32, {0.25f}),
              HasSubstr("dense<[1.000000e+00, -1.000000e+00]>"));
  EXPECT_THAT(product<int64_t>(TensorType::INT64, {}),
              HasSubstr("a bias in integers beside an input or filter without their scales"));
}

TEST(TfliteCodes16, BecomeCodesOf8AndBack) {
  ModelBuilder m;
  int in = m.input("in", {2}, TensorType::INT8, {{0.25f}, {3}});
  int wide = m.tensor("wide", {2}, TensorType::INT16, kHalf), out = m.tensor("out", {2});
  m.op(BuiltinOperator::QUANTIZE, {in}, {wide});
  m.op(BuiltinOperator::DEQUANTIZE, {wide}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), AllOf(HasSubstr("%0 = graph.dequantize %arg0 : "),
                                           HasSubstr("%1 = graph.quantize %0 : "),
                                           HasSubstr("%2 = graph.dequantize %1 : ")));
}

TEST(TfliteCodes8, AreComputedAsRealsOnlyWhereTheGraphHasNoFormForThem) {
  auto binary = [](BuiltinOperator op) {
    ModelBuilder m;
    int a = m.input("a", {2}, TensorType::INT8, kHalf),
        b = m.input("b", {2}, TensorType::INT8, kHalf);
    int out = m.tensor("out", {2}, TensorType::INT8, kHalf);
    m.op(op, {a, b}, {out});
    m.output(out);
    return importText(m.bytes());
  };
  EXPECT_THAT(binary(BuiltinOperator::DIV),
              AllOf(HasSubstr("graph.dequantize"), HasSubstr("graph.quantize")));
  EXPECT_THAT(binary(BuiltinOperator::MUL), Not(HasSubstr("quantize ")));
}

} // namespace
} // namespace tandem::tflite::test
