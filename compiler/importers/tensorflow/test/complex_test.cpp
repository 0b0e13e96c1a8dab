// Complex numbers, which are two tensors in the graph. Values are compared with TensorFlow's in
// tests/models.

#include "compiler/importers/tensorflow/test/graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tensorflow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

GraphBuilder transform() {
  GraphBuilder g;
  g.input("x", {2, 6});
  g.ints("length", {8});
  g.op("RFFT", "bins", {"x", "length"});
  return g;
}

TEST(TensorflowFft, FillsUpAndIsAProductForEachPart) {
  GraphBuilder g = transform();
  g.op("ComplexAbs", "y", {"bins"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.pad %arg0 low [0, 0] high [0, 2]"),
                              HasSubstr("graph.fully_connected"), HasSubstr("graph.sqrt"),
                              HasSubstr("-> (tensor<2x5xf32> {graph.name = \"y\"})")));
}

TEST(TensorflowFft, OfRealNumbersHasNoImaginaryPartToMultiply) {
  GraphBuilder g;
  g.input("x", {2, 6});
  g.op("Cast", "complex", {"x"}).type("DstT", DataType::kComplex64);
  g.op("FFT", "bins", {"complex"});
  g.op("Real", "y", {"bins"});
  std::string text = g.text();
  EXPECT_EQ(llvm::StringRef(text).count("graph.fully_connected"), 1u) << text;
  EXPECT_THAT(text, Not(HasSubstr("graph.concat")));
}

TEST(TensorflowComplex, MovesBothPartsAndMultiplies) {
  GraphBuilder g = transform();
  g.ints("shape", {5, 2});
  g.op("Reshape", "turned", {"bins", "shape"});
  g.op("Mul", "square", {"turned", "turned"});
  g.op("Imag", "y", {"square"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("shape [5, 2]"), HasSubstr("-> (tensor<5x2xf32>"),
                              Not(HasSubstr("complex"))));
}

TEST(TensorflowComplex, IsRefusedByNameElsewhere) {
  GraphBuilder g = transform(), h = transform();
  g.op("Tanh", "y", {"bins"});
  EXPECT_EQ(g.text(), "error: 1 unsupported operator: Tanh (1: y; complex numbers)");
  h.op("Neg", "y", {"bins"});
  EXPECT_THAT(h.text(), HasSubstr("output 'y' has complex numbers"));
}

} // namespace
} // namespace tandem::tensorflow::test
