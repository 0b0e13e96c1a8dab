#include "compiler/importers/torch/script/result_types.h"

#include "compiler/graph/types.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

namespace tandem::torch::script {

namespace {

struct Known {
  int64_t code;
  ScalarType type;
};
constexpr Known kTypes[] = {
    {0, ScalarType::kByte},      {1, ScalarType::kChar},   {2, ScalarType::kShort},
    {3, ScalarType::kInt},       {4, ScalarType::kLong},   {5, ScalarType::kHalf},
    {6, ScalarType::kFloat},     {7, ScalarType::kDouble}, {11, ScalarType::kBool},
    {15, ScalarType::kBFloat16},
};

bool isReal(ScalarType type) {
  return llvm::is_contained(
      {ScalarType::kHalf, ScalarType::kFloat, ScalarType::kDouble, ScalarType::kBFloat16}, type);
}

ScalarType promoted(ScalarType a, ScalarType b) {
  if (a == b)
    return a;
  if (isReal(a) != isReal(b))
    return isReal(a) ? a : b;
  if (a == ScalarType::kBool || b == ScalarType::kBool)
    return a == ScalarType::kBool ? b : a;
  if (isReal(a)) // float16 and bfloat16 meet in float32
    return *scalarSize(a) == *scalarSize(b)  ? ScalarType::kFloat
           : *scalarSize(a) > *scalarSize(b) ? a
                                             : b;
  return *scalarSize(a) >= *scalarSize(b) ? a : b;
}

ScalarType typeOfNumber(const Item &number) {
  return is<double>(number) ? ScalarType::kFloat
         : is<bool>(number) ? ScalarType::kBool
                            : ScalarType::kLong;
}

enum class Rule {
  kOperands, ///< the handler sees it
  kFirst,    ///< as the first tensor
  kLast,     ///< as the last one
  kCommon,   ///< what all tensors promote to
  kReal,     ///< float32 of integers
  kLong,     ///< int64 of integers and truth values
  kNumbers,  ///< float32 where a number is real, else int64
  kFloat,    ///< float32
};

Rule ruleOf(llvm::StringRef operation) {
  return llvm::StringSwitch<Rule>(operation)
      .Cases({"to", "_to_copy", "zeros_like", "ones_like", "full_like", "empty_like"}, Rule::kFirst)
      .Cases({"new_zeros", "new_ones", "new_full", "new_empty", "fill", "zero"}, Rule::kFirst)
      .Cases({"copy", "batch_norm", "layer_norm", "group_norm", "instance_norm"}, Rule::kFirst)
      .Case("type_as", Rule::kLast)
      .Cases({"cat", "concat", "concatenate", "stack"}, Rule::kCommon)
      .Cases({"sum", "prod", "cumsum", "cumprod"}, Rule::kLong)
      .Cases({"full", "arange"}, Rule::kNumbers)
      .Cases({"zeros", "ones", "empty", "linspace", "eye", "scalar_tensor"}, Rule::kFloat)
      .Cases({"div", "sqrt", "rsqrt", "exp", "exp2", "expm1", "log", "log2", "log10"}, Rule::kReal)
      .Cases({"log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh"}, Rule::kReal)
      .Cases({"tanh", "asinh", "acosh", "atanh", "sigmoid", "erf", "erfc"}, Rule::kReal)
      .Case("reciprocal", Rule::kReal)
      .Default(Rule::kOperands);
}

} // namespace

ScalarType scalarTypeOf(mlir::Type type) {
  for (const Known &known : kTypes)
    if (known.type != ScalarType::kDouble && graphType(type.getContext(), known.type) == type)
      return known.type;
  return ScalarType::kFloat;
}

std::optional<ScalarType> scalarTypeOfCode(int64_t number) {
  for (const Known &known : kTypes)
    if (known.code == number)
      return known.type;
  return std::nullopt;
}

int64_t codeOf(ScalarType type) {
  for (const Known &known : kTypes)
    if (known.type == type)
      return known.code;
  return -1;
}

std::optional<ScalarType> resultType(const Signature &signature,
                                     llvm::ArrayRef<const Item *> arguments,
                                     llvm::ArrayRef<ScalarType> types) {
  bool isAnyNumberReal = false, hasMode = false;
  const Item *filledWith = nullptr;
  for (auto [argument, item] : llvm::zip(signature.arguments, arguments)) {
    if (!item || is<None>(*item))
      continue;
    if (argument.kind.starts_with("D"))
      return scalarTypeOfCode(std::get<int64_t>(*item));
    isAnyNumberReal |= argument.kind.starts_with("N") && is<double>(*item);
    hasMode |= argument.name == "rounding_mode";
    if (argument.name == "fill_value")
      filledWith = item;
  }
  auto [domain, rest] = signature.target.split('.');
  auto atOr = [&](size_t index, ScalarType absent) {
    return index < types.size() ? types[index] : absent;
  };
  switch (ruleOf(rest.split('.').first)) {
  case Rule::kOperands:
    return std::nullopt;
  case Rule::kFirst:
    return atOr(0, ScalarType::kFloat);
  case Rule::kLast:
    return atOr(types.size() - 1, ScalarType::kFloat);
  case Rule::kCommon: {
    ScalarType common = atOr(0, ScalarType::kFloat);
    for (ScalarType type : types)
      common = promoted(common, type);
    return common;
  }
  case Rule::kReal:
    if (hasMode || llvm::any_of(types, isReal))
      return std::nullopt;
    return ScalarType::kFloat;
  case Rule::kLong:
    return isReal(atOr(0, ScalarType::kFloat)) ? std::nullopt : std::optional(ScalarType::kLong);
  case Rule::kNumbers:
    if (filledWith)
      return typeOfNumber(*filledWith);
    return isAnyNumberReal ? ScalarType::kFloat : ScalarType::kLong;
  case Rule::kFloat:
    return ScalarType::kFloat;
  }
  return std::nullopt;
}

} // namespace tandem::torch::script
