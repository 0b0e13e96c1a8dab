// How a symbol and its parameters become a module; single operators are in ops_test.cpp, whole
// networks are compared with MXNet in tests/models.
#include "compiler/importers/mxnet/attributes.h"
#include "compiler/importers/mxnet/symbol.h"
#include "compiler/importers/mxnet/test/import_symbol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::mxnet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char *kShape = R"j({"__shape__": "(1, 3)"})j";

/// data [1, 3] times a weight [2, 3].
std::string denseSymbol(const std::string &dataAttributes = kShape) {
  SymbolWriter symbol;
  size_t data = symbol.variable("data", dataAttributes);
  size_t weight = symbol.variable("fc_weight"), bias = symbol.variable("fc_bias");
  symbol.node("FullyConnected", "fc", R"j({"num_hidden": "2"})j", {data, weight, bias});
  return symbol.json();
}
std::string denseParameters() {
  return ParameterWriter().add("arg:fc_weight", {2, 3}).add("arg:fc_bias", {2}).bytes();
}

TEST(MxnetAttributes, AreWrittenAsPythonDoes) {
  EXPECT_EQ(parseIntegers("(3, 3)"), (llvm::SmallVector<int64_t>{3, 3}));
  EXPECT_EQ(parseIntegers("(3L, 3L)"), (llvm::SmallVector<int64_t>{3, 3})); // Python 2
  EXPECT_EQ(parseIntegers("[2,]"), (llvm::SmallVector<int64_t>{2}));
  EXPECT_EQ(parseIntegers("()"), llvm::SmallVector<int64_t>());
  EXPECT_EQ(parseIntegers("-7"), (llvm::SmallVector<int64_t>{-7}));
  EXPECT_EQ(parseIntegers("(3, None)"), std::nullopt);
  EXPECT_EQ(parseIntegers("(3"), std::nullopt);
  EXPECT_EQ(parsePairs("((1, 2), (0, 3))"), (llvm::SmallVector<int64_t>{1, 2, 0, 3}));
  EXPECT_EQ(parsePairs("((1, 2),)"), (llvm::SmallVector<int64_t>{1, 2}));
  for (const char *wrong : {"", "(", "(1, 2)", "((1, 2)", "((1, 2) (0, 3))", "((1,), (2,))"})
    EXPECT_EQ(parsePairs(wrong), std::nullopt) << wrong;
  EXPECT_EQ(parseOptionalIntegers("(None, 2)")->front(), std::nullopt);
  EXPECT_EQ(parseOptionalIntegers("(None, 2)")->back(), 2);
  EXPECT_EQ(parseFlag("True"), true);
  EXPECT_EQ(parseFlag("0"), false);
  EXPECT_EQ(parseFlag("yes"), std::nullopt);
  EXPECT_EQ(parseNumber("1e-05"), 1e-05);
  EXPECT_EQ(parseNumber("wide"), std::nullopt);
}

TEST(MxnetImporter, NamesInputsAndResultsAsMxnetDoes) {
  EXPECT_THAT(importText(denseSymbol(), denseParameters()),
              HasSubstr("(%arg0: tensor<1x3xf32> {graph.name = \"data\"}) -> "
                        "(tensor<1x2xf32> {graph.name = \"fc_output\"})"));
}

TEST(MxnetImporter, TakesShapesFromTheOptionFirst) {
  EXPECT_EQ(importText(denseSymbol("{}"), denseParameters()),
            "error: the variable 'data' has neither values in the parameters nor a shape; an "
            "input's is given with --shape data=DIMS");
  ImportOptions options;
  options.shapes["data"] = {4, 3};
  EXPECT_THAT(importText(denseSymbol("{}"), denseParameters(), options),
              HasSubstr("-> (tensor<4x2xf32>"));
  EXPECT_EQ(importText(denseSymbol(), denseParameters(), options),
            "error: input 'data': --shape gives dimension 0 as 4, the model has 1");
  std::string open = denseSymbol(R"j({"__shape__": "(0, 3)"})j"); // 0: unknown
  EXPECT_EQ(importText(open, denseParameters()),
            "error: input 'data': dimension 0 of ?x3 is open, fix it with --shape data=DIMS");
  EXPECT_THAT(importText(open, denseParameters(), options), HasSubstr("tensor<4x3xf32>"));
  options.shapes.clear();
  options.shapes["x"] = {1};
  EXPECT_EQ(importText(denseSymbol(), denseParameters(), options),
            "error: --shape names 'x', the model's inputs are data");
}

TEST(MxnetImporter, NamesParametersThatAreMissing) {
  EXPECT_EQ(importText(denseSymbol(), ParameterWriter().add("fc_weight", {2, 3}).bytes()),
            "error: the variable 'fc_bias' has neither values in the parameters nor a shape; an "
            "input's is given with --shape fc_bias=DIMS");
  // As save_parameters() writes them.
  EXPECT_EQ(importText(denseSymbol(), ParameterWriter().add("0.weight", {2, 3}).bytes()),
            "error: the variables 'fc_weight', 'fc_bias' have neither values in the parameters nor "
            "a shape; an input's is given with --shape fc_weight=DIMS; the parameters are called "
            "otherwise, '0.weight' for one: files of save_parameters() have no symbol, export() "
            "writes both");
}

TEST(MxnetImporter, RefusesParametersThatDoNotFit) {
  EXPECT_EQ(importText(denseSymbol(),
                       ParameterWriter().add("fc_weight", {2, 4}).add("fc_bias", {2}).bytes()),
            "error: node 'fc' (FullyConnected): its weight has shape 2x4, expected 2x3");
  EXPECT_EQ(importText(denseSymbol(),
                       ParameterWriter().addSparse("fc_weight").add("fc_bias", {2}).bytes()),
            "error: the parameter 'fc_weight' is stored as row_sparse, only dense arrays are "
            "supported (tostype('default') makes one)");
}

TEST(MxnetImporter, LeavesLabelsAndUnreadNodesAlone) {
  SymbolWriter symbol;
  size_t data = symbol.variable("data", kShape), label = symbol.variable("softmax_label");
  symbol.node("Frobnicate", "aside", "{}", {data});
  symbol.node("SoftmaxOutput", "softmax", "{}", {data, label});
  EXPECT_THAT(importText(symbol.json(), ParameterWriter().bytes()),
              AllOf(HasSubstr("(%arg0: tensor<1x3xf32> {graph.name = \"data\"}) ->"),
                    HasSubstr("graph.softmax"), Not(HasSubstr("label"))));
}

TEST(MxnetImporter, ListsEverythingUnsupportedAtOnce) {
  SymbolWriter symbol;
  size_t data = symbol.variable("data", R"j({"__shape__": "(1, 2, 4, 4)"})j");
  size_t first = symbol.node("Frobnicate", "f1", "{}", {data});
  size_t second = symbol.node("Frobnicate", "f2", "{}", {first});
  size_t pool =
      symbol.node("Pooling", "pool", R"j({"kernel": "(2, 2)", "pool_type": "lp"})j", {data});
  symbol.node("Mystery", "last", "{}", {second, pool});
  EXPECT_EQ(importText(symbol.json(), ParameterWriter().bytes()),
            "error: 3 unsupported operators: Frobnicate (2: f1, f2; not an operator of MXNet "
            "that Tandem knows), Pooling (1: pool; 'pool_type' 'lp', only 'max', 'avg' and 'sum' "
            "are), Mystery (1: last; not an operator of MXNet that Tandem knows)");
}

TEST(MxnetImporter, SaysWhichResultOfANodeIsNotMade) {
  std::string text = R"j({"nodes": [
    {"op": "null", "name": "data", "attrs": {"__shape__": "(1, 3)"}, "inputs": []},
    {"op": "relu", "name": "relu", "inputs": [[0, 0, 0]]},
    {"op": "tanh", "name": "tanh", "inputs": [[1, 2, 0]]}], "heads": [[2, 0, 0]]})j";
  EXPECT_EQ(importText(text, ParameterWriter().bytes()),
            "error: 1 unsupported operator: relu (1: relu; its result 2 is read)");
}

/// The same network in the spelling of each time.
class Spellings : public ::testing::TestWithParam<const char *> {};

TEST_P(Spellings, MeanTheSame) {
  std::string text = denseSymbol();
  std::string key = "\"attrs\": {\"num_hidden\"";
  text.replace(text.find(key), key.size(), "\"" + std::string(GetParam()) + "\": {\"num_hidden\"");
  EXPECT_THAT(importText(text, denseParameters()), HasSubstr("graph.fully_connected"));
}
INSTANTIATE_TEST_SUITE_P(MxnetImporter, Spellings, ::testing::Values("attrs", "attr", "param"));

TEST(MxnetImporter, FindsTheStatisticsThatOldSymbolsLeaveOut) {
  SymbolWriter symbol;
  size_t data = symbol.variable("data", kShape);
  symbol.node("BatchNorm", "bn", "{}",
              {data, symbol.variable("bn_gamma"), symbol.variable("bn_beta")});
  ParameterWriter parameters;
  parameters.add("arg:bn_gamma", {3}).add("arg:bn_beta", {3}).add("aux:bn_moving_mean", {3});
  EXPECT_EQ(importText(symbol.json(), parameters.bytes()),
            "error: node 'bn' (BatchNorm): has 4 inputs, input 4 is missing");
  EXPECT_THAT(importText(symbol.json(), parameters.add("aux:bn_moving_var", {3}).bytes()),
              HasSubstr("graph.batch_norm"));
}

TEST(MxnetImporter, ImportsNodesInWhateverOrder) {
  std::string text = R"j({"nodes": [
    {"op": "tanh", "name": "last", "inputs": [[1, 0, 0]]},
    {"op": "relu", "name": "first", "inputs": [[2, 0, 0]]},
    {"op": "null", "name": "data", "attrs": {"__shape__": "(1, 3)"}}], "heads": [[0, 0]]})j";
  EXPECT_THAT(importText(text, ParameterWriter().bytes()),
              AllOf(HasSubstr("graph.relu %arg0"), HasSubstr("graph.tanh %0")));
}

struct BadSymbol {
  const char *name, *text, *message;
};
class BadSymbols : public ::testing::TestWithParam<BadSymbol> {};

TEST_P(BadSymbols, AreRefusedWithTheReason) {
  EXPECT_EQ(importText(GetParam().text, ParameterWriter().bytes()),
            std::string("error: ") + GetParam().message);
}
INSTANTIATE_TEST_SUITE_P(
    MxnetImporter, BadSymbols,
    ::testing::Values(
        BadSymbol{"NoJson", "{\"nodes\": [", "the symbol is not valid JSON"},
        BadSymbol{"NoNodes", "{}", "the symbol is not one of MXNet: it has no list 'nodes'"},
        BadSymbol{"NoHeads", R"j({"nodes": []})j",
                  "the symbol is not one of MXNet: it has no list 'heads', its results"},
        BadSymbol{"NoName", R"j({"nodes": [{"op": "relu"}], "heads": [[0, 0, 0]]})j",
                  "the symbol is not one of MXNet: node 0 has no operator or no name"},
        BadSymbol{"HeadOutside",
                  R"j({"nodes": [{"op": "null", "name": "x"}], "heads": [[1, 0, 0]]})j",
                  "the symbol is not one of MXNet: a head is [1,0,0], expected the numbers of a "
                  "node and of one of its results"},
        BadSymbol{
            "InputOutside",
            R"j({"nodes": [{"op": "relu", "name": "x", "inputs": [[-1, 0]]}], "heads": [[0, 0]]})j",
            "the symbol is not one of MXNet: input 0 of the node 'x' is [-1,0], expected the "
            "numbers of a node and of one of its results"},
        BadSymbol{
            "NumberForText",
            R"j({"nodes": [{"op": "relu", "name": "x", "attrs": {"a": 1}}], "heads": [[0, 0]]})j",
            "the symbol is not one of MXNet: the attributes of the node 'x' are not texts by "
            "name"},
        BadSymbol{"Cycle",
                  R"j({"nodes": [{"op": "relu", "name": "a", "inputs": [[1, 0]]},
                                {"op": "tanh", "name": "b", "inputs": [[0, 0]]}], "heads": [[0, 0]]})j",
                  "the node 'a' waits for its own result, by way of 'b'"},
        BadSymbol{"HugeInput",
                  R"j({"nodes": [{"op": "null", "name": "x",
                                 "attrs": {"__shape__": "(99999999, 99999999)"}}], "heads": [[0, 0]]})j",
                  "input 'x': the shape 99999999x99999999 is too large"},
        BadSymbol{"NoInputs", R"j({"nodes": [{"op": "relu", "name": "x"}], "heads": [[0, 0]]})j",
                  "node 'x' (relu): has 0 inputs, input 0 is missing"},
        BadSymbol{"UnknownType",
                  R"j({"nodes": [{"op": "null", "name": "x",
                       "attrs": {"__shape__": "(1,)", "__dtype__": "9"}}], "heads": [[0, 0]]})j",
                  "input 'x': elements of type uint16 are not supported"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(MxnetImporter, ComputesNoMoreConstantsThanTheParametersAccountFor) {
  SymbolWriter symbol;
  size_t ones = symbol.node("_ones", "ones", R"j({"shape": "(1024, 1024)"})j", {}), previous = ones;
  for (int i = 0; i < 40; ++i)
    previous = symbol.node("Reshape", "r" + std::to_string(i),
                           i % 2 ? R"j({"shape": "(1024, 1024)"})j" : R"j({"shape": "(-1,)"})j",
                           {previous});
  EXPECT_THAT(importText(symbol.json(), ParameterWriter().bytes()),
              AllOf(StartsWith("error: node 'r"),
                    HasSubstr("constants computed from the parameters take ")));
}

TEST(MxnetImporter, CountsWhatSharedParametersAreTurnedInto) {
  SymbolWriter symbol;
  size_t data = symbol.variable("data", R"j({"__shape__": "(1, 1024, 8)"})j");
  size_t weight = symbol.variable("weight"), previous = data;
  for (int i = 0; i < 40; ++i) // each puts a height of 1 into its weight
    previous = symbol.node("Convolution", "c" + std::to_string(i),
                           R"j({"kernel": "(1,)", "num_filter": "1024", "no_bias": "1"})j",
                           {previous, weight});
  EXPECT_THAT(importText(symbol.json(), ParameterWriter().add("weight", {1024, 1024, 1}).bytes()),
              AllOf(StartsWith("error: node 'c"), HasSubstr("too much for 4194304 bytes")));
}

TEST(MxnetImporter, ImportsADeepSymbolWithoutARecursion) {
  SymbolWriter symbol;
  size_t previous = symbol.variable("data", kShape);
  for (int i = 0; i < 20000; ++i)
    previous = symbol.node("relu", "r" + std::to_string(i), "{}", {previous});
  EXPECT_THAT(importText(symbol.json(), ParameterWriter().bytes()), Not(StartsWith("error")));
}

} // namespace
} // namespace tandem::mxnet::test
