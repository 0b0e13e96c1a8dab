// Which types the operands and the results of a node have.
#include "compiler/importers/torch/in_place.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// A tensor, or a number without dimensions.
MaybeValue AtenNode::operand(StringRef name, Type type) {
  const Json *argument = find(name);
  std::optional<double> scalar = argument ? asReal(*argument) : std::nullopt;
  if (!scalar)
    return cast(tensor(name), type);
  return isa<IntegerType>(type) ? integerConstant(type, {}, static_cast<int64_t>(*scalar))
                                : constant(type, {}, static_cast<float>(*scalar));
}

/// As PyTorch promotes: reals win over integers, these over truth values, tensors with dimensions
/// over those without, and wider types over others.
static Value promoted(Value a, Value b) {
  Type one = getElementTypeOrSelf(a), other = getElementTypeOrSelf(b);
  auto rank = [](Type type) { return isa<FloatType>(type) ? 2 : type.isInteger(1) ? 0 : 1; };
  if (rank(one) != rank(other))
    return rank(one) > rank(other) ? a : b;
  if (shapeOf(a).empty() != shapeOf(b).empty())
    return shapeOf(a).empty() ? b : a;
  return one.getIntOrFloatBitWidth() >= other.getIntOrFloatBitWidth() ? a : b;
}

AtenNode::Operands AtenNode::operands(StringRef lhs, StringRef rhs) {
  Value leading;
  bool hasReal = false, hasInteger = false; // among numbers
  for (StringRef name : {lhs, rhs}) {
    const Json *argument = find(name);
    if (argument && !isTensor(name)) {
      hasReal |= member(*argument, "as_float") != nullptr;
      hasInteger |= asInteger(*argument).has_value();
      continue;
    }
    MaybeValue value = tensor(name);
    if (mlir::failed(value))
      return {};
    leading = leading ? promoted(leading, *value) : *value;
  }
  Type type = leading ? getElementTypeOrSelf(leading) : Type();
  if (type && hasReal && !isa<FloatType>(type))
    type = builder().getF32Type();
  if (type && hasInteger && type.isInteger(1))
    type = builder().getI64Type();
  if (!type)
    return {invalid("no operand is a tensor"), mlir::failure()};
  std::optional<Type> result = resultType();
  if (result && !result->isInteger(1))
    type = *result;
  return {operand(lhs, type), operand(rhs, type)};
}

std::optional<Type> AtenNode::resultType() const {
  if (!environment_.metas || record_.outputs.empty())
    return std::nullopt;
  auto meta = environment_.metas->find(record_.outputs.front());
  if (meta == environment_.metas->end() || !scalarSize(meta->second.type))
    return std::nullopt;
  return wide(graphType(location().getContext(), meta->second.type));
}

static bool isHalf(Type type) {
  return type && (type.isF16() || type.isBF16());
}

Type AtenNode::wide(Type type) const {
  return widens_ && isHalf(type) ? Float32Type::get(type.getContext()) : type;
}
Value AtenNode::wide(Value value) {
  if (!value)
    return value;
  return *cast(value, wide(getElementTypeOrSelf(value))); // a cast of reals never fails
}

/// What the real operands promote to; null when there is none.
Type AtenNode::realType() const {
  Value leading;
  forEachRead(record_, [&](const std::string &name) {
    auto value = environment_.tensors.find(name);
    if (value != environment_.tensors.end() && value->second &&
        isa<FloatType>(getElementTypeOrSelf(value->second)))
      leading = leading ? promoted(leading, value->second) : value->second;
  });
  return leading ? getElementTypeOrSelf(leading) : Type();
}

/// The type that PyTorch gives a result, null where that is what the handler has made of it: of
/// TorchScript's operators, which say nothing of it, reals are what their operands promote to.
Type AtenNode::givenType(size_t index, Value result, Type ofReals) const {
  if (index < record_.outputs.size() && environment_.metas) {
    auto meta = environment_.metas->find(record_.outputs[index]);
    if (meta != environment_.metas->end())
      return scalarSize(meta->second.type) ? graphType(result.getContext(), meta->second.type)
                                           : Type();
  }
  return getElementTypeOrSelf(result).isF32() ? ofReals : Type();
}

FailureOr<SmallVector<Value>> AtenNode::handled(const Handler &handler) {
  bool hasHalf = isHalf(resultType().value_or(Type()));
  forEachRead(record_, [&](const std::string &name) {
    auto value = environment_.tensors.find(name);
    hasHalf |= value != environment_.tensors.end() && value->second &&
               isHalf(getElementTypeOrSelf(value->second));
  });
  if (!hasHalf)
    return handler(*this);
  Type ofReals = realType();
  widens_ = true;
  FailureOr<SmallVector<Value>> results = handler(*this);
  for (size_t i = 0; succeeded(results) && i < results->size(); ++i) {
    Value &result = (*results)[i];
    Type type = result ? givenType(i, result, ofReals) : Type();
    if (isHalf(type))
      result = *cast(result, type);
  }
  return results;
}

FailureOr<SmallVector<Value>> callHandler(AtenNode &node, const OpTable::Entry &entry) {
  return entry.isMove ? entry.handler(node) : node.handled(entry.handler);
}

} // namespace tandem::torch
