#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tandem::torch::script {

/// What nests deeper comes from no compiler, and would use up the stack.
inline constexpr int kMostLevels = 200;

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// An expression. What its parts are is by kind.
struct Expr {
  enum Kind {
    kName,        ///< text
    kInteger,     ///< integer
    kReal,        ///< real
    kString,      ///< text
    kAttribute,   ///< parts[0] . text
    kCall,        ///< parts[0] of the others, each with its keyword or ""
    kItem,        ///< parts[0] [ parts[1] ]
    kTuple,       ///< parts
    kList,        ///< parts
    kDict,        ///< keys and values in turn
    kConditional, ///< parts: condition, then, else
    kUnary,       ///< text, parts[0]
    kBinary,      ///< text, parts[0], parts[1]
  };
  Kind kind;
  int line;
  std::string text = {};
  int64_t integer = 0;
  double real = 0;
  std::vector<ExprPtr> parts = {};
  std::vector<std::string> keywords = {}; ///< of a call, one for each part behind the first
  int depth = 1;                          ///< levels of it; the parser holds it within kMostLevels
};

struct Statement;
using Statements = std::vector<Statement>;

struct Statement {
  enum Kind {
    kExpression, ///< value
    kAssign,     ///< targets = value
    kReturn,     ///< value, or null
    kIf,         ///< value: body, otherwise
    kWhile,      ///< value: body
    kFor,        ///< targets in value: body
    kWith,       ///< value as targets, of which there may be none: body
    kPass,
  };
  Kind kind;
  int line;
  std::vector<ExprPtr> targets = {};
  bool unpacks = false; ///< targets are those of a tuple, though there may be one
  ExprPtr value = nullptr;
  Statements body = {}, otherwise = {};
};

struct Parameter {
  std::string name;
  ExprPtr type, byDefault; ///< either may be null
};

struct Function {
  std::string name;
  int line;
  std::vector<Parameter> parameters;
  Statements body;
};

/// A module, or a tuple with names.
struct Class {
  std::string name, base;
  int line;
  std::vector<Parameter> fields; ///< constants of the class have a value
  std::vector<Function> methods;

  const Function *method(const std::string &called) const {
    for (const Function &each : methods)
      if (each.name == called)
        return &each;
    return nullptr;
  }
};

/// A file of code/.
struct SourceFile {
  std::string path; ///< in the archive, as in "code/__torch__.py"
  std::vector<Class> classes;
  std::vector<Function> functions;
};

} // namespace tandem::torch::script
