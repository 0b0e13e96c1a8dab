#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

// Tensors that are made of numbers alone.

/// In the result's type, else 'dtype', else f32, as PyTorch has it.
static Type typeOf(AtenNode &node) {
  if (std::optional<Type> type = node.resultType())
    return *type;
  return node.dtype().value_or(node.builder().getF32Type());
}

static MaybeValue filled(AtenNode &node, ArrayRef<int64_t> shape, double value) {
  Type type = typeOf(node);
  if (node.failed())
    return failure();
  return node.fill(type, shape, static_cast<float>(value));
}

static MaybeValue importFull(AtenNode &node) {
  SmallVector<int64_t> size = node.integers("size");
  double value = node.number("fill_value");
  return node.failed() ? MaybeValue(failure()) : filled(node, size, value);
}
template <int value> static MaybeValue importOf(AtenNode &node) {
  SmallVector<int64_t> size = node.integers("size");
  return node.failed() ? MaybeValue(failure()) : filled(node, size, value);
}
template <int value> static MaybeValue importLike(AtenNode &node) {
  MaybeValue like = node.tensor("self");
  return failed(like) ? like : filled(node, shapeOf(*like), value);
}
static MaybeValue importFullLike(AtenNode &node) {
  MaybeValue like = node.tensor("self");
  double value = node.number("fill_value");
  return node.failed() || failed(like) ? MaybeValue(failure())
                                       : filled(node, shapeOf(*like), value);
}
/// aten.fill.Scalar: the operand's shape alone matters.
static MaybeValue importFill(AtenNode &node) {
  MaybeValue like = node.tensor("self");
  double value = node.number("value");
  return node.failed() || failed(like) ? MaybeValue(failure())
                                       : filled(node, shapeOf(*like), value);
}
/// aten.fill.Tensor: a number that is known, or computed.
static MaybeValue importFillTensor(AtenNode &node) {
  MaybeValue like = node.tensor("self"), value = node.tensor("value");
  if (failed(like) || failed(value))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*like);
  value = node.reshape(node.cast(value, getElementTypeOrSelf(*like)),
                       SmallVector<int64_t>(shape.size(), 1));
  return expandTo(node, value, shape);
}
/// aten._shape_as_tensor.
static MaybeValue importShape(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  SmallVector<int64_t> sizes(shapeOf(*x));
  return node.integerConstant(node.builder().getI64Type(), static_cast<int64_t>(sizes.size()),
                              sizes);
}
static MaybeValue importScalarTensor(AtenNode &node) {
  double value = node.number("s");
  return node.failed() ? MaybeValue(failure()) : filled(node, {}, value);
}

/// aten.arange: from 'start' by 'step' to before 'end'.
static MaybeValue importArange(AtenNode &node) {
  double start = node.number("start", 0), end = node.number("end"), step = node.number("step", 1);
  Type type = typeOf(node);
  double steps = std::ceil((end - start) / step);
  if (node.failed())
    return failure();
  if (!(steps >= 0 && steps <= NodeBuilder::kMaxFill))
    return node.invalid("it has " + std::to_string(steps) + " elements");
  SmallVector<float> reals;
  SmallVector<int64_t> integers;
  for (int64_t i = 0; i < static_cast<int64_t>(steps); ++i) {
    double value = start + static_cast<double>(i) * step;
    reals.push_back(static_cast<float>(value));
    integers.push_back(static_cast<int64_t>(value));
  }
  auto count = static_cast<int64_t>(integers.size());
  return isa<IntegerType>(type) ? node.integerConstant(type, count, integers)
                                : node.constant(type, count, reals);
}

/// aten.linspace: so many numbers from 'start' to 'end', both among them.
static MaybeValue importLinspace(AtenNode &node) {
  double start = node.number("start"), end = node.number("end");
  int64_t steps = node.integer("steps");
  if (node.failed() || steps < 1 || steps > NodeBuilder::kMaxFill)
    return node.invalid("'steps' is " + Twine(steps));
  SmallVector<float> values;
  for (int64_t i = 0; i < steps; ++i)
    values.push_back(static_cast<float>(
        steps == 1 ? start : start + (end - start) * static_cast<double>(i) / double(steps - 1)));
  return node.constant(typeOf(node), steps, values);
}

static MaybeValue importEye(AtenNode &node) {
  int64_t rows = node.integer("n"), columns = node.integer("m", rows);
  if (node.failed())
    return failure();
  if (rows < 0 || columns < 0 || (columns > 0 && rows > NodeBuilder::kMaxFill / columns))
    return node.invalid("a matrix of " + Twine(rows) + "x" + Twine(columns));
  SmallVector<int64_t> values(rows * columns, 0);
  for (int64_t i = 0; i < std::min(rows, columns); ++i)
    values[i * columns + i] = 1;
  return node.cast(node.integerConstant(node.builder().getI1Type(), {rows, columns}, values),
                   typeOf(node));
}

void registerConstant(OpTable &table) {
  for (StringRef form : {"aten.full.default", "aten.new_full.default"})
    table.addMove(form, importFull);
  for (StringRef form : {"aten.zeros.default", "aten.new_zeros.default", "aten.empty.memory_format",
                         "aten.new_empty.default"})
    table.addMove(form, importOf<0>);
  for (StringRef form : {"aten.ones.default", "aten.new_ones.default"})
    table.addMove(form, importOf<1>);
  for (StringRef form : {"aten.zeros_like.default", "aten.empty_like.default"})
    table.addMove(form, importLike<0>);
  table.addMove("aten.ones_like.default", importLike<1>);
  table.addMove("aten.full_like.default", importFullLike);
  table.addMove("aten.zero.default", importLike<0>);
  table.addMove("aten.fill.Scalar", importFill);
  table.addMove("aten.fill.Tensor", importFillTensor);
  table.addMove("aten._shape_as_tensor.default", importShape);
  table.addMove("aten.scalar_tensor.default", importScalarTensor);
  for (StringRef form : {"default", "start", "start_step"})
    table.addMove(("aten.arange." + form).str(), importArange);
  table.addMove("aten.linspace.default", importLinspace);
  table.addMove("aten.eye.default", importEye);
  table.addMove("aten.eye.m", importEye);
}

} // namespace tandem::torch
