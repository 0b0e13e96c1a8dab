#pragma once

#include "backends/reference/run/op.h"
#include "backends/reference/run/walk.h"

#include <array>
#include <cstddef>

namespace tandem::reference {

// Elements of any type, as bytes.

/// One element of the tensor's type that stands for `value`.
std::array<std::byte, 8> elementOf(const Tensor &tensor, float value);

/// Where a walk's elements are in a tensor: from a start on, `steps` apart.
struct Places {
  int64_t start = 0;
  Steps steps;
};
/// For every index of `shape` copies the element at `from` in the first operand to the one at `to`
/// in the result.
Kernel copyPlaces(const Op &op, const Shape &shape, const Places &from, const Places &to);

/// Calls `body` with a zero of an unsigned integer that has the size of the type's elements.
template <typename Body> Kernel withElementSize(ElementType type, Body body) {
  switch (elementSize(type)) {
  case 1:
    return body(uint8_t());
  case 2:
    return body(uint16_t());
  case 4:
    return body(uint32_t());
  default:
    return body(uint64_t());
  }
}

/// The larger of two; NaN where one is.
template <typename T> T largerOf(T a, T b) {
  return a > b || a != a ? a : b;
}
/// The smaller of two; NaN where one is.
template <typename T> T smallerOf(T a, T b) {
  return a < b || a != a ? a : b;
}

/// Calls `body` with a zero of the C++ type of elements that can be compared.
template <typename Body> Result<Kernel> withComparable(const Op &op, Body body) {
  switch (op.operand(0).type) {
  case ElementType::kF32:
    return body(float());
  case ElementType::kI8:
    return body(int8_t());
  case ElementType::kU8:
  case ElementType::kBool:
    return body(uint8_t());
  case ElementType::kI16:
    return body(int16_t());
  case ElementType::kI32:
    return body(int32_t());
  case ElementType::kI64:
    return body(int64_t());
  default:
    return op.error("elements of type ", elementTypeName(op.operand(0).type),
                    " have no order here");
  }
}

} // namespace tandem::reference
