#include "compiler/importers/torch/script/expression_parser.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SaveAndRestore.h"

#include <algorithm>
#include <optional>

namespace tandem::torch::script {

namespace {

/// Operators between two operands, the loosest first. Those of a level go from left to right.
const std::vector<std::vector<llvm::StringRef>> &levels() {
  static const std::vector<std::vector<llvm::StringRef>> kLevels = {
      {"or"},       {"and"},    {"==", "!=", "<", "<=", ">", ">="}, // and in, not in, is, is not
      {"|"},        {"^"},      {"&"},
      {"<<", ">>"}, {"+", "-"}, {"*", "/", "//", "%", "@"},
  };
  return kLevels;
}
constexpr size_t kComparison = 2;

} // namespace

ExprPtr ExpressionParser::tooDeep() {
  bad("an expression has more than " + llvm::Twine(kMostLevels) + " levels");
  return nullptr;
}

/// With its depth; null when a part is.
ExprPtr ExpressionParser::made(Expr expr) {
  for (const ExprPtr &part : expr.parts) {
    if (!part)
      return nullptr;
    expr.depth = std::max(expr.depth, part->depth + 1);
  }
  if (expr.depth > kMostLevels)
    return tooDeep();
  return std::make_unique<Expr>(std::move(expr));
}

ExprPtr ExpressionParser::binary(const std::string &symbol, ExprPtr lhs, ExprPtr rhs) {
  Expr expr = at(Expr::kBinary);
  expr.text = symbol;
  expr.parts.push_back(std::move(lhs));
  expr.parts.push_back(std::move(rhs));
  return made(std::move(expr));
}

ExprPtr ExpressionParser::string() {
  Expr expr = at(Expr::kString);
  while (isNext(Token::kString)) { // strings beside one another are one
    std::optional<std::string> text = unquoted(take().text);
    if (!text) {
      bad("a string has an escape that TorchScript does not write");
      return nullptr;
    }
    expr.text += *text;
  }
  return made(std::move(expr));
}

/// What a bracket that is open holds: a list, a tuple, or what a tuple of one without a comma is.
ExprPtr ExpressionParser::bracketed(Expr::Kind kind, llvm::StringRef end) {
  Expr expr = at(kind);
  bool hasComma = false;
  while (problem_.empty() && !isNext(end)) {
    expr.parts.push_back(expression());
    hasComma = isNext(",");
    if (!takeIf(","))
      break;
  }
  if (!expect(end))
    return nullptr;
  bool isGrouped = kind == Expr::kTuple && expr.parts.size() == 1 && !hasComma;
  return isGrouped ? std::move(expr.parts.front()) : made(std::move(expr));
}

ExprPtr ExpressionParser::dictionary() {
  Expr expr = at(Expr::kDict);
  while (problem_.empty() && !isNext("}")) {
    expr.parts.push_back(expression());
    if (!expect(":"))
      return nullptr;
    expr.parts.push_back(expression());
    if (!takeIf(","))
      break;
  }
  return expect("}") ? made(std::move(expr)) : nullptr;
}

ExprPtr ExpressionParser::atom() {
  Expr expr = at(Expr::kName);
  switch (next().kind) {
  case Token::kName:
    expr.text = take().text.str();
    return made(std::move(expr));
  case Token::kInteger:
    expr.kind = Expr::kInteger;
    if (next().text.getAsInteger(10, expr.integer)) {
      unexpected("an integer of 64 bits");
      return nullptr;
    }
    take();
    return made(std::move(expr));
  case Token::kReal:
    expr.kind = Expr::kReal;
    if (!llvm::to_float(next().text, expr.real)) {
      unexpected("a number");
      return nullptr;
    }
    take();
    return made(std::move(expr));
  case Token::kString:
    return string();
  default:
    break;
  }
  if (takeIf("("))
    return bracketed(Expr::kTuple, ")");
  if (takeIf("["))
    return bracketed(Expr::kList, "]");
  if (takeIf("{"))
    return dictionary();
  unexpected("an expression");
  return nullptr;
}

bool ExpressionParser::arguments(Expr &call) {
  while (problem_.empty() && !isNext(")")) {
    std::string keyword;
    const Token &behind = tokens_[std::min(at_ + 1, tokens_.size() - 1)];
    if (isNext(Token::kName) && behind.kind == Token::kSymbol && behind.text == "=") {
      keyword = take().text.str();
      take();
    }
    call.keywords.push_back(keyword);
    call.parts.push_back(expression());
    if (!takeIf(","))
      break;
  }
  return expect(")");
}

ExprPtr ExpressionParser::postfix() {
  ExprPtr expr = atom();
  while (expr && problem_.empty()) {
    if (!isNext(".") && !isNext("(") && !isNext("["))
      return expr;
    bool isCall = isNext("("), isItem = isNext("[");
    Expr outer = at(isCall ? Expr::kCall : isItem ? Expr::kItem : Expr::kAttribute);
    take();
    outer.parts.push_back(std::move(expr));
    if (isItem)
      outer.parts.push_back(bracketed(Expr::kTuple, "]")); // of types there may be several
    else if (isCall ? !arguments(outer) : !expectName(outer.text))
      return nullptr;
    expr = made(std::move(outer));
  }
  return expr;
}

ExprPtr ExpressionParser::unary() {
  llvm::SaveAndRestore<int> deeper(depth_, depth_ + 1);
  if (depth_ > kMostLevels)
    return tooDeep();
  for (llvm::StringRef symbol : {"-", "+", "~", "not"})
    if (isNext(symbol)) {
      Expr expr = at(Expr::kUnary);
      expr.text = take().text.str();
      expr.parts.push_back(symbol == "not" ? level(kComparison) : unary());
      return made(std::move(expr));
    }
  ExprPtr base = postfix();
  if (!base || !takeIf("**"))
    return base;
  return binary("**", std::move(base), unary());
}

/// A comparison at hand, or "".
std::string ExpressionParser::comparison() {
  if (takeIf("not"))
    return expect("in") ? "not in" : "";
  if (takeIf("is"))
    return takeIf("not") ? "is not" : "is";
  if (takeIf("in"))
    return "in";
  for (llvm::StringRef symbol : levels()[kComparison])
    if (takeIf(symbol))
      return symbol.str();
  return "";
}

ExprPtr ExpressionParser::level(size_t index) {
  if (index == levels().size())
    return unary();
  ExprPtr lhs = level(index + 1);
  while (lhs && problem_.empty()) {
    std::string symbol;
    if (index == kComparison) {
      symbol = comparison();
    } else {
      for (llvm::StringRef each : levels()[index])
        if (takeIf(each)) {
          symbol = each.str();
          break;
        }
    }
    if (symbol.empty())
      return lhs;
    lhs = binary(symbol, std::move(lhs), level(index + 1));
  }
  return lhs;
}

ExprPtr ExpressionParser::expression() {
  llvm::SaveAndRestore<int> deeper(depth_, depth_ + 1);
  if (depth_ > kMostLevels)
    return tooDeep();
  ExprPtr value = level(0);
  if (!value || !takeIf("if"))
    return value;
  Expr expr = at(Expr::kConditional);
  expr.parts.push_back(level(0));
  expr.parts.push_back(std::move(value));
  if (!expect("else"))
    return nullptr;
  expr.parts.push_back(expression());
  return made(std::move(expr));
}

/// One, or several with commas behind, which are a tuple.
ExprPtr ExpressionParser::expressions() {
  Expr tuple = at(Expr::kTuple);
  ExprPtr first = expression();
  if (!first || !isNext(","))
    return first;
  tuple.parts.push_back(std::move(first));
  while (takeIf(",") && !isNext("=") && !isNext(Token::kNewline))
    tuple.parts.push_back(expression());
  return made(std::move(tuple));
}

} // namespace tandem::torch::script
