#include "compiler/importers/torch/script/parser.h"
#include "compiler/importers/torch/script/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::torch::script {
namespace {

using ::testing::ElementsAre;

/// An expression as "(+ a (* b c))".
std::string shown(const Expr &expr) {
  std::string text;
  switch (expr.kind) {
  case Expr::kName:
    return expr.text;
  case Expr::kInteger:
    return std::to_string(expr.integer);
  case Expr::kReal:
    return std::to_string(expr.real);
  case Expr::kString:
    return "'" + expr.text + "'";
  case Expr::kAttribute:
    return shown(*expr.parts[0]) + "." + expr.text;
  case Expr::kCall:
    text = "call";
    break;
  case Expr::kItem:
    text = "item";
    break;
  case Expr::kTuple:
    text = "tuple";
    break;
  case Expr::kList:
    text = "list";
    break;
  case Expr::kDict:
    text = "dict";
    break;
  case Expr::kConditional:
    text = "if";
    break;
  case Expr::kUnary:
  case Expr::kBinary:
    text = expr.text;
    break;
  }
  for (size_t i = 0; i < expr.parts.size(); ++i) {
    bool isNamed = expr.kind == Expr::kCall && i > 0 && !expr.keywords[i - 1].empty();
    text += " " + (isNamed ? expr.keywords[i - 1] + "=" : "") + shown(*expr.parts[i]);
  }
  return "(" + text + ")";
}

std::string parsed(const std::string &expression) {
  llvm::Expected<SourceFile> file = parse("m.py", "def f(x):\n  return " + expression + "\n");
  return file ? shown(*file->functions.at(0).body.at(0).value) : llvm::toString(file.takeError());
}
std::string errorOf(const std::string &code) {
  llvm::Expected<SourceFile> file = parse("m.py", code);
  return file ? "" : llvm::toString(file.takeError());
}

TEST(ScriptParser, BindsOperatorsAsPythonDoes) {
  EXPECT_EQ(parsed("a + b * c - d"), "(- (+ a (* b c)) d)");
  EXPECT_EQ(parsed("not a == b and c or d"), "(or (and (not (== a b)) c) d)");
  EXPECT_EQ(parsed("-a ** b"), "(- (** a b))");
  EXPECT_EQ(parsed("a is not None"), "(is not a None)");
  EXPECT_EQ(parsed("a not in b"), "(not in a b)");
  EXPECT_EQ(parsed("a if b else c if d else e"), "(if b a (if d c e))");
}

TEST(ScriptParser, ReadsCallsAsTorchScriptPrintsThem) {
  EXPECT_EQ(parsed("(self.conv).forward(x, )"), "(call self.conv.forward x)");
  EXPECT_EQ(parsed("torch.add(x, 1, alpha=2)"), "(call torch.add x 1 alpha=2)");
  EXPECT_EQ(parsed("(torch.size(k))[0]"), "(item (call torch.size k) 0)");
  EXPECT_EQ(parsed("annotate(Dict[str, Tensor], {})"),
            "(call annotate (item Dict (tuple str Tensor)) (dict))");
  EXPECT_EQ(parsed("{\"a\": x, \"b\": [1, 2.5]}"), "(dict 'a' x 'b' (list 1 2.500000))");
  EXPECT_EQ(parsed("(a,)"), "(tuple a)");
  EXPECT_EQ(parsed("9.9999999999999995e-07"), "0.000001");
  EXPECT_EQ(parsed("\"don\\'t \\\\ \\n \\101\""), "'don't \\ \n A'");
}

TEST(ScriptParser, ReadsClassesWithTheirConstantsAndMethods) {
  llvm::Expected<SourceFile> file = parse("m.py", "op_version_set = 1\n"
                                                  "import __torch__.torch\n"
                                                  "class M(Module):\n"
                                                  "  __parameters__ = [\"w\", ]\n"
                                                  "  __annotations__[\"0\"] = __torch__.N\n"
                                                  "  w : Tensor\n"
                                                  "  sizes : Final[Tuple[int, int]] = (3, 3)\n"
                                                  "  def forward(self: __torch__.M,\n"
                                                  "    x: Tensor,\n"
                                                  "    y: Optional[int]=None) -> Tensor: # a note\n"
                                                  "    a, b, = y\n"
                                                  "    c : int = 3\n"
                                                  "\n"
                                                  "    if c:\n"
                                                  "      pass\n"
                                                  "    else:\n"
                                                  "      for _0 in range(3):\n"
                                                  "        x = a\n"
                                                  "    return x\n"
                                                  "class T(NamedTuple):\n"
                                                  "  first : Tensor\n");
  ASSERT_TRUE(bool(file)) << llvm::toString(file.takeError());
  ASSERT_EQ(file->classes.size(), 2u);
  const Class &made = file->classes[0];
  ASSERT_EQ(made.fields.size(), 2u);
  EXPECT_EQ(made.fields[0].byDefault, nullptr);
  EXPECT_EQ(shown(*made.fields[1].byDefault), "(tuple 3 3)");
  const Function *forward = made.method("forward");
  ASSERT_TRUE(forward);
  ASSERT_EQ(forward->parameters.size(), 3u);
  EXPECT_EQ(shown(*forward->parameters[2].byDefault), "None");
  ASSERT_EQ(forward->body.size(), 4u);
  EXPECT_TRUE(forward->body[0].unpacks);
  EXPECT_FALSE(forward->body[1].unpacks);
  EXPECT_EQ(forward->body[2].line, 14);
  EXPECT_EQ(forward->body[2].otherwise[0].kind, Statement::kFor);
  EXPECT_EQ(file->classes[1].base, "NamedTuple");
}

TEST(ScriptParser, RefusesWithFileAndLine) {
  EXPECT_EQ(errorOf("class M(Module):\n  x = = 3\n"),
            "m.py line 2: found '=', expected an expression");
  EXPECT_EQ(errorOf("x = 3\n"), "m.py line 1: found 'x', expected a class or a function");
  EXPECT_EQ(errorOf("def f(x):\n  return (x\n"), "m.py line 3: a bracket is open at the end");
  EXPECT_EQ(errorOf("def f(x):\n  return x)\n"), "m.py line 2: a bracket closes that none opens");
  EXPECT_EQ(errorOf("def f(x):\n    return x\n  return x\n"),
            "m.py line 3: its depth is that of no block");
  EXPECT_EQ(errorOf("def f(x):\n  return $\n"),
            "m.py line 2: the character '$' is none of TorchScript's");
  EXPECT_EQ(errorOf("def f(x):\n  return 'a\n"), "m.py line 2: a string has no end");
  EXPECT_EQ(errorOf("def f(x):\n  return '\\q'\n"),
            "m.py line 2: a string has an escape that TorchScript does not write");
  EXPECT_EQ(errorOf("def f(x):\n  del x\n"), "m.py line 2: found 'x', expected the end of a line");
  EXPECT_EQ(errorOf("def f(x):\n  return 99999999999999999999\n"),
            "m.py line 2: found '99999999999999999999', expected an integer of 64 bits");
  EXPECT_EQ(errorOf("def f(x):\nreturn x\n"),
            "m.py line 2: found 'return', expected a block that is set in");
}

TEST(ScriptParser, BoundsWhatNests) {
  std::string many(100000, '('), minus(100000, '-'), chain = "x", blocks = "def f(x):\n";
  EXPECT_EQ(errorOf("def f(x):\n  return " + many + std::string(100000, ')') + "\n"),
            "m.py line 2: an expression has more than 200 levels");
  EXPECT_EQ(errorOf("def f(x):\n  return " + minus + "1\n"),
            "m.py line 2: an expression has more than 200 levels");
  for (int i = 0; i < 1000; ++i)
    chain += ".x";
  EXPECT_EQ(errorOf("def f(x):\n  return " + chain + "\n"),
            "m.py line 2: an expression has more than 200 levels");
  for (int i = 1; i < 1000; ++i)
    blocks += std::string(i, ' ') + "if x:\n";
  EXPECT_EQ(errorOf(blocks + std::string(1000, ' ') + "pass\n"),
            "m.py line 200: an expression has more than 200 levels");
}

std::vector<Token::Kind> kindsOf(llvm::StringRef code) {
  std::vector<Token::Kind> kinds;
  llvm::Expected<std::vector<Token>> tokens = tokenize(code);
  if (tokens)
    for (const Token &token : *tokens)
      kinds.push_back(token.kind);
  else
    llvm::consumeError(tokens.takeError());
  return kinds;
}

TEST(ScriptTokens, MakeBlocksOfDepthOutsideOfBrackets) {
  EXPECT_THAT(kindsOf("a:\n  b(\n c)\n\n# note\n"),
              ElementsAre(Token::kName, Token::kSymbol, Token::kNewline, Token::kIndent,
                          Token::kName, Token::kSymbol, Token::kName, Token::kSymbol,
                          Token::kNewline, Token::kDedent, Token::kEnd));
}

} // namespace
} // namespace tandem::torch::script
