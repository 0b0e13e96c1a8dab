#pragma once

#include "compiler/importers/torch/script/syntax.h"
#include "compiler/importers/torch/script/tokens.h"

#include "llvm/ADT/Twine.h"

namespace tandem::torch::script {

/// Reads expressions from the front of what is left of a file's tokens. What fails gives null or
/// false, and the first problem is kept.
class ExpressionParser {
public:
  ExpressionParser(llvm::StringRef path, std::vector<Token> tokens)
      : path_(path), tokens_(std::move(tokens)) {}

  const std::string &problem() const { return problem_; }
  ExprPtr expression();
  /// One, or several with commas behind, which are a tuple.
  ExprPtr expressions();
  /// A name with calls, items and attributes behind.
  ExprPtr postfix();

  const Token &next() const { return tokens_[at_]; }
  bool isNext(llvm::StringRef text) const {
    return (next().kind == Token::kSymbol || next().kind == Token::kName) && next().text == text;
  }
  bool isNext(Token::Kind kind) const { return next().kind == kind; }
  Token take() { return tokens_[isNext(Token::kEnd) ? at_ : at_++]; }
  bool takeIf(llvm::StringRef text) {
    bool isIt = isNext(text);
    at_ += isIt;
    return isIt;
  }
  bool expect(llvm::StringRef text) { return takeIf(text) || unexpected("'" + text + "'"); }
  bool expect(Token::Kind kind, llvm::StringRef what) {
    if (!isNext(kind))
      return unexpected(what);
    take();
    return true;
  }
  bool expectName(std::string &into) {
    into = next().text.str();
    return expect(Token::kName, "a name");
  }
  bool unexpected(const llvm::Twine &wanted) {
    llvm::StringRef found = next().text;
    return bad("found " +
               (found.empty() ? "the end of a line" : "'" + found.take_front(40).str() + "'") +
               ", expected " + wanted);
  }
  bool bad(const llvm::Twine &what) {
    if (problem_.empty())
      problem_ = (path_ + " line " + llvm::Twine(next().line) + ": " + what).str();
    return false;
  }

protected:
  int depth_ = 0; ///< of expressions and blocks

private:
  ExprPtr level(size_t index);
  std::string comparison();
  ExprPtr unary();
  ExprPtr atom();
  ExprPtr string();
  ExprPtr bracketed(Expr::Kind kind, llvm::StringRef end);
  ExprPtr dictionary();
  bool arguments(Expr &call);
  ExprPtr tooDeep();

  Expr at(Expr::Kind kind) const { return {kind, next().line}; }
  ExprPtr made(Expr expr);
  ExprPtr binary(const std::string &symbol, ExprPtr lhs, ExprPtr rhs);

  std::string path_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  std::string problem_;
};

} // namespace tandem::torch::script
