// Small archives whose code or pickle asks for very much: an error, at once and within the memory
// of a small model.
#include "compiler/importers/torch/pickle.h"
#include "compiler/importers/torch/test/script_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::torch::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr char kTooMuch[] = ": the code works on more lists and texts than a model's";

TEST(ScriptLimits, ViewsThatAreMadeOfOneAnother) {
  EXPECT_EQ(importLines("    y = torch.add(x, 1)\n    t = y\n"
                        "    for i in range(60000):\n      t = torch.view_as(y, t)\n"
                        "    _0 = torch.relu_(y)\n    return t\n"),
            "error: the model's results: what a tensor looks into was made of more than 100 others "
            "that were changed in place since");
}

TEST(ScriptLimits, ResultsThatHoldOneListVeryOften) {
  EXPECT_EQ(importLines("    a = annotate(List[Tensor], [])\n"
                        "    for i in range(100):\n      a = [a, a]\n"
                        "    return (x, a)\n"),
            "error: the model has too many results");
}

TEST(ScriptLimits, KeysThatAreLongToCompare) {
  EXPECT_THAT(importLines("    big = torch.mul([1], 4000)\n    d = dict()\n    i = 0\n"
                          "    while True:\n"
                          "      torch._set_item(d, (big, i), 1)\n      i = torch.add(i, 1)\n"
                          "    return x\n"),
              EndsWith(kTooMuch));
  EXPECT_THAT(importLines("    l = annotate(List[int], [])\n"
                          "    for i in range(65000):\n      _0 = torch.append(l, (i, i))\n"
                          "    d = dict(l)\n    return x\n"),
              EndsWith(kTooMuch));
}

TEST(ScriptLimits, NumbersThatHaveNoOrder) {
  EXPECT_EQ(importLines("    l = sorted([2., nan, 1.])\n    return x\n"),
            "error: code/__torch__.py line 6: what is asked of a list of numbers is asked of "
            "[2, nan, 1]");
}

TEST(ScriptLimits, CopiesOfLongTexts) {
  std::string text(65000, 'a');
  EXPECT_THAT(importLines("    l = annotate(List[str], [])\n"
                          "    for i in range(65000):\n      _0 = torch.append(l, \"" +
                          text + "\")\n    return x\n"),
              EndsWith(kTooMuch));
  EXPECT_THAT(importLines("    while True:\n      a = torch.__contains__(\"" + text + "\", \"" +
                          text.substr(0, 30000) + "b\")\n    return x\n"),
              EndsWith(kTooMuch));
  EXPECT_EQ(importLines("    ops.prim.RaiseException(\"" + text + "\")\n    return x\n"),
            "error: code/__torch__.py line 6: the code refuses its inputs: '" +
                text.substr(0, 1024) + "'");
}

TEST(ScriptLimits, PartsOfALongTensor) {
  EXPECT_THAT(importLines("    a = torch.unbind(torch.zeros([100000]))\n    return x\n"),
              EndsWith("dimension 0 has 100000 entries"));
  EXPECT_THAT(importLines("    a = torch.chunk(torch.zeros([100000]), 100000)\n    return x\n"),
              EndsWith("'chunks' is 100000 for 100000"));
}

TEST(ScriptLimits, NamesAndCodeWithoutAnEnd) {
  EXPECT_EQ(importLines("    return " + std::string(2000, 'a') + "\n"),
            "error: code/__torch__.py line 6: a name has more than 1024 letters");
  EXPECT_THAT(importLines("    return x #" + std::string(16 << 20, 'a') + "\n"),
              HasSubstr(" bytes, the code of a model has less than 16777216"));
}

TEST(ScriptLimits, FilesOfVeryManyFunctions) {
  std::string functions;
  for (int i = 0; i < 20000; ++i)
    functions += "def f" + std::to_string(i) + "() -> int:\n  return 1\n";
  ScriptBuilder builder("    while True:\n      k = __torch__.many.f1()\n    return x\n");
  builder.shape("x", {2, 3});
  builder.code("__torch__/many", functions);
  EXPECT_THAT(builder.text(), EndsWith(kTooMuch));
}

TEST(ScriptLimits, ObjectsOfOneStateOrText) {
  ScriptBuilder texts("    return x\n");
  texts.shape("x", {2, 3});
  texts.attribute("text", {.kind = PickledValue::kString, .text = std::string(100000, 'a')});
  constexpr size_t kText = 5; // behind the module, its state, "training", its value and the name
  texts.attribute("list",
                  {.kind = PickledValue::kList, .items = std::vector<size_t>(100000, kText)});
  EXPECT_EQ(texts.text(), "error: the archive has more objects than a model would");
}

std::string pickleError(const std::string &pickle) {
  auto made = readPickle(pickle);
  return made ? "" : llvm::toString(made.takeError());
}
std::string repeated(const std::string &text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

TEST(PickleLimits, ObjectsWithCopiesOfALongText) {
  using namespace std::string_literals;
  const std::string message =
      "the pickle cannot be read: its objects repeat names and shapes too often";
  std::string text(0x20000, 'a'), textOf = "X\0\0\2\0"s + text;
  std::string name(4000, 'a');
  EXPECT_EQ(pickleError("c__torch__\n" + name + "\nq\1" + repeated("h\1)\x81", 20000) + "."),
            message);
  std::string storage = "ctorch\nFloatStorage\nq\3(h\3h\3" + textOf + "tq\5";
  EXPECT_EQ(pickleError(storage + repeated("h\5Q", 1000) + "."), message);
  std::string shape = "(K\1q\7" + repeated("h\7", 20000) + "tq\x08";
  EXPECT_EQ(pickleError("ctorch._utils\n_rebuild_tensor_v2\nq\2ctorch\nFloatStorage\nq\3"
                        "((h\3h\3X\1\0\0\0"s +
                        "5tQK\0"s + shape + "h\x08tq\x09" + repeated("h\2h\x09R", 1000) + "."),
            message);
}

} // namespace
} // namespace tandem::torch::test
