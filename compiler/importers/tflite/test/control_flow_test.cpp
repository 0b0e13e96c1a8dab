// Loops and branches whose conditions are known.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tflite::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

int counterOf(ModelBuilder &m, const char *name, int32_t value) {
  return m.constant<int32_t>(name, {}, TensorType::INT32, {value});
}

/// while (i < rounds) { i += 1; x = x * w; }, from i = 0.
ModelBuilder loop(int rounds, bool beginsKnown = true) {
  ModelBuilder m;
  int begin = beginsKnown ? counterOf(m, "begin", 0) : m.input("begin", {}, TensorType::INT32);
  int x = m.input("x", {2}), end = m.tensor("end", {}, TensorType::INT32), y = m.tensor("y", {2});
  m.output(y);
  schema::WhileOptionsT options;
  options.cond_subgraph_index = m.newSubgraph();
  int i = m.input("i", {}, TensorType::INT32), less = m.tensor("less", {}, TensorType::BOOL);
  m.input("x", {2});
  m.op(BuiltinOperator::LESS, {i, counterOf(m, "rounds", rounds)}, {less});
  m.output(less);
  options.body_subgraph_index = m.newSubgraph();
  i = m.input("i", {}, TensorType::INT32);
  int value = m.input("x", {2}), next = m.tensor("next", {}, TensorType::INT32),
      product = m.tensor("product", {2});
  m.op(BuiltinOperator::ADD, {i, counterOf(m, "one", 1)}, {next}, schema::AddOptionsT());
  m.op(BuiltinOperator::MUL, {value, m.floats("w", {2}, {3, 4})}, {product}, schema::MulOptionsT());
  m.output(next);
  m.output(product);
  m.toMain();
  m.op(BuiltinOperator::WHILE, {begin, x}, {end, y}, options);
  return m;
}

int countOf(const std::string &text, const std::string &part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(TfliteCall, IsTheSubgraphThatItCalls) {
  ModelBuilder m;
  int x = m.input("x", {2}), y = m.tensor("y", {2});
  m.output(y);
  schema::CallOptionsT options;
  options.subgraph = static_cast<uint32_t>(m.newSubgraph());
  int in = m.input("in", {2}), out = m.tensor("out", {2});
  m.op(BuiltinOperator::RELU, {in}, {out});
  m.output(out);
  m.toMain();
  m.op(BuiltinOperator::CALL, {x}, {y}, options);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.relu %arg0"));
}

TEST(TfliteComposite, IsTheSubgraphThatItIsMadeOf) {
  ModelBuilder m;
  int x = m.input("x", {2}), y = m.tensor("y", {2});
  m.output(y);
  schema::StableHLOCompositeOptionsT options;
  options.name = "my.norm";
  options.decomposition_subgraph_index = m.newSubgraph();
  int in = m.input("in", {2}), out = m.tensor("out", {2});
  m.op(BuiltinOperator::RELU, {in}, {out});
  m.output(out);
  m.toMain();
  schema::OperatorT &op = m.op(BuiltinOperator::STABLEHLO_COMPOSITE, {x}, {y});
  op.builtin_options_2.Set(std::move(options));
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.relu %arg0"));
  op.builtin_options_2.Set(schema::StablehloPadOptionsT());
  EXPECT_THAT(importText(m.bytes()),
              HasSubstr("has options of another operator (StablehloPadOptions)"));
}

TEST(TfliteWhile, IsUnrolledByItsCounter) {
  std::string text = importText(loop(3).bytes());
  EXPECT_EQ(countOf(text, "graph.mul"), 3) << text;
  EXPECT_EQ(countOf(text, "dense<[3.000000e+00, 4.000000e+00]>"), 1) << "one weight for all rounds";
  EXPECT_THAT(importText(loop(0).bytes()), Not(HasSubstr("graph.mul")));
}

TEST(TfliteWhile, RefusesACounterThatIsNotKnownAndALoopWithoutEnd) {
  EXPECT_EQ(importText(loop(3, /*beginsKnown=*/false).bytes()),
            "error: 1 unsupported operator: WHILE (1: end; a condition that is computed at run "
            "time)");
  ModelBuilder m = loop(3);
  m.model().subgraphs[2]->outputs[0] = 0; // the counter as it was
  EXPECT_THAT(importText(m.bytes()), HasSubstr("a loop of more than 16384 rounds"));
}

TEST(TfliteWhile, RefusesToCallItself) {
  ModelBuilder m = loop(3);
  auto &body = m.model().subgraphs[2]->operators;
  auto &outer = *m.model().subgraphs[0]->operators[0];
  body[1] = std::make_unique<schema::OperatorT>(outer); // the body again, of the same tensors
  body[1]->inputs = {0, 1};
  body[1]->outputs = {2, 3};
  body.erase(body.begin());
  EXPECT_THAT(importText(m.bytes()), HasSubstr("subgraphs are nested deeper than 32"));
  outer.builtin_options.AsWhileOptions()->body_subgraph_index = 7;
  EXPECT_EQ(importText(m.bytes()), "error: node 'end' (WHILE): subgraph 7 of 3 is not there");
}

TEST(TfliteIf, IsTheBranchThatItsConditionNames) {
  for (bool condition : {true, false}) {
    ModelBuilder m;
    int c = m.constant<uint8_t>("c", {}, TensorType::BOOL, {condition});
    int x = m.input("x", {2}), y = m.tensor("y", {2});
    m.output(y);
    schema::IfOptionsT options;
    for (BuiltinOperator op : {BuiltinOperator::RELU, BuiltinOperator::TANH}) {
      int branch = m.newSubgraph();
      (op == BuiltinOperator::RELU ? options.then_subgraph_index : options.else_subgraph_index) =
          branch;
      int in = m.input("in", {2}), out = m.tensor("out", {2});
      m.op(op, {in}, {out});
      m.output(out);
    }
    m.toMain();
    m.op(BuiltinOperator::IF, {c, x}, {y}, options);
    EXPECT_THAT(importText(m.bytes()),
                AllOf(HasSubstr(condition ? "graph.relu" : "graph.tanh"),
                      Not(HasSubstr(condition ? "graph.tanh" : "graph.relu"))));
  }
}

TEST(TfliteIntegers, ShapeArithmeticIsComputed) {
  ModelBuilder m; // the rows of x times 6, as a new shape
  int x = m.input("x", {4, 3, 2}), y = m.tensor("y", {4, 6});
  int shape = m.tensor("shape", {3}, TensorType::INT32),
      rows = m.tensor("rows", {1}, TensorType::INT32);
  int six = m.tensor("six", {1}, TensorType::INT32),
      both = m.tensor("both", {2}, TensorType::INT32);
  schema::ShapeOptionsT shapeOptions;
  shapeOptions.out_type = TensorType::INT32;
  m.op(BuiltinOperator::SHAPE, {x}, {shape}, shapeOptions);
  m.op(BuiltinOperator::SLICE, {shape, m.ints("begin", {0}), m.ints("size", {1})}, {rows});
  m.op(BuiltinOperator::MUL, {m.ints("two", {2}), m.ints("three", {3})}, {six},
       schema::MulOptionsT());
  m.op(BuiltinOperator::CONCATENATION, {rows, six}, {both}, schema::ConcatenationOptionsT());
  m.op(BuiltinOperator::RESHAPE, {x, both}, {y}, schema::ReshapeOptionsT());
  m.output(y);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.reshape %arg0 shape [4, 6] :"));
}

} // namespace
} // namespace tandem::tflite::test
