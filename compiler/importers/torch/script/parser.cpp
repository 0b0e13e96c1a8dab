#include "compiler/importers/torch/script/parser.h"

#include "compiler/importers/torch/script/expression_parser.h"

#include "llvm/Support/SaveAndRestore.h"

namespace tandem::torch::script {

namespace {

/// Statements, functions and classes.
class Parser : ExpressionParser {
public:
  Parser(llvm::StringRef path, std::vector<Token> tokens)
      : ExpressionParser(path, std::move(tokens)) {
    file_.path = path.str();
  }
  llvm::Expected<SourceFile> run();

private:
  bool topLevel();
  bool classDefinition();
  bool classMember(Class &into);
  bool function(std::vector<Function> &into);
  bool parameters(Function &of);
  bool block(Statements &into);
  bool statement(Statements &into);
  bool ifStatement(Statement &made);
  bool withStatement(Statement &into);
  bool simpleStatement(Statement &made);
  bool skipLine();

  SourceFile file_;
};

bool Parser::skipLine() {
  while (!isNext(Token::kNewline) && !isNext(Token::kEnd))
    take();
  return expect(Token::kNewline, "the end of a line");
}

/// `x = ...`, `x : T = ...`, `a, b, = ...`, or a call alone.
bool Parser::simpleStatement(Statement &made) {
  if (takeIf("pass")) {
    made.kind = Statement::kPass;
    return expect(Token::kNewline, "the end of a line");
  }
  if (takeIf("return")) {
    made.kind = Statement::kReturn;
    if (!isNext(Token::kNewline) && !(made.value = expressions()))
      return false;
    return expect(Token::kNewline, "the end of a line");
  }
  ExprPtr value = expressions();
  if (!value)
    return false;
  if (takeIf(":") && !expression()) // a type, which the values have anyway
    return false;
  if (takeIf("=")) {
    made.kind = Statement::kAssign;
    made.unpacks = value->kind == Expr::kTuple;
    if (made.unpacks)
      made.targets = std::move(value->parts);
    else
      made.targets.push_back(std::move(value));
    value = expressions();
    if (!value)
      return false;
  }
  made.value = std::move(value);
  return expect(Token::kNewline, "the end of a line");
}

bool Parser::ifStatement(Statement &made) {
  made.kind = Statement::kIf;
  made.value = expression();
  if (!made.value || !block(made.body))
    return false;
  return !takeIf("else") || block(made.otherwise);
}

bool Parser::withStatement(Statement &made) {
  made.kind = Statement::kWith;
  made.value = expression();
  if (made.value && takeIf("as"))
    made.targets.push_back(postfix());
  return made.value && (made.targets.empty() || made.targets.back()) && block(made.body);
}

bool Parser::statement(Statements &into) {
  Statement made{Statement::kExpression, next().line};
  bool isRead = false;
  if (takeIf("if")) {
    isRead = ifStatement(made);
  } else if (takeIf("while")) {
    made.kind = Statement::kWhile;
    made.value = expression();
    isRead = made.value && block(made.body);
  } else if (takeIf("for")) {
    made.kind = Statement::kFor;
    made.targets.push_back(postfix());
    isRead = made.targets.back() && expect("in");
    made.value = isRead ? expression() : nullptr;
    isRead = made.value && block(made.body);
  } else if (takeIf("with")) {
    isRead = withStatement(made);
  } else {
    isRead = simpleStatement(made);
  }
  if (isRead)
    into.push_back(std::move(made));
  return isRead;
}

bool Parser::block(Statements &into) {
  llvm::SaveAndRestore<int> deeper(depth_, depth_ + 1);
  if (depth_ > kMostLevels)
    return bad("blocks are nested more than " + llvm::Twine(kMostLevels) + " levels deep");
  if (!expect(":") || !expect(Token::kNewline, "the end of a line") ||
      !expect(Token::kIndent, "a block that is set in"))
    return false;
  while (!isNext(Token::kDedent) && !isNext(Token::kEnd))
    if (!statement(into))
      return false;
  return expect(Token::kDedent, "the end of a block");
}

bool Parser::parameters(Function &of) {
  while (!isNext(")")) {
    Parameter parameter;
    if (!expectName(parameter.name) || (takeIf(":") && !(parameter.type = expression())) ||
        (takeIf("=") && !(parameter.byDefault = expression())))
      return false;
    of.parameters.push_back(std::move(parameter));
    if (!takeIf(","))
      break;
  }
  return expect(")");
}

bool Parser::function(std::vector<Function> &into) {
  Function made;
  made.line = next().line;
  if (!expectName(made.name) || !expect("(") || !parameters(made) ||
      (takeIf("->") && !expression()) || !block(made.body))
    return false;
  into.push_back(std::move(made));
  return true;
}

/// A method, `name : T`, `name : Final[T] = value`, or notes that the values say themselves.
bool Parser::classMember(Class &into) {
  if (takeIf("def"))
    return function(into.methods);
  if (isNext("pass") || isNext("__annotations__") || isNext("__parameters__") ||
      isNext("__buffers__") || isNext(Token::kString))
    return skipLine();
  Parameter field;
  if (!expectName(field.name) || (takeIf(":") && !(field.type = expression())) ||
      (takeIf("=") && !(field.byDefault = expressions())))
    return false;
  into.fields.push_back(std::move(field));
  return expect(Token::kNewline, "the end of a line");
}

bool Parser::classDefinition() {
  Class made;
  made.line = next().line;
  if (!expectName(made.name) || (takeIf("(") && (!expectName(made.base) || !expect(")"))) ||
      !expect(":") || !expect(Token::kNewline, "the end of a line") ||
      !expect(Token::kIndent, "a block that is set in"))
    return false;
  while (!isNext(Token::kDedent) && !isNext(Token::kEnd))
    if (!classMember(made))
      return false;
  file_.classes.push_back(std::move(made));
  return expect(Token::kDedent, "the end of a block");
}

bool Parser::topLevel() {
  if (takeIf("class"))
    return classDefinition();
  if (takeIf("def"))
    return function(file_.functions);
  if (isNext("import") || isNext("from") || isNext("op_version_set")) // of PyTorch before 1.4
    return skipLine();
  return unexpected("a class or a function");
}

llvm::Expected<SourceFile> Parser::run() {
  while (problem().empty() && !isNext(Token::kEnd))
    topLevel();
  if (!problem().empty())
    return llvm::createStringError(problem());
  return std::move(file_);
}

} // namespace

llvm::Expected<SourceFile> parse(llvm::StringRef path, llvm::StringRef code) {
  constexpr size_t kMost = 16 << 20; // its words and what they make take some fifty times as much
  if (code.size() > kMost)
    return llvm::createStringError(path + " has " + llvm::Twine(code.size()) +
                                   " bytes, the code of a model has less than " +
                                   llvm::Twine(kMost));
  llvm::Expected<std::vector<Token>> tokens = tokenize(code);
  if (!tokens)
    return llvm::createStringError(path + " " + llvm::toString(tokens.takeError()));
  return Parser(path, std::move(*tokens)).run();
}

} // namespace tandem::torch::script
