#include "compiler/importers/torch/script/tokens.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"

#include <optional>
#include <string>

namespace tandem::torch::script {

namespace {

constexpr size_t kLongestName = 1024;

bool isNameStart(char c) {
  return llvm::isAlpha(c) || c == '_';
}
bool isNamePart(char c) {
  return llvm::isAlnum(c) || c == '_';
}

class Tokenizer {
public:
  explicit Tokenizer(llvm::StringRef code) : rest_(code) {}
  llvm::Expected<std::vector<Token>> run();

private:
  bool indentation();
  bool word();
  bool string();
  void number();
  bool symbol();

  llvm::StringRef take(size_t count) {
    llvm::StringRef text = rest_.take_front(count);
    rest_ = rest_.drop_front(count);
    return text;
  }
  void push(Token::Kind kind, size_t length) { tokens_.push_back({kind, take(length), line_}); }
  bool bad(const llvm::Twine &what) {
    problem_ = ("line " + llvm::Twine(line_) + ": " + what).str();
    return false;
  }
  bool isAtLineStart() const {
    return tokens_.empty() || tokens_.back().kind == Token::kNewline ||
           tokens_.back().kind == Token::kDedent;
  }

  llvm::StringRef rest_;
  int line_ = 1, brackets_ = 0;
  std::vector<size_t> depths_ = {0}; ///< of the blocks around, in spaces
  std::vector<Token> tokens_;
  std::string problem_;
};

/// At the start of a line: how deep it is, unless it is empty.
bool Tokenizer::indentation() {
  size_t depth = rest_.find_first_not_of(' ');
  if (depth == llvm::StringRef::npos)
    depth = rest_.size();
  take(depth);
  if (rest_.empty() || rest_.front() == '\n' || rest_.front() == '\r' || rest_.front() == '#')
    return true;
  if (depth > depths_.back()) {
    depths_.push_back(depth);
    push(Token::kIndent, 0);
    return true;
  }
  while (depth < depths_.back()) {
    depths_.pop_back();
    push(Token::kDedent, 0);
  }
  return depth == depths_.back() || bad("its depth is that of no block");
}

bool Tokenizer::string() {
  char quote = rest_.front();
  for (size_t i = 1; i < rest_.size() && rest_[i] != '\n'; ++i) {
    if (rest_[i] == '\\') {
      ++i;
    } else if (rest_[i] == quote) {
      push(Token::kString, i + 1);
      return true;
    }
  }
  return bad("a string has no end");
}

void Tokenizer::number() {
  size_t length = 0;
  bool isReal = false;
  while (length < rest_.size()) {
    char c = rest_[length];
    bool isExponent = c == 'e' || c == 'E';
    bool isSign = (c == '+' || c == '-') && length > 0 &&
                  (rest_[length - 1] == 'e' || rest_[length - 1] == 'E');
    if (!llvm::isDigit(c) && c != '.' && !isExponent && !isSign)
      break;
    isReal |= c == '.' || isExponent;
    ++length;
  }
  push(isReal ? Token::kReal : Token::kInteger, length);
}

bool Tokenizer::symbol() {
  for (llvm::StringRef two : {"->", "==", "!=", "<=", ">=", "//", "**", "<<", ">>"})
    if (rest_.starts_with(two)) {
      push(Token::kSymbol, 2);
      return true;
    }
  constexpr llvm::StringLiteral kSingle = "()[]{},:.=<>+-*/%@&|^~";
  if (!kSingle.contains(rest_.front()))
    return bad("the character '" + llvm::Twine(rest_.front()) + "' is none of TorchScript's");
  char c = rest_.front();
  if (c == '(' || c == '[' || c == '{')
    ++brackets_;
  if ((c == ')' || c == ']' || c == '}') && --brackets_ < 0)
    return bad("a bracket closes that none opens");
  push(Token::kSymbol, 1);
  return true;
}

bool Tokenizer::word() {
  char c = rest_.front();
  if (isNameStart(c)) {
    size_t length = 1;
    while (length < rest_.size() && isNamePart(rest_[length]))
      ++length;
    if (length > kLongestName)
      return bad("a name has more than " + llvm::Twine(kLongestName) + " letters");
    push(Token::kName, length);
    return true;
  }
  bool isNumber = llvm::isDigit(c) || (c == '.' && rest_.size() > 1 && llvm::isDigit(rest_[1]));
  if (isNumber) {
    number();
    return true;
  }
  return c == '"' || c == '\'' ? string() : symbol();
}

llvm::Expected<std::vector<Token>> Tokenizer::run() {
  bool isNewLine = true;
  while (!rest_.empty() && problem_.empty()) {
    if (isNewLine && brackets_ == 0 && !indentation())
      break;
    isNewLine = false;
    if (rest_.empty())
      break;
    char c = rest_.front();
    if (c == '\n') {
      if (brackets_ == 0 && !isAtLineStart())
        push(Token::kNewline, 0);
      take(1);
      ++line_;
      isNewLine = true;
    } else if (c == '#') {
      take(std::min(rest_.find('\n'), rest_.size()));
    } else if (c == ' ' || c == '\t' || c == '\r') {
      take(1);
    } else if (!word()) {
      break;
    }
  }
  if (problem_.empty() && brackets_ > 0)
    bad("a bracket is open at the end");
  if (!problem_.empty())
    return llvm::createStringError(problem_);
  if (!isAtLineStart())
    push(Token::kNewline, 0);
  for (; depths_.size() > 1; depths_.pop_back())
    push(Token::kDedent, 0);
  push(Token::kEnd, 0);
  return std::move(tokens_);
}

} // namespace

llvm::Expected<std::vector<Token>> tokenize(llvm::StringRef code) {
  return Tokenizer(code).run();
}

std::optional<std::string> unquoted(llvm::StringRef text) {
  std::string result;
  for (text = text.drop_front().drop_back(); !text.empty();) {
    char c = text.front();
    text = text.drop_front();
    if (c != '\\') {
      result += c;
      continue;
    }
    constexpr llvm::StringLiteral kEscapes = "\\'\"nrtabfv", kMeant = "\\'\"\n\r\t\a\b\f\v";
    size_t which = text.empty() ? llvm::StringRef::npos : kEscapes.find(text.front());
    if (which != llvm::StringRef::npos) {
      result += kMeant[which];
      text = text.drop_front();
      continue;
    }
    unsigned code = 0; // three octal digits, as PyTorch writes what is not printable
    if (text.size() < 3 || text.take_front(3).getAsInteger(8, code) || code > 255)
      return std::nullopt;
    result += static_cast<char>(code);
    text = text.drop_front(3);
  }
  return result;
}

} // namespace tandem::torch::script
