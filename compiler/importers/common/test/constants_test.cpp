// What becomes of the bytes of constants while a model is imported.
#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"
#include "compiler/importers/common/json.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/common/node_builder.h"
#include "compiler/importers/common/pieces.h"

#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

namespace tandem {
namespace {

using Floats = std::vector<float>;

TEST(Constants, AreKeptWithoutACopyUntilNoOpHasThem) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
  MainFunction main = llvm::cantFail(MainFunction::create(context, {}, {}));
  mlir::OpBuilder builder = mlir::OpBuilder::atBlockEnd(&main.function.getBody().front());
  auto type = mlir::RankedTensorType::get({16, 16}, builder.getF32Type());
  auto make = [&](const std::shared_ptr<const Floats> &owner) {
    llvm::ArrayRef<char> bytes(reinterpret_cast<const char *>(owner->data()), owner->size() * 4);
    return graph::ConstantOp::create(builder, builder.getUnknownLoc(), type,
                                     graph::makeElements(type, bytes, owner));
  };
  auto dropped = std::make_shared<const Floats>(256, 1.0f),
       reshaped = std::make_shared<const Floats>(256, 2.0f);
  std::weak_ptr<const Floats> isDropped = dropped, isReshaped = reshaped;
  graph::ConstantOp first = make(dropped), second = make(reshaped);
  EXPECT_EQ(graph::constantOf(first)->raw().data(),
            reinterpret_cast<const char *>(dropped->data()));

  NodeBuilder build(builder, builder.getUnknownLoc());
  MaybeValue row = build.reshape(second.getResult(), 256); // looks at the same memory
  ASSERT_TRUE(succeeded(row));
  dropped.reset();
  reshaped.reset();
  first.erase();
  second.erase();
  EXPECT_FALSE(isDropped.expired()) << "the context keeps it";
  graph::freeUnusedConstants(*main.module);
  EXPECT_TRUE(isDropped.expired());
  ASSERT_FALSE(isReshaped.expired());
  EXPECT_EQ(graph::constantOf(*row)->as<float>()[255], 2.0f);
}

/// Weights in half precision take no more memory than they do in the file.
TEST(Constants, ThatAreHalvesBecomeF32WhereTheyAreRead) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
  mlir::OpBuilder builder(&context);
  MainFunction main = llvm::cantFail(MainFunction::create(context, {}, {}));
  builder.setInsertionPointToEnd(&main.function.getBody().front());
  NodeBuilder build(builder, builder.getUnknownLoc());
  mlir::Type f32 = builder.getF32Type();
  for (mlir::Type narrow : {mlir::Type(builder.getF16Type()), mlir::Type(builder.getBF16Type())}) {
    Floats values(256);
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(i) * 0.5f;
    MaybeValue stored = build.constant(narrow, {16, 16}, values);
    MaybeValue wide = build.cast(stored, f32), turned = build.transpose(wide, {1, 0});
    ASSERT_TRUE(succeeded(turned));
    std::optional<graph::ConstantBytes> same = graph::constantOf(*wide),
                                        moved = graph::constantOf(*turned);
    ASSERT_TRUE(same && moved);
    EXPECT_EQ(
        graph::ConstantBytes::of(wide->getDefiningOp<graph::ConstantOp>().getValue())->raw().data(),
        graph::constantOf(*stored)->raw().data())
        << "the same memory";
    EXPECT_EQ(same->size(), 256 * sizeof(float));
    EXPECT_EQ(same->as<float>(), llvm::ArrayRef<float>(values));
    EXPECT_EQ(same->raw().size(), same->size());
    EXPECT_EQ(moved->as<float>()[1], values[16]);
    EXPECT_EQ(turned->getDefiningOp<graph::ConstantOp>().getValue().getElementType(), narrow);
  }
}

/// So do codes, by the scales of their channels, wherever those have gone.
TEST(Constants, ThatAreCodesBecomeF32WhereTheyAreRead) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
  mlir::OpBuilder builder(&context);
  MainFunction main = llvm::cantFail(MainFunction::create(context, {}, {}));
  builder.setInsertionPointToEnd(&main.function.getBody().front());
  NodeBuilder build(builder, builder.getUnknownLoc());
  constexpr int64_t kRows = 16, kColumns = 32;
  Quantization rows;
  for (int32_t row = 0; row < kRows; ++row) {
    rows.scales.push_back(0.1f * static_cast<float>(row + 1));
    rows.zeroPoints.push_back(row - 8);
  }
  std::vector<int8_t> codes(kRows * kColumns);
  for (size_t i = 0; i < codes.size(); ++i)
    codes[i] = static_cast<int8_t>(i % 251 - 125);
  auto real = [&](int64_t row, int64_t column) {
    return rows.scales[row] *
           static_cast<float>(codes[row * kColumns + column] - rows.zeroPoints[row]);
  };
  auto type = mlir::RankedTensorType::get({kRows, kColumns},
                                          graph::quantizedType(&context, ElementType::kI8, rows));
  mlir::Value stored = graph::createConstant<int8_t>(builder, builder.getUnknownLoc(), type, codes);
  MaybeValue reals = build.createTyped<graph::DequantizeOp>(builder.getF32Type(), stored);
  MaybeValue turned = build.transpose(reals, {1, 0});
  MaybeValue split = build.reshape(turned, {4, 8, 16}), flat = build.reshape(reals, {512});
  ASSERT_TRUE(succeeded(split) && succeeded(flat));
  graph::ConstantBytes all = *graph::constantOf(*reals), columns = *graph::constantOf(*turned),
                       parts = *graph::constantOf(*split), line = *graph::constantOf(*flat);
  EXPECT_EQ(all.size(), codes.size() * sizeof(float));
  for (int64_t row = 0; row < kRows; ++row)
    for (int64_t column = 0; column < kColumns; ++column) {
      EXPECT_EQ(all.as<float>()[row * kColumns + column], real(row, column));
      EXPECT_EQ(columns.as<float>()[column * kRows + row], real(row, column));
    }
  EXPECT_EQ(parts.as<float>(), columns.as<float>());
  EXPECT_EQ(line.as<float>(), all.as<float>());
  auto isCodes = [](mlir::Value value) {
    auto constant = value.getDefiningOp<graph::ConstantOp>();
    return graph::isQuantized(constant.getValue().getType());
  };
  EXPECT_TRUE(isCodes(*reals) && isCodes(*turned) && isCodes(*split));
  EXPECT_FALSE(isCodes(*flat)) << "no dimension has the channels";
}

TEST(Constants, OneBehindAnotherAreOneConstant) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
  mlir::OpBuilder builder(&context);
  MainFunction main = llvm::cantFail(MainFunction::create(
      context, {{"x", mlir::RankedTensorType::get({1, 2}, builder.getF32Type())}}, {}));
  mlir::Block &body = main.function.getBody().front();
  builder.setInsertionPointToEnd(&body);
  NodeBuilder build(builder, builder.getUnknownLoc());
  mlir::Value a = *build.constant(builder.getF32Type(), {1, 2}, {1, 2}),
              b = *build.constant(builder.getF32Type(), {2, 2}, {3, 4, 5, 6});
  MaybeValue both = concatWeights(build, {a, b});
  ASSERT_TRUE(succeeded(both));
  EXPECT_EQ(graph::constantOf(*both)->as<float>(), llvm::ArrayRef<float>({1, 2, 3, 4, 5, 6}));
  mlir::Value column = *build.constant(builder.getF32Type(), {2, 1}, {7, 8});
  MaybeValue wide = concatWeights(build, {b, column}, 1);
  ASSERT_TRUE(succeeded(wide));
  EXPECT_EQ(graph::constantOf(*wide)->as<float>(), llvm::ArrayRef<float>({3, 4, 7, 5, 6, 8}));
  EXPECT_TRUE(concatAlong(build, {a, b}, 0)->getDefiningOp<graph::ConcatOp>())
      << "a chain of them would double with each";
  EXPECT_TRUE(concatWeights(build, {a, body.getArgument(0)})->getDefiningOp<graph::ConcatOp>());
}

/// The parser takes twenty bytes of memory for two of text, and took quadratic time for objects.
TEST(Json, IsRefusedWhereItWouldFillTheMemory) {
  std::string objects = "[{}", numbers = "[0";
  for (int i = 0; i < 200'000; ++i)
    objects += ",{}";
  for (int i = 0; i < 4'000'000; ++i)
    numbers += ",0";
  llvm::Expected<Json> many = parseJson(objects + "]", "the list");
  ASSERT_TRUE(bool(many)) << llvm::toString(many.takeError());
  EXPECT_EQ(many->size(), 200'001u);
  EXPECT_EQ(llvm::toString(parseJson(numbers + "]", "the list").takeError()),
            "the list has more than 4000000 values, which no model needs");
  llvm::Expected<Json> quoted = parseJson(R"(["[[{,\"[\\"])", "the list");
  ASSERT_TRUE(bool(quoted)) << llvm::toString(quoted.takeError());
  EXPECT_EQ(quoted->front(), "[[{,\"[\\");
}

} // namespace
} // namespace tandem
