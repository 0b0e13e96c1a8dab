// What operators on each element become, and those between real values and codes.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tflite::test {
namespace {

using schema::ActivationFunctionType;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(TfliteArithmetic, BroadcastsAndActivates) {
  ModelBuilder m;
  int lhs = m.input("a", {2, 3}), rhs = m.input("b", {3}), out = m.tensor("out", {2, 3});
  schema::SubOptionsT options;
  options.fused_activation_function = ActivationFunctionType::RELU_N1_TO_1;
  m.op(BuiltinOperator::SUB, {lhs, rhs}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.sub %arg0, %arg1 activation relu_n1_to_1 :"));
}

struct Simple {
  BuiltinOperator op;
  int inputs;
  std::string expected;
};
void PrintTo(const Simple &simple, std::ostream *out) {
  *out << simple.expected;
}

class TfliteSimple : public testing::TestWithParam<Simple> {};

TEST_P(TfliteSimple, BecomesTheOpOfThatName) {
  ModelBuilder m;
  Ints inputs;
  for (int i = 0; i < GetParam().inputs; ++i)
    inputs.push_back(m.input("in" + std::to_string(i), {2, 3}));
  int out = m.tensor("out", {2, 3});
  m.op(GetParam().op, inputs, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Elementwise, TfliteSimple,
    testing::Values(Simple{BuiltinOperator::ADD, 2, "graph.add %arg0, %arg1 :"},
                    Simple{BuiltinOperator::MUL, 2, "graph.mul %arg0, %arg1 :"},
                    Simple{BuiltinOperator::DIV, 2, "graph.div %arg0, %arg1 :"},
                    Simple{BuiltinOperator::MAXIMUM, 2, "graph.maximum %arg0, %arg1 :"},
                    Simple{BuiltinOperator::MINIMUM, 2, "graph.minimum %arg0, %arg1 :"},
                    Simple{BuiltinOperator::POW, 2, "graph.pow %arg0, %arg1 :"},
                    Simple{BuiltinOperator::SQUARED_DIFFERENCE, 2,
                           "graph.squared_difference %arg0, %arg1 :"},
                    Simple{BuiltinOperator::PRELU, 2, "graph.prelu %arg0, %arg1 :"},
                    Simple{BuiltinOperator::RELU, 1, "graph.relu %arg0 :"},
                    Simple{BuiltinOperator::RELU6, 1, "graph.relu6 %arg0 :"},
                    Simple{BuiltinOperator::RELU_N1_TO_1, 1, "graph.relu_n1_to_1 %arg0 :"},
                    Simple{BuiltinOperator::LOGISTIC, 1, "graph.sigmoid %arg0 :"},
                    Simple{BuiltinOperator::TANH, 1, "graph.tanh %arg0 :"},
                    Simple{BuiltinOperator::HARD_SWISH, 1, "graph.hard_swish %arg0 :"},
                    Simple{BuiltinOperator::GELU, 1, "graph.gelu %arg0 :"},
                    Simple{BuiltinOperator::ELU, 1, "graph.elu %arg0 :"},
                    Simple{BuiltinOperator::EXP, 1, "graph.exp %arg0 :"},
                    Simple{BuiltinOperator::LOG, 1, "graph.log %arg0 :"},
                    Simple{BuiltinOperator::SQRT, 1, "graph.sqrt %arg0 :"},
                    Simple{BuiltinOperator::RSQRT, 1, "graph.rsqrt %arg0 :"},
                    Simple{BuiltinOperator::ABS, 1, "graph.abs %arg0 :"},
                    Simple{BuiltinOperator::NEG, 1, "graph.neg %arg0 :"},
                    Simple{BuiltinOperator::FLOOR, 1, "graph.floor %arg0 :"},
                    Simple{BuiltinOperator::LOG_SOFTMAX, 1, "graph.log_softmax %arg0 axis 1 :"}));

TEST(TfliteOptions, ReachTheAttributes) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), a = m.tensor("a", {2, 3}), b = m.tensor("b", {2, 3});
  schema::LeakyReluOptionsT leaky;
  leaky.alpha = 0.25f;
  m.op(BuiltinOperator::LEAKY_RELU, {in}, {a}, leaky);
  schema::SoftmaxOptionsT softmax;
  softmax.beta = 2.0f;
  m.op(BuiltinOperator::SOFTMAX, {a}, {b}, softmax);
  m.output(b);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.leaky_relu %arg0 alpha 2.500000e-01 :"),
                    HasSubstr("graph.softmax %0 axis 1 beta 2.000000e+00 :")));
}

TEST(TfliteReduction, CountsDimensionsFromTheFront) {
  ModelBuilder m;
  int in = m.input("in", {2, 3, 4}), axes = m.ints("axes", {-1, 1, 2}),
      out = m.tensor("out", {2, 1, 1});
  schema::ReducerOptionsT options;
  options.keep_dims = true;
  m.op(BuiltinOperator::MEAN, {in, axes}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.mean %arg0 axes [1, 2] keep_dims :"));
}

TEST(TfliteArgMax, TakesItsTypeFromTheResult) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), axis = m.ints("axis", {-1});
  int out = m.tensor("out", {2}, TensorType::INT64);
  m.op(BuiltinOperator::ARG_MAX, {in, axis}, {out}, schema::ArgMaxOptionsT());
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              HasSubstr("graph.arg_max %arg0 axis 1 : (tensor<2x3xf32>) -> tensor<2xi64>"));
}

TEST(TfliteConversion, BetweenRealAndCodes) {
  ModelBuilder m;
  int in = m.input("in", {2}), q = m.tensor("q", {2}, TensorType::INT8, {{0.5f}, {1}});
  int r = m.tensor("r", {2}), i = m.tensor("i", {2}, TensorType::INT32);
  m.op(BuiltinOperator::QUANTIZE, {in}, {q});
  m.op(BuiltinOperator::DEQUANTIZE, {q}, {r});
  m.op(BuiltinOperator::CAST, {r}, {i});
  m.output(i);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.quantize %arg0 :"), HasSubstr("graph.dequantize %0 :"),
                    HasSubstr("graph.cast %1 : (tensor<2xf32>) -> tensor<2xi32>")));
}

TEST(TfliteConversion, HalfPrecisionWeightsEndAsF32) {
  ModelBuilder m;
  int in = m.input("in", {2});
  int half = m.constant<uint16_t>("half", {2}, TensorType::FLOAT16, {0x3e00, 0xc000});
  int real = m.tensor("real", {2}), out = m.tensor("out", {2});
  m.op(BuiltinOperator::DEQUANTIZE, {half}, {real});
  m.op(BuiltinOperator::ADD, {in, real}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("dense<[1.500000e+00, -2.000000e+00]> : tensor<2xf32>"),
                    Not(HasSubstr("f16"))));
}

TEST(TfliteConversion, ManyHalfPrecisionWeightsStayInSixteenBits) {
  ModelBuilder m;
  int in = m.input("in", {1, 16});
  int half = m.constant<uint16_t>("half", {16, 16}, TensorType::FLOAT16,
                                  std::vector<uint16_t>(256, 0x3e00));
  int real = m.tensor("real", {16, 16}), out = m.tensor("out", {1, 16});
  m.op(BuiltinOperator::DEQUANTIZE, {half}, {real});
  m.op(BuiltinOperator::FULLY_CONNECTED, {in, real}, {out}, schema::FullyConnectedOptionsT());
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), AllOf(HasSubstr(": tensor<16x16xf16> : tensor<16x16xf32>"),
                                           Not(HasSubstr("graph.cast"))));
}

/// The 4x4 matrix of blocks 2x2 from the format's description: rows of blocks dense, columns
/// sparse.
TEST(TfliteDensify, ExpandsBlocks) {
  ModelBuilder m;
  int sparse = m.constant<int8_t>("sparse", {4, 4}, TensorType::INT8,
                                  {1, 0, 0, 4, 2, 3, 0, 0, 5, 0, 0, 6}, {{1.0f}, {0}});
  auto sparsity = std::make_unique<schema::SparsityParametersT>();
  sparsity->traversal_order = {0, 1, 2, 3};
  sparsity->block_map = {0, 1};
  for (int i = 0; i < 4; ++i) {
    auto level = std::make_unique<schema::DimensionMetadataT>();
    level->dense_size = 2;
    sparsity->dim_metadata.push_back(std::move(level));
  }
  schema::Uint8VectorT segments, indices;
  segments.values = {0, 2, 3};
  indices.values = {0, 1, 1};
  sparsity->dim_metadata[1]->format = schema::DimensionType::SPARSE_CSR;
  sparsity->dim_metadata[1]->array_segments.Set(segments);
  sparsity->dim_metadata[1]->array_indices.Set(indices);
  m.at(sparse).sparsity = std::move(sparsity);
  int dense = m.tensor("dense", {4, 4}, TensorType::INT8, {{1.0f}, {0}}),
      out = m.tensor("out", {4, 4});
  m.op(BuiltinOperator::DENSIFY, {sparse}, {dense});
  m.op(BuiltinOperator::DEQUANTIZE, {dense}, {out});
  m.output(dense);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("dense<[[1, 0, 2, 3], [0, 4, 0, 0], [0, 0, 5, 0], "
                                               "[0, 0, 0, 6]]> : tensor<4x4xi8>"));
}

} // namespace
} // namespace tandem::tflite::test
