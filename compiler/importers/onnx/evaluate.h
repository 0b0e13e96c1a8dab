#pragma once

#include "compiler/importers/onnx/node.h"

namespace tandem::onnx {

// What operators are on tensors that are all known. Chains of these compute shapes in models that
// were written for any size; the graph has none of them. Nothing: left to the handler, since the
// result would be much larger than what it is made of, or its types do not fit.

/// Two numbers to one, element by element, as the operands broadcast. `result` is the element type,
/// that of the operands when absent.
template <typename Real, typename Integer>
std::optional<Elements> evaluateBinary(const Elements &lhs, const Elements &rhs, Real real,
                                       Integer integer,
                                       std::optional<ElementType> result = std::nullopt);
template <typename Real> std::optional<Elements> evaluateUnary(const Elements &input, Real real);

/// The shape that all broadcast to, when it is there and no larger than what is worth it.
std::optional<llvm::SmallVector<int64_t>> evaluatedShape(llvm::ArrayRef<Elements> inputs);
/// Where in `shape` the element is that broadcasts to `index` of `result`.
int64_t broadcastPlace(int64_t index, llvm::ArrayRef<int64_t> result,
                       llvm::ArrayRef<int64_t> shape);
/// Whether `count` elements may be made of `inputs`.
bool isWorthEvaluating(int64_t count, llvm::ArrayRef<Elements> inputs);

template <typename Real, typename Integer>
std::optional<Elements> evaluateBinary(const Elements &lhs, const Elements &rhs, Real real,
                                       Integer integer, std::optional<ElementType> result) {
  if (lhs.type() != rhs.type())
    return std::nullopt;
  auto shape = evaluatedShape({lhs, rhs});
  if (!shape)
    return std::nullopt;
  bool isFlat = lhs.shape() == rhs.shape();
  auto place = [&](const Elements &operand, int64_t i) {
    return isFlat ? i : broadcastPlace(i, *shape, operand.shape());
  };
  ElementType type = result.value_or(lhs.type());
  auto ofReals = [&](int64_t i) { return real(lhs.real(place(lhs, i)), rhs.real(place(rhs, i))); };
  auto ofIntegers = [&](int64_t i) {
    return integer(lhs.integer(place(lhs, i)), rhs.integer(place(rhs, i)));
  };
  if (isReal(type))
    return Elements::ofReals(type, *shape, ofReals);
  if (lhs.isReal())
    return Elements::ofIntegers(type, *shape, [&](int64_t i) -> int64_t { return ofReals(i); });
  return Elements::ofIntegers(type, *shape, ofIntegers);
}

template <typename Real> std::optional<Elements> evaluateUnary(const Elements &input, Real real) {
  if (!input.isReal() || input.isSplat())
    return std::nullopt;
  return Elements::ofReals(input.type(), input.shape(),
                           [&](int64_t i) { return real(input.real(i)); });
}

} // namespace tandem::onnx
