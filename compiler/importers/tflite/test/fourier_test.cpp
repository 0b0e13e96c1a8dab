// Complex numbers, which are two tensors in the graph.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tflite::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A transform [2, 1, 5] of rows of 8, and what is made of it.
struct Transformed : ModelBuilder {
  int bins = 0;

  Transformed() {
    int in = input("in", {2, 1, 6});
    bins = tensor("bins", {2, 1, 5}, TensorType::COMPLEX64);
    op(BuiltinOperator::RFFT2D, {in, ints("lengths", {1, 8})}, {bins});
  }
  std::string result(BuiltinOperator code, Ints inputs, Ints shape,
                     TensorType type = TensorType::FLOAT32) {
    int out = tensor("out", std::move(shape), type);
    op(code, std::move(inputs), {out});
    output(out);
    return importText(bytes());
  }
};

TEST(TfliteRfft2d, FillsUpAndIsAProductForEachPartThatIsRead) {
  Transformed both, real, cast;
  EXPECT_THAT(both.result(BuiltinOperator::COMPLEX_ABS, {both.bins}, {2, 1, 5}),
              AllOf(HasSubstr("graph.pad %arg0 low [0, 0, 0] high [0, 0, 2]"),
                    HasSubstr("graph.sqrt"), Not(HasSubstr("complex"))));
  std::string text = real.result(BuiltinOperator::REAL, {real.bins}, {2, 1, 5});
  EXPECT_EQ(llvm::StringRef(text).count("graph.fully_connected"), 1u);
  EXPECT_EQ(cast.result(BuiltinOperator::CAST, {cast.bins}, {2, 1, 5}), text);
}

/// What tf.signal.frame writes: sizes by division, of the product of a part of a shape; the shape
/// of a scalar, which has no elements.
TEST(TfliteShapes, AreDividedAndMultipliedOnImport) {
  ModelBuilder m;
  int in = m.input("in", {1, 12}), shape = m.tensor("shape", {2}, TensorType::INT32);
  m.op(BuiltinOperator::SHAPE, {in}, {shape});
  int size = m.tensor("size", {}, TensorType::INT32), divisor = m.ints("divisor", {-5});
  m.op(BuiltinOperator::REDUCE_PROD, {shape, m.ints("axis", {0})}, {size});
  int half = m.tensor("half", {1}, TensorType::INT32);
  m.op(BuiltinOperator::FLOOR_DIV, {size, divisor}, {half}); // -3
  int scalar = m.tensor("scalar", {}, TensorType::INT32);
  int negative = m.tensor("negative", {1}, TensorType::INT32);
  m.op(BuiltinOperator::MUL, {half, m.ints("minus", {-1})}, {negative}, schema::MulOptionsT());
  int nothing = m.constant<int32_t>("nothing", {0}, TensorType::INT32, {});
  m.op(BuiltinOperator::RESHAPE, {negative, nothing}, {scalar});
  int packed = m.tensor("packed", {2}, TensorType::INT32), out = m.tensor("out", {3, 4});
  schema::PackOptionsT options;
  options.values_count = 2;
  m.op(BuiltinOperator::PACK, {scalar, m.constant<int32_t>("four", {}, TensorType::INT32, {4})},
       {packed}, options);
  m.op(BuiltinOperator::RESHAPE, {in, packed}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.reshape %arg0 shape [3, 4]"));
}

TEST(TfliteComplex, MovesBothParts) {
  Transformed moved;
  int flat = moved.tensor("flat", {10}, TensorType::COMPLEX64);
  moved.op(BuiltinOperator::RESHAPE, {moved.bins, moved.ints("shape", {10})}, {flat});
  EXPECT_THAT(moved.result(BuiltinOperator::IMAG, {flat}, {10}), HasSubstr("shape [10]"));
}

TEST(TfliteComplex, IsRefusedByNameElsewhere) {
  Transformed exp, output, input, constant;
  EXPECT_EQ(exp.result(BuiltinOperator::EXP, {exp.bins}, {2, 1, 5}, TensorType::COMPLEX64),
            "error: 1 unsupported operator: EXP (1: out; complex numbers)");
  output.output(output.bins);
  EXPECT_THAT(importText(output.bytes()), HasSubstr("output 'bins' has complex numbers"));
  int in = input.input("z", {2}, TensorType::COMPLEX64);
  EXPECT_EQ(input.result(BuiltinOperator::REAL, {in}, {2}),
            "error: input 'z' has complex numbers, which is not supported");
  int stored = constant.constant<float>("c", {1}, TensorType::COMPLEX64, {1, 2});
  EXPECT_THAT(constant.result(BuiltinOperator::REAL, {stored}, {1}),
              HasSubstr("tensor 'c' has complex numbers in the file"));
}

} // namespace
} // namespace tandem::tflite::test
