// What TorchScript's code becomes. Whole models are compared with PyTorch in tests/models.
#include "compiler/importers/torch/node.h"
#include "compiler/importers/torch/script/signatures.h"
#include "compiler/importers/torch/test/program_builder.h"
#include "compiler/importers/torch/test/script_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::torch::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ScriptImport, KeepsNamesAndTakesTheShapeFromTheOption) {
  EXPECT_THAT(importLines("    return torch.relu(x)\n"),
              AllOf(HasSubstr("%arg0: tensor<2x3xf32> {graph.name = \"x\"}"),
                    HasSubstr("tensor<2x3xf32> {graph.name = \"output\"}"),
                    HasSubstr("graph.relu %arg0")));
}

TEST(ScriptImport, TellsWhichInputsHaveNoShape) {
  EXPECT_EQ(
      ScriptBuilder("x: Tensor,\n    mask: Tensor,\n    y: Optional[Tensor]=None", "    return x\n")
          .text(),
      "error: TorchScript's code has no shapes of the model's inputs 'x', 'mask', give them "
      "with --shape x=DIMS --shape mask=DIMS");
  ScriptBuilder misnamed("    return x\n");
  misnamed.shape("input", {1});
  EXPECT_EQ(misnamed.text(), "error: --shape names 'input', the model's inputs are x");
  ScriptBuilder list("x: List[Tensor]", "    return x\n");
  EXPECT_EQ(list.text(),
            "error: input 'x' is of type List[Tensor], only tensors and numbers are supported");
}

TEST(ScriptImport, TakesNumbersFromTheOption) {
  ScriptBuilder builder("x: Tensor,\n    rate: int", "    if torch.eq(rate, 16000):\n"
                                                     "      y = torch.relu(x)\n"
                                                     "    else:\n"
                                                     "      y = torch.tanh(x)\n"
                                                     "    return y\n");
  builder.shape("x", {2, 3});
  EXPECT_EQ(builder.text(),
            "error: input 'rate' is of type int, give its value with --value rate=NUMBER");
  builder.value("rate", {16000});
  EXPECT_THAT(builder.text(), AllOf(HasSubstr("graph.relu"), Not(HasSubstr("graph.tanh"))));
  builder.value("rate", {0.5});
  EXPECT_EQ(builder.text(), "error: input 'rate': --value gives no int");
}

TEST(ScriptImport, RunsLoopsAndTakesBranchesThatAreKnown) {
  std::string text = importLines("    y = x\n"
                                 "    for i in range(torch.len(torch.size(x))):\n"
                                 "      y = torch.add(y, 1)\n"
                                 "    k = 0\n"
                                 "    while torch.lt(k, 3):\n"
                                 "      y, k = torch.relu(y), torch.add(k, 1)\n"
                                 "    if self.training:\n"
                                 "      z = torch.sigmoid(y)\n"
                                 "    else:\n"
                                 "      z = torch.tanh(y)\n"
                                 "    return z\n");
  EXPECT_EQ(countOf(text, "graph.add"), 2) << text;
  EXPECT_EQ(countOf(text, "graph.relu"), 3) << text;
  EXPECT_THAT(text, AllOf(HasSubstr("graph.tanh"), Not(HasSubstr("graph.sigmoid"))));
}

TEST(ScriptImport, RunsBlocksWithAnObject) {
  ScriptBuilder builder("    _0 = __torch__.guards.guard.__new__(__torch__.guards.guard)\n"
                        "    _1 = (_0).__init__()\n"
                        "    with _0 as n:\n"
                        "      y = torch.add(x, n)\n"
                        "    return torch.mul(y, _0.left)\n");
  builder.shape("x", {2, 3});
  builder.code("__torch__/guards", "class guard:\n"
                                   "  left : int\n"
                                   "  def __init__(self: __torch__.guards.guard) -> NoneType:\n"
                                   "    self.left = 0\n"
                                   "    return None\n"
                                   "  def __enter__(self: __torch__.guards.guard) -> int:\n"
                                   "    _0 = torch.set_grad_enabled(False)\n"
                                   "    return 3\n"
                                   "  def __exit__(self: __torch__.guards.guard,\n"
                                   "    type: Any,\n"
                                   "    value: Any,\n"
                                   "    trace: Any) -> NoneType:\n"
                                   "    self.left = 7\n"
                                   "    return None\n");
  EXPECT_THAT(builder.text(), AllOf(HasSubstr("dense<3.0"), HasSubstr("dense<7.0")));
  EXPECT_THAT(importLines("    with 3:\n      y = x\n    return x\n"),
              HasSubstr("a block is with 3"));
}

TEST(ScriptImport, ComputesWithSizes) {
  EXPECT_THAT(importLines("    n = ops.prim.NumToTensor(torch.size(x, 1))\n"
                          "    m = int(torch.mul(n, 2))\n"
                          "    sizes = annotate(List[int], [])\n"
                          "    _0 = torch.append(sizes, torch.floordiv(m, 2))\n"
                          "    _1 = torch.append(sizes, -1)\n"
                          "    return torch.view(x, sizes)\n"),
              HasSubstr("graph.reshape %arg0 shape [3, 2]"));
}

TEST(ScriptImport, DividesSizes) { // as a traced MultiheadAttention does
  auto divided = [](const std::string &by) {
    return importLines("    n = ops.prim.NumToTensor(torch.size(x, 1))\n"
                       "    m = torch.div(n, " +
                       by +
                       ", rounding_mode=\"trunc\")\n"
                       "    return torch.view(x, [int(m), -1])\n");
  };
  EXPECT_THAT(divided("2"), HasSubstr("graph.reshape %arg0 shape [1, 6]"));
  EXPECT_THAT(divided("0"), HasSubstr("is known at run time only"));
}

TEST(ScriptImport, ComputesWithSizesAsReals) { // as a traced vision transformer does
  EXPECT_THAT(importLines("    n = ops.prim.NumToTensor(torch.numel(x))\n"
                          "    m = torch.to(torch.pow(torch.add(n, 3), 0.5), 4)\n"
                          "    return torch.view(x, [int(m), -1])\n"),
              HasSubstr("graph.reshape %arg0 shape [3, 2]"));
  EXPECT_THAT(importLines("    m = torch.min(torch.arange(2, 5))\n"
                          "    return torch.view(x, [-1, int(m)])\n"),
              HasSubstr("graph.reshape %arg0 shape [3, 2]"));
}

TEST(ScriptImport, TakesTheNumberOfATensorWhereNoOverloadTakesATensor) {
  EXPECT_THAT(importLines("    n = ops.prim.NumToTensor(torch.size(x, 1))\n"
                          "    return torch.add(x, torch.linspace(1, n, 3))\n"),
              HasSubstr("dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]>"));
}

TEST(ScriptImport, ComputesInFloat64OfConstantsAlone) {
  EXPECT_THAT(importLines("    places = torch.arange(3, dtype=7)\n"
                          "    return torch.add(x, torch.to(torch.mul(places, 2), 6))\n"),
              HasSubstr("-> (tensor<2x3xf32>"));
}

TEST(ScriptImport, FollowsCallsOfMethodsFunctionsAndTuples) {
  ScriptBuilder builder("    pair = (self.inner).forward(x, 2, )\n"
                        "    f = __torch__.functional.scale\n"
                        "    return f(pair.second, by=pair.factor)\n");
  builder.shape("x", {2, 3});
  builder.code("__torch__/inner",
               "class Pair(NamedTuple):\n  second : Tensor\n  factor : int\n"
               "class Inner(Module):\n"
               "  def forward(self: __torch__.inner.Inner,\n    y: Tensor,\n    n: int) -> Pair:\n"
               "    return __torch__.inner.Pair(torch.relu(y), n)\n");
  builder.code("__torch__/functional",
               "def scale(x: Tensor,\n    by: int=3) -> Tensor:\n  return torch.mul(x, by)\n");
  builder.attribute("inner", {.kind = PickledValue::kInstance, .text = "__torch__.inner.Inner"});
  EXPECT_THAT(builder.text(), AllOf(HasSubstr("graph.relu %arg0"), HasSubstr("graph.mul %"),
                                    HasSubstr("dense<2.000000e+00>")));
}

TEST(ScriptImport, ReadsWeightsAndConstantsOfTheClass) {
  ScriptBuilder builder("    y = torch.mul(x, self.w)\n"
                        "    return torch.add(y, self.epsilon)\n");
  builder.shape("x", {2, 3});
  builder.weight<float>("w", {3}, {1, 2, 3});
  EXPECT_THAT(builder.text(), AllOf(HasSubstr("dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]>"),
                                    HasSubstr("dense<5.000000e-01>")));
}

TEST(ScriptImport, NamesResultsOfTuplesAndDictionaries) {
  EXPECT_THAT(importLines("    return (x, {\"out\": x, \"aux\": None}, [x])\n"),
              AllOf(HasSubstr("\"output_0\""), HasSubstr("\"output_1_out\""),
                    HasSubstr("\"output_2_0\""), Not(HasSubstr("aux"))));
  EXPECT_EQ(importLines("    return (x, 3)\n"),
            "error: the result 'output_1' is 3, no tensor, which is not supported");
  EXPECT_EQ(importLines("    return None\n"), "error: the model's 'forward' returns no tensor");
}

TEST(ScriptImport, WhoReadsATensorAfterwardsGetsWhatItBecame) {
  // Through a view, and seen by another view from before.
  EXPECT_THAT(importLines("    y = torch.add(x, 1)\n"
                          "    turned = torch.transpose(y, 0, 1)\n"
                          "    row = torch.select(y, 0, 1)\n"
                          "    _0 = torch.relu_(row)\n"
                          "    return torch.sigmoid(turned)\n"),
              AllOf(HasSubstr("graph.relu"), HasSubstr("graph.concat"), HasSubstr("graph.sigmoid"),
                    Not(HasSubstr("error"))));
  EXPECT_THAT(importLines("    y = torch.add(x, 1)\n"
                          "    _0 = torch.mul_(y, 2)\n"
                          "    return y\n"),
              HasSubstr("return %3 : tensor<2x3xf32>"));
}

TEST(ScriptImport, RefusesToReadWhatMayHaveChanged) {
  EXPECT_EQ(importLines("    y = torch.add(x, 1)\n"
                        "    flat = torch.reshape(y, [-1])\n"
                        "    _0 = torch.relu_(flat)\n"
                        "    return torch.add(flat, torch.sum(y))\n"),
            "error: code/__torch__.py line 9: it reads a tensor that code/__torch__.py line 8 may "
            "have changed in place");
  EXPECT_EQ(importLines("    y = torch.add(x, 1)\n"
                        "    flat = torch.reshape(y, [-1])\n"
                        "    _0 = torch.relu_(y)\n"
                        "    return flat\n"),
            "error: the model's results: it reads what 'reshape' made of a tensor that was changed "
            "in place "
            "since");
  ScriptBuilder weight("    _0 = torch.add_(self.w, 1)\n    return torch.add(x, self.w)\n");
  weight.shape("x", {2, 3});
  weight.weight<float>("w", {3}, {1, 2, 3});
  EXPECT_THAT(weight.text(),
              StartsWith("error: code/__torch__.py line 6: it changes 'w' of the module for the "
                         "next run"));
  ScriptBuilder part("    v = torch.slice(self.w, 0, 1, 3)\n    _0 = torch.add_(v, 1)\n"
                     "    return x\n");
  part.shape("x", {2, 3});
  part.weight<float>("w", {3}, {1, 2, 3});
  EXPECT_THAT(part.text(),
              StartsWith("error: code/__torch__.py line 7: it changes 'w' of the module"));
}

TEST(ScriptImport, ChoosesOverloadsByTheirArguments) {
  EXPECT_THAT(importLines("    return torch.max(x)\n"), HasSubstr("graph.reduce_max"));
  EXPECT_THAT(importLines("    a, b, = torch.max(x, 1)\n    return a\n"),
              HasSubstr("graph.reduce_max"));
  EXPECT_THAT(importLines("    return torch.max(x, x)\n"), HasSubstr("graph.maximum"));
  EXPECT_THAT(importLines("    a, b, = torch.chunk(x, 2)\n    return torch.cat([b, a], 1)\n"),
              HasSubstr("graph.concat"));
}

TEST(ScriptImport, GivesResultsPyTorchsTypes) {
  // Integers divided are real, sums of them int64; a number does not widen a tensor.
  EXPECT_THAT(importLines("    i = torch.to(x, 3)\n    return torch.div(i, i)\n"),
              HasSubstr("-> (tensor<2x3xf32>"));
  EXPECT_THAT(importLines("    i = torch.to(x, 3)\n    return torch.sum(i)\n"),
              HasSubstr("-> (tensor<i64>"));
  EXPECT_THAT(importLines("    i = torch.to(x, 3)\n    return torch.add(i, 1)\n"),
              HasSubstr("-> (tensor<2x3xi32>"));
  EXPECT_THAT(importLines("    return torch.arange(3)\n"), HasSubstr("-> (tensor<3xi64>"));
  EXPECT_EQ(importLines("    return torch.to(x, 7)\n"),
            "error: 1 unsupported operator: aten.to.dtype (1: to (code/__torch__.py line 6); it "
            "computes in float64, use float32)");
}

TEST(ScriptImport, MakesInputsThatAreFirstUsedAsPlacesInt64) {
  ScriptBuilder builder("    return torch.embedding(self.w, x)\n");
  builder.shape("x", {2});
  builder.weight<float>("w", {3, 1}, {1, 2, 3});
  EXPECT_THAT(builder.text(), HasSubstr("%arg0: tensor<2xi64> {graph.name = \"x\"}"));
}

TEST(ScriptImport, ListsEverythingUnsupportedWithItsLine) {
  EXPECT_EQ(
      importLines("    y = torch.frobnicate(x, 3)\n"
                  "    z = torch.relu(y)\n"
                  "    w = ops.custom.mystery_run(x, z)\n"
                  "    return torch.mystery(z)\n"),
      "error: 3 unsupported operators: aten.frobnicate (1: frobnicate (code/__torch__.py "
      "line 6); not an operator of PyTorch that Tandem knows), custom.mystery_run (1:  "
      "(code/__torch__.py line 8); not an operator of "
      "PyTorch that Tandem knows), aten.mystery "
      "(1: mystery (code/__torch__.py line 9); not an operator of PyTorch that Tandem knows)");
}

TEST(ScriptImport, PutsListsOfTensorsTogether) {
  EXPECT_THAT(importLines("    l = annotate(List[Tensor], [])\n    _0 = torch.append(l, x)\n"
                          "    return torch.cat(torch.add(l, [torch.relu(x)]), 1)\n"),
              AllOf(HasSubstr("graph.concat %arg0, %"), HasSubstr("-> (tensor<2x6xf32>")));
}

TEST(ScriptImport, ComparesMembersOfEnumerations) {
  auto relu = [](const PickledValue &member) {
    ScriptBuilder builder("    if torch.eq(self.order, __torch__.kinds.Order.LAST):\n"
                          "      y = torch.relu(x)\n    else:\n      y = torch.tanh(x)\n"
                          "    return y\n");
    builder.code("__torch__/kinds", "class Order(Enum):\n  FIRST = 1\n  LAST = \"last\"\n");
    builder.shape("x", {2});
    builder.member("order", "__torch__.kinds.Order", member);
    return builder.text();
  };
  EXPECT_THAT(relu({.kind = PickledValue::kString, .text = "last"}), HasSubstr("graph.relu"));
  EXPECT_THAT(relu({.kind = PickledValue::kInt, .number = 1}), HasSubstr("graph.tanh"));
  EXPECT_EQ(relu({.kind = PickledValue::kInt, .number = 2}),
            "error: the archive's code has no such member of '__torch__.kinds.Order'");
}

TEST(ScriptImport, TakesWeightsThatArePackedForAMobile) {
  const PickledValue none, zero{.kind = PickledValue::kReal},
      six{.kind = PickledValue::kReal, .real = 6};
  auto linear = [&](const PickledValue &low, const PickledValue &high) {
    ScriptBuilder builder(
        "    return ops.prepacked.linear_clamp_run(x, getattr(self, \"folded.packed\"))\n");
    builder.shape("x", {2, 3});
    PickledValue weight = builder.tensor<float>("w", {4, 3}, std::vector<float>(12, 1));
    builder.object("folded.packed", "__torch__.torch.classes.xnnpack.LinearOpContext",
                   {weight, none, low, high});
    return builder.text();
  };
  EXPECT_THAT(linear(none, none), AllOf(HasSubstr("graph.fully_connected"),
                                        HasSubstr("-> (tensor<2x4xf32>"), Not(HasSubstr("relu"))));
  EXPECT_THAT(linear(zero, six), HasSubstr("relu6"));
  ScriptBuilder wrong("    return ops.prepacked.linear_clamp_run(x, self.packed)\n");
  wrong.shape("x", {2, 3});
  wrong.object("packed", "__torch__.torch.classes.xnnpack.LinearOpContext", {none});
  EXPECT_EQ(wrong.text(), "error: code/__torch__.py line 6: packed weights are an object of "
                          "__torch__.torch.classes.xnnpack.LinearOpContext");
}

TEST(ScriptImport, TakesSumsThatAreFusedForAMobile) {
  EXPECT_THAT(importLines("    return torch._add_relu(x, x, alpha=1)\n"),
              AllOf(HasSubstr("graph.add"), HasSubstr("graph.relu"), Not(HasSubstr("error"))));
  EXPECT_THAT(importLines("    y = torch.add(x, 1)\n    _0 = torch._add_relu_(y, x)\n"
                          "    return torch.tanh(y)\n"),
              AllOf(HasSubstr("graph.relu"), HasSubstr("graph.tanh"), Not(HasSubstr("error"))));
}

TEST(ScriptImport, ViewsOfListsFollowEachOfThem) {
  for (const char *look : {"broadcast_tensors(l)", "meshgrid(l)"}) {
    std::string begin = std::string("    a = torch.select(torch.cos(x), 0, 0)\n"
                                    "    b = torch.select(torch.sin(x), 0, 0)\n    l = [a, b]\n"
                                    "    of_a, of_b, = torch.") +
                        look + "\n    _1 = torch.append(l, x)\n";
    EXPECT_THAT(importLines(begin + "    _0 = torch.mul_(b, 2)\n    return torch.exp(of_b)\n"),
                ContainsRegex("graph.mul .*\n(.*\n)*.*graph.exp"));
    EXPECT_THAT(importLines(begin + "    _0 = torch.mul_(b, 2)\n    return torch.exp(of_a)\n"),
                Not(HasSubstr("error")));
  }
}

/// Of a tensor whose shape is changed in place; others that look into it keep theirs.
TEST(ScriptImport, ChangesShapesInPlace) {
  EXPECT_THAT(importLines("    y = torch.exp(x)\n    z = torch.view(y, [6])\n"
                          "    _0 = torch.unsqueeze_(y, 0)\n    _1 = torch.mul_(y, 2)\n"
                          "    return torch.add(torch.sum(z), y)\n"),
              ContainsRegex("graph.add .*1x2x3xf32"));
}

struct Refused {
  const char *lines, *message;
};
class RefusedCode : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedCode, SaysWhatAndWhere) {
  EXPECT_EQ(importLines(GetParam().lines), std::string("error: ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    ScriptImport, RefusedCode,
    ::testing::Values(
        Refused{"    if bool(torch.gt(torch.sum(x), 0)):\n      y = x\n    return x\n",
                "code/__torch__.py line 6: a number is known at run time only"},
        Refused{"    if torch.sum(x):\n      y = x\n    return x\n",
                "code/__torch__.py line 6: a condition is known at run time only"},
        Refused{"    while True:\n      pass\n    return x\n",
                "code/__torch__.py line 6: the code takes more than 1048576 steps"},
        Refused{"    return (self).forward(x, )\n",
                "code/__torch__.py line 6: calls and blocks are nested too deeply"},
        Refused{"    for i in range(100000):\n      pass\n    return x\n",
                "code/__torch__.py line 6: a loop has more than 65536 rounds"},
        Refused{"    l = [1]\n    while True:\n      l = torch.add(l, l)\n    return x\n",
                "code/__torch__.py line 8: 'add' of [1, 1, 1, 1, 1, 1, 1, 1, ...], [1, 1, 1, 1, 1, "
                "1, 1, 1, ...]"},
        Refused{"    y = torch.ones([1000, 1000])\n    while True:\n      y = torch.add(y, x)\n"
                "    return y\n",
                "code/__torch__.py line 8: node 'add' (aten.add.Tensor): shapes of "
                "'tensor<1000x1000xf32>' and 'tensor<2x3xf32>' do not broadcast"},
        Refused{"    l = torch.mul([1], 65536)\n    while True:\n      k = torch.sum(l)\n    "
                "return x\n",
                "code/__torch__.py line 7: the code works on more lists and texts than a model's"},
        Refused{"    l = torch.mul([1], 65536)\n    while True:\n      k = torch.mul(l, 1)\n"
                "    return x\n",
                "code/__torch__.py line 7: the code works on more lists and texts than a model's"},
        Refused{"    ops.prim.RaiseException(\"no\")\n    return x\n",
                "code/__torch__.py line 6: the code refuses its inputs: 'no'"},
        Refused{"    return y\n", "code/__torch__.py line 6: 'y' has no value"},
        Refused{"    return self.nothing\n",
                "code/__torch__.py line 6: an object of __torch__.M has no 'nothing'"},
        Refused{"    return CONSTANTS.c7\n",
                "code/__torch__.py line 6: the archive has no constant 'c7'"},
        Refused{"    return __torch__.gone.f(x, )\n",
                "code/__torch__.py line 6: the archive has no code of '__torch__.gone.f'"},
        Refused{"    a, b, = [x]\n    return a\n",
                "code/__torch__.py line 6: [a tensor] is taken apart into 2 values"},
        Refused{"    return torch.view(x, [5])\n",
                "code/__torch__.py line 6: node 'view' (aten.view.default): "
                "'tensor<2x3xf32>' does not have the elements of shape 5"},
        Refused{"    return torch.einsum_(\"i->i\", [x])\n",
                "1 unsupported operator: aten.einsum_ (1: einsum_ (code/__torch__.py line 6); its "
                "form with i->i, [a tensor])"},
        Refused{"    return torch.relu(x, 1, 2)\n",
                "1 unsupported operator: aten.relu (1: relu (code/__torch__.py line 6); its form "
                "with a tensor, 1, 2)"}));

TEST(ScriptImport, ComparesLongStringsWhole) {
  std::string alike(300, 'a');
  std::string lines = "    a = torch.add(\"" + alike + "\", \"1\")\n" +
                      "    b = torch.format(\"{}2\", \"" + alike + "\")\n" +
                      "    if torch.eq(a, b):\n      y = torch.relu(x)\n" +
                      "    else:\n      y = torch.tanh(x)\n    return y\n";
  EXPECT_THAT(importLines(lines), HasSubstr("graph.tanh"));
  for (const char *call : {"torch.add(a, a)", "torch.format(\"{}{}\", a, a)", "str([a, a])"})
    EXPECT_THAT(importLines("    a = \"" + std::string(600, 'a') + "\"\n    b = " + call +
                            "\n    return x\n"),
                AllOf(StartsWith("error: code/__torch__.py line 7: a string has 120"),
                      HasSubstr(" characters, at most 1024 are supported")));
}

TEST(ScriptImport, TellsObjectsApartThatAreEqual) {
  auto branch = [](const std::string &condition) {
    return importLines("    a = [1, 2]\n    b = [1, 2]\n    c = {\"k\": 1}\n    if " + condition +
                       ":\n      y = torch.relu(x)\n    else:\n      y = torch.tanh(x)\n"
                       "    return y\n");
  };
  for (const char *holds :
       {"a is a", "a is not b", "(a, a) is not (a, a)", "c is c", "c is not {\"k\": 1}",
        "self is self", "x is x", "1 is 1", "None is None", "a is not None", "torch.eq(a, b)"})
    EXPECT_THAT(branch(holds), HasSubstr("graph.relu")) << holds;
  for (const char *fails : {"a is b", "a is not a", "c is {\"k\": 1}", "self is not self",
                            "torch.relu(x) is torch.relu(x)", "x is None"})
    EXPECT_THAT(branch(fails), HasSubstr("graph.tanh")) << fails;
}

TEST(ScriptImport, HasRealNumbersWhereTorchScriptHas) {
  // An index must be an integer.
  auto indexed = [](const std::string &by) {
    return importLines("    l = [5, 6, 7]\n    y = torch.mul(x, l[" + by + "])\n    return y\n");
  };
  for (const char *real :
       {"2 ** 1", "torch.pow(2, 1)", "round(2.5)", "torch.round(2)", "torch.floordiv(5 ** 1, 2)"})
    EXPECT_EQ(indexed(real), "error: code/__torch__.py line 7: item 2 of [5, 6, 7]") << real;
  for (const char *whole : {"int(2 ** 1)", "int(round(2.5))", "torch.floor(2.5)", "torch.ceil(1.5)",
                            "int(torch.round(ops.prim.NumToTensor(2)))"})
    EXPECT_THAT(indexed(whole), HasSubstr("dense<7.000000e+00>")) << whole;
}

/// forward(self, x) of these lines in a module with a weight, a number, a list and a dictionary.
std::string importWithState(const std::string &lines) {
  ScriptBuilder builder(lines);
  builder.shape("x", {3});
  builder.weight<float>("b", {3}, {1, 2, 3});
  builder.attribute("n", {.kind = PickledValue::kInt, .number = 1});
  builder.attribute("l", {.kind = PickledValue::kList});
  builder.attribute("d", {.kind = PickledValue::kDict});
  return builder.text();
}

TEST(ScriptImport, TakesPartsAsCellsOfRecurrentLayersHaveThem) {
  for (const char *call : {"unsafe_chunk(x, 3, 1)", "unsafe_split(x, 1, 1)",
                           "unsafe_split_with_sizes(x, [1, 1, 1], 1)"}) {
    std::string text = importLines("    a, b, c, = torch." + std::string(call) +
                                   "\n    return torch.cat([c, b, a], 1)\n");
    EXPECT_EQ(countOf(text, "graph.slice"), 3) << text;
  }
}

TEST(ScriptImport, RefusesStateThatTheNextRunWouldRead) {
  auto refusal = [](const std::string &name) {
    return "error: code/__torch__.py line 6: it changes '" + name +
           "' of the module for the next run, which is not supported: make it an input and a "
           "result of the model";
  };
  auto of = [](const std::string &line) {
    return importWithState("    " + line + "\n    return torch.add(x, self.b)\n");
  };
  EXPECT_EQ(of("self.b = torch.add(torch.mul(self.b, 0.5), x)"), refusal("b"));
  EXPECT_EQ(of("self.n = torch.add(self.n, 1)"), refusal("n"));
  EXPECT_EQ(of("_0 = torch.append(self.l, 2)"), refusal("l"));
  EXPECT_EQ(of("torch.insert(self.l, 0, 2)"), refusal("l"));
  EXPECT_EQ(of("torch._set_item(self.d, 1, 2)"), refusal("d"));
}

TEST(ScriptImport, TakesAttributesThatEveryRunFindsAlike) {
  auto sum = [](const std::string &lines) {
    return importWithState(lines + "    return torch.add(x, self.n)\n");
  };
  // Its own value, its first value again, and one that is given before it is read.
  for (const char *lines : {"    self.b = self.b\n    self.n = self.n\n    self.l = self.l\n",
                            "    n = self.n\n    self.n = torch.add(n, 1)\n    self.n = n\n",
                            "    self.n = 2\n    self.n = torch.add(self.n, 1)\n",
                            "    self.fresh = 2\n    self.fresh = torch.add(self.fresh, 1)\n",
                            "    self.l = [1]\n    _0 = torch.append(self.l, 2)\n"})
    EXPECT_THAT(sum(lines), HasSubstr("graph.add")) << lines;
}

/// forward(self, x) of a module with a flag that is false.
std::string importWithFlag(const std::string &lines) {
  ScriptBuilder builder(lines + "    return torch.relu(x)\n");
  builder.shape("x", {3});
  builder.attribute("warned", {.kind = PickledValue::kBool});
  builder.attribute("other", {.kind = PickledValue::kBool});
  return builder.text();
}

const std::string kWarns = ":\n      torch.warn(\"so and so\", 2)\n      self.warned = True\n"
                           "    else:\n      pass\n";

TEST(ScriptImport, TakesFlagsThatOnlyKeepAWarningFromComingAgain) {
  // As torch.jit.script writes it, and as older files do.
  for (const std::string &lines :
       {"    _0 = \"so\"\n    warned = self.warned\n    if torch.__not__(warned):\n" +
            std::string("      torch.warn(_0)\n      self.warned = True\n    else:\n      pass\n"),
        "    if torch.__not__(self.warned)" + kWarns, "    if not self.warned" + kWarns,
        "    warned = self.warned\n    if torch.__not__(warned)" + kWarns +
            "    if self.warned:\n      x = torch.relu(x)\n"})
    EXPECT_THAT(importWithFlag(lines), HasSubstr("graph.relu")) << lines;
}

TEST(ScriptImport, RefusesFlagsThatDecideMoreThanAWarning) {
  const std::string refusal =
      "it changes 'warned' of the module for the next run, which is not supported: make it an "
      "input and a result of the model";
  const std::string held = "    warned = self.warned\n", asks = "    if torch.__not__(warned)";
  for (const std::string &lines :
       {// read before, and again through the variable that has the value of before
        "    if self.warned:\n      x = torch.tanh(x)\n    if torch.__not__(self.warned)" + kWarns,
        held + asks + kWarns + "    if warned:\n      x = torch.tanh(x)\n",
        held + "    kept = warned\n" + asks + kWarns,
        // another statement, another way, another value, another condition
        held + asks + ":\n      self.warned = True\n      x = torch.tanh(x)\n",
        held + asks + ":\n      self.warned = True\n    else:\n      self.warned = False\n",
        held + asks + ":\n      self.warned = torch.__not__(warned)\n",
        held + "    if torch.__not__(torch.__not__(torch.__not__(warned)))" + kWarns})
    EXPECT_THAT(importWithFlag(lines), AllOf(StartsWith("error: "), HasSubstr(refusal))) << lines;
  // Another flag decides whether this one is raised.
  EXPECT_THAT(
      importWithFlag("    if torch.__not__(self.other)" + kWarns +
                     "    if self.other:\n      pass\n    else:\n      self.other = True\n"),
      HasSubstr("it changes 'other' of the module"));
}

TEST(ScriptImport, RefusesConstantsThatASmallFileCannotHave) {
  EXPECT_THAT(importLines("    y = torch.ones([512, 1024])\n"
                          "    while True:\n"
                          "      y = torch.cumsum(y, 0)\n"
                          "    return y\n"),
              StartsWith("error: code/__torch__.py line 8: "));
}

TEST(ScriptImport, RefusesNamesThatNoModelHas) {
  ScriptBuilder named("    return x\n");
  named.shape("x", {2, 3});
  named.attribute(std::string(5000, 'a'), {.kind = PickledValue::kBool});
  EXPECT_EQ(named.text(), "error: the name of an attribute has 5000 characters");
}

TEST(ScriptSignatures, AreThoseOfTheHandlers) {
  OpTable table;
  registerAllOps(table);
  std::vector<std::string> known = script::Signatures().targets();
  for (const std::string &target : known)
    EXPECT_TRUE(table.find(target)) << target << " has no handler: run make_signatures.py";
  for (const std::string &target : table.names())
    if (llvm::StringRef(target).starts_with("aten."))
      EXPECT_TRUE(llvm::is_contained(known, target) || target == "aten.copy.default")
          << target << " has no signature: run make_signatures.py";
}

} // namespace
} // namespace tandem::torch::test
