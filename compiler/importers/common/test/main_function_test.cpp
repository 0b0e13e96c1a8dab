#include "compiler/importers/common/main_function.h"

#include "mlir/IR/Builders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;

namespace tandem {
namespace {

std::string nameOf(Attribute attribute) {
  return cast<StringAttr>(attribute).str();
}

TEST(MainFunction, InputsAndOutputsHaveNamesThatDiffer) {
  MLIRContext context;
  auto type = RankedTensorType::get({1, 4}, Float32Type::get(&context));
  MainFunction main = MainFunction::create(context, {{"x", type}, {"x", type}, {"x:1", type}});
  Value first = main.function.getArgument(0);
  ASSERT_TRUE(succeeded(main.finish({{"y", first}, {"y", first}})));
  EXPECT_EQ(nameOf(main.function.getArgAttr(0, "graph.name")), "x");
  EXPECT_EQ(nameOf(main.function.getArgAttr(1, "graph.name")), "x:1");
  EXPECT_EQ(nameOf(main.function.getArgAttr(2, "graph.name")), "x:1:1");
  EXPECT_EQ(nameOf(main.function.getResultAttr(0, "graph.name")), "y");
  EXPECT_EQ(nameOf(main.function.getResultAttr(1, "graph.name")), "y:1");
}

} // namespace
} // namespace tandem
