#include "compiler/importers/common/integer_folding.h"

#include "compiler/importers/common/selections.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"

#include "mlir/Dialect/Traits.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <cstring>
#include <numeric>

using namespace mlir;

namespace tandem {
namespace {

constexpr int64_t kMost = 1 << 12; ///< elements

struct Integers {
  SmallVector<int64_t> shape, values;
};

std::optional<Integers> integersOf(Value value) {
  RankedTensorType type = graph::tensorType(value);
  if (type.getNumElements() > kMost)
    return std::nullopt;
  Integers result{SmallVector<int64_t>(type.getShape()), {}};
  if (type.getElementType().isInteger(1)) {
    std::optional<graph::ConstantBytes> bytes = graph::constantOf(value);
    if (!bytes)
      return std::nullopt;
    result.values.append(bytes->raw().begin(), bytes->raw().end());
    return result;
  }
  std::optional<SmallVector<int64_t>> values = knownIntegers(value);
  if (!values)
    return std::nullopt;
  result.values = std::move(*values);
  return result;
}

using Binary = int64_t (*)(int64_t, int64_t);

/// Wraps around as processors do; the result is cut to its type.
int64_t wrapped(uint64_t value) {
  return static_cast<int64_t>(value);
}

/// Callers have looked that the divisor is not 0.
int64_t quotient(int64_t a, int64_t b) {
  return b == -1 ? wrapped(-static_cast<uint64_t>(a)) : a / b;
}
int64_t floorQuotient(int64_t a, int64_t b) {
  bool hasRest = b != -1 && a % b != 0;
  return quotient(a, b) - (hasRest && (a < 0) != (b < 0) ? 1 : 0);
}

bool dividesByZero(Operation *op, ArrayRef<Integers> operands) {
  return isa<graph::DivOp, graph::FloorDivOp>(op) && llvm::is_contained(operands[1].values, 0);
}

/// Whether it multiplies all elements of a row: a size, of the dimensions of a shape.
bool isProductOfRow(Operation *op) {
  auto product = dyn_cast<graph::ReduceProdOp>(op);
  return product && shapeOf(product.getInput()).size() == 1 && product.getAxes().size() == 1;
}

/// The function that makes one of all elements.
Binary functionOfAll(Operation *op) {
  auto isOfAll = [](auto reduce) {
    return reduce.getAxes().size() == shapeOf(reduce.getInput()).size();
  };
  return llvm::TypeSwitch<Operation *, Binary>(op)
      .Case([&](graph::ReduceMinOp reduce) -> Binary {
        return isOfAll(reduce) ? [](int64_t a, int64_t b) { return std::min(a, b); } : Binary();
      })
      .Case([&](graph::ReduceMaxOp reduce) -> Binary {
        return isOfAll(reduce) ? [](int64_t a, int64_t b) { return std::max(a, b); } : Binary();
      })
      .Default(Binary());
}

/// Reals of a small constant, cut to integers.
std::optional<SmallVector<int64_t>> cutReals(Operation *op) {
  auto cast = dyn_cast<graph::CastOp>(op);
  if (!cast || !getElementTypeOrSelf(cast.getInput()).isF32() ||
      getElementTypeOrSelf(cast.getResult()).getIntOrFloatBitWidth() < 32)
    return std::nullopt;
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(cast.getInput());
  if (!bytes)
    return std::nullopt;
  ArrayRef<char> raw = bytes->raw();
  SmallVector<int64_t> result;
  for (size_t at = 0; at + sizeof(float) <= raw.size(); at += sizeof(float)) {
    float real = 0;
    std::memcpy(&real, raw.data() + at, sizeof(float));
    constexpr float kMostReal = 1 << 30;
    if (!(std::fabs(real) < kMostReal))
      return std::nullopt;
    result.push_back(static_cast<int64_t>(real));
  }
  return result;
}

Binary functionOf(Operation *op) {
  auto plain = [](auto arithmetic, Binary function) {
    return arithmetic.getActivation() == graph::Activation::None ? function : nullptr;
  };
  return llvm::TypeSwitch<Operation *, Binary>(op)
      .Case([&](graph::AddOp add) {
        return plain(add, [](int64_t a, int64_t b) { return wrapped(uint64_t(a) + uint64_t(b)); });
      })
      .Case([&](graph::SubOp sub) {
        return plain(sub, [](int64_t a, int64_t b) { return wrapped(uint64_t(a) - uint64_t(b)); });
      })
      .Case([&](graph::MulOp mul) {
        return plain(mul, [](int64_t a, int64_t b) { return wrapped(uint64_t(a) * uint64_t(b)); });
      })
      .Case([&](graph::DivOp div) { return plain(div, quotient); })
      .Case([](graph::FloorDivOp) { return floorQuotient; })
      .Case([](graph::MinimumOp) { return [](int64_t a, int64_t b) { return std::min(a, b); }; })
      .Case([](graph::MaximumOp) { return [](int64_t a, int64_t b) { return std::max(a, b); }; })
      .Case([](graph::EqualOp) { return [](int64_t a, int64_t b) -> int64_t { return a == b; }; })
      .Case(
          [](graph::NotEqualOp) { return [](int64_t a, int64_t b) -> int64_t { return a != b; }; })
      .Case([](graph::LessOp) { return [](int64_t a, int64_t b) -> int64_t { return a < b; }; })
      .Case(
          [](graph::LessEqualOp) { return [](int64_t a, int64_t b) -> int64_t { return a <= b; }; })
      .Case([](graph::GreaterOp) { return [](int64_t a, int64_t b) -> int64_t { return a > b; }; })
      .Case([](graph::GreaterEqualOp) {
        return [](int64_t a, int64_t b) -> int64_t { return a >= b; };
      })
      .Case([](graph::LogicalAndOp) { return [](int64_t a, int64_t b) { return a & b; }; })
      .Case([](graph::LogicalOrOp) { return [](int64_t a, int64_t b) { return a | b; }; })
      .Default([](Operation *) -> Binary { return nullptr; });
}

/// Where the element of `shape` is that broadcasts to `index` of `result`.
int64_t placeIn(ArrayRef<int64_t> shape, ArrayRef<int64_t> result, int64_t index) {
  int64_t place = 0, step = 1;
  for (size_t d = result.size(), own = shape.size(); own > 0; index /= result[d]) {
    --d, --own;
    place += shape[own] == 1 ? 0 : index % result[d] * step;
    step *= shape[own];
  }
  return place;
}

Value constantOf(OpBuilder &builder, Value value, ArrayRef<int64_t> integers) {
  NodeBuilder build(builder, value.getLoc());
  MaybeValue constant =
      build.integerConstant(getElementTypeOrSelf(value), shapeOf(value), integers);
  return failed(constant) ? value : *constant;
}
} // namespace

Value foldIntegers(OpBuilder &builder, Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumOperands() == 0 || !isa<IntegerType>(getElementTypeOrSelf(value)) ||
      graph::tensorType(value).getNumElements() > kMost)
    return value;
  if (auto cut = cutReals(op))
    return cut->size() == static_cast<size_t>(graph::tensorType(value).getNumElements())
               ? constantOf(builder, value, *cut)
               : value;
  bool isRow = isa<graph::ConcatOp>(op) && shapeOf(value).size() == 1;
  Binary function = functionOf(op);
  bool isProduct = isProductOfRow(op);
  Binary ofAll = functionOfAll(op);
  if (!isRow && !isa<graph::LogicalNotOp>(op) && !function && !isProduct && !ofAll)
    return value;
  SmallVector<Integers> operands;
  for (Value operand : op->getOperands()) {
    std::optional<Integers> integers = integersOf(operand);
    if (!integers)
      return value;
    operands.push_back(std::move(*integers));
  }
  if (dividesByZero(op, operands))
    return value;
  SmallVector<int64_t> result;
  if (isRow) {
    for (const Integers &part : operands)
      result.append(part.values);
  } else if (isProduct) {
    uint64_t product = 1;
    for (int64_t factor : operands[0].values)
      product *= static_cast<uint64_t>(factor);
    result.push_back(wrapped(product));
  } else if (ofAll) {
    ArrayRef<int64_t> all = operands[0].values;
    if (all.empty())
      return value;
    result.push_back(std::accumulate(all.begin(), all.end(), all.front(), ofAll));
  } else if (!function) {
    for (int64_t truth : operands[0].values)
      result.push_back(truth == 0);
  } else {
    ArrayRef<int64_t> shape = shapeOf(value);
    for (int64_t i = 0, count = graph::tensorType(value).getNumElements(); i < count; ++i)
      result.push_back(function(operands[0].values[placeIn(operands[0].shape, shape, i)],
                                operands[1].values[placeIn(operands[1].shape, shape, i)]));
  }
  return constantOf(builder, value, result);
}

} // namespace tandem
