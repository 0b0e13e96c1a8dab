#include "compiler/importers/common/main_function.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/raw_ostream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using ::testing::HasSubstr;

namespace tandem {
namespace {

std::string nameOf(Attribute attribute) {
  return cast<StringAttr>(attribute).str();
}

TEST(MainFunction, InputsAndOutputsHaveNamesThatDiffer) {
  MLIRContext context;
  auto type = RankedTensorType::get({1, 4}, Float32Type::get(&context));
  auto made = MainFunction::create(context, {{"x", type}, {"x", type}, {"x:1", type}}, {});
  ASSERT_TRUE(bool(made));
  MainFunction main = std::move(*made);
  Value first = main.function.getArgument(0);
  ASSERT_TRUE(succeeded(main.finish({{"y", first}, {"y", first}})));
  EXPECT_EQ(nameOf(main.function.getArgAttr(0, "graph.name")), "x");
  EXPECT_EQ(nameOf(main.function.getArgAttr(1, "graph.name")), "x:1");
  EXPECT_EQ(nameOf(main.function.getArgAttr(2, "graph.name")), "x:1:1");
  EXPECT_EQ(nameOf(main.function.getResultAttr(0, "graph.name")), "y");
  EXPECT_EQ(nameOf(main.function.getResultAttr(1, "graph.name")), "y:1");
}

/// What create() makes of one input "x" with these elements, or "error: " and why.
std::string fixed(RankedTensorType type, const std::vector<double> &elements) {
  ImportOptions options;
  options.values["x"] = elements;
  auto made = MainFunction::create(*type.getContext(), {{"x", type}, {"y", type}}, options);
  if (!made)
    return "error: " + llvm::toString(made.takeError());
  EXPECT_TRUE(succeeded(made->finish({{"a", made->inputs[0]}, {"b", made->inputs[1]}})));
  EXPECT_EQ(made->function.getNumArguments(), 1u);
  EXPECT_EQ(nameOf(made->function.getArgAttr(0, "graph.name")), "y");
  std::string text;
  llvm::raw_string_ostream stream(text);
  made->inputs[0].print(stream);
  return text;
}

TEST(MainFunction, MakesConstantsOfInputsThatAreFixed) {
  MLIRContext context;
  auto reals = RankedTensorType::get({1, 2}, Float32Type::get(&context));
  auto integers = RankedTensorType::get({}, IntegerType::get(&context, 64));
  auto truths = RankedTensorType::get({2}, IntegerType::get(&context, 1));
  EXPECT_THAT(fixed(reals, {0.5}), HasSubstr("dense<5.000000e-01>"));
  EXPECT_THAT(fixed(reals, {1, -2}), HasSubstr("-2.000000e+00]]>"));
  EXPECT_THAT(fixed(integers, {16000}), HasSubstr("dense<16000> : tensor<i64>"));
  EXPECT_THAT(fixed(truths, {1, 0}), HasSubstr("dense<[true, false]>"));
  EXPECT_EQ(fixed(reals, {1, 2, 3}),
            "error: input 'x': --value gives 3 numbers, expected one or 2");
  EXPECT_EQ(fixed(integers, {0.5}), "error: input 'x': --value gives 0.5, which is no i64");
  EXPECT_EQ(fixed(integers, {0x1p63}),
            "error: input 'x': --value gives 9.22337e+18, which is no i64");
  EXPECT_EQ(fixed(truths, {2, 0}), "error: input 'x': --value gives 2, which is no bool");
  EXPECT_EQ(fixed(reals, {1e300}), "error: input 'x': --value gives 1e+300, which is no f32");
}

} // namespace
} // namespace tandem
