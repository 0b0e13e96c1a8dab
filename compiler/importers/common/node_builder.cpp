#include "compiler/importers/common/node_builder.h"

#include "base/element_type.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"

#include "mlir/IR/Verifier.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;

namespace tandem {

bool hasSaneSize(ArrayRef<int64_t> shape) {
  std::optional<int64_t> count = elementCount(shape);
  return count && *count <= kMaxElements;
}

std::optional<int64_t> normalizedAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return std::nullopt;
  return axis < 0 ? axis + rank : axis;
}

MaybeValue NodeBuilder::finish(MaybeValue result) {
  if (failed(result))
    return failure();
  if (!hasSaneSize(shapeOf(*result)))
    return error() << "a result of shape " << shapeText(shapeOf(*result)) << " is too large";
  Operation *op = result->getDefiningOp();
  if (failed(verify(op))) // folders take a verified op for granted
    return failure();
  SmallVector<Value> folded;
  if (failed(builder_.tryFold(op, folded)) || folded.empty() || folded[0] == *result)
    return result;
  op->erase();
  return folded[0];
}

MaybeValue NodeBuilder::constant(Type type, ArrayRef<int64_t> shape, ArrayRef<float> values) {
  auto tensor = RankedTensorType::get(shape, type);
  if (type.isF32())
    return graph::createConstant(builder_, location_, tensor, values);
  if (!isa<FloatType>(type))
    return error() << "takes real numbers, not elements of type " << type;
  SmallVector<uint16_t> halves;
  const llvm::fltSemantics &semantics = cast<FloatType>(type).getFloatSemantics();
  for (float value : values) {
    llvm::APFloat number(value);
    bool losesInfo = false;
    number.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    halves.push_back(static_cast<uint16_t>(number.bitcastToAPInt().getZExtValue()));
  }
  return graph::createConstant<uint16_t>(builder_, location_, tensor, halves);
}

MaybeValue NodeBuilder::scalarLike(Value like, double value) {
  SmallVector<int64_t> shape(shapeOf(like).empty() ? 0 : 1, 1);
  Type type = getElementTypeOrSelf(like);
  return isa<IntegerType>(type) ? integerConstant(type, shape, static_cast<int64_t>(value))
                                : constant(type, shape, static_cast<float>(value));
}

MaybeValue NodeBuilder::integerConstant(Type type, ArrayRef<int64_t> shape,
                                        ArrayRef<int64_t> values) {
  std::optional<ElementType> stored = graph::elementTypeOf(type);
  if (!isa<IntegerType>(type) || !stored)
    return error() << "takes integers, not elements of type " << type;
  size_t size = elementSize(*stored);
  SmallVector<char> bytes(values.size() * size);
  for (size_t i = 0; i < values.size(); ++i) // little-endian: the low bytes come first
    std::memcpy(bytes.data() + i * size, &values[i], size);
  return graph::createConstant(builder_, location_, RankedTensorType::get(shape, type),
                               ArrayRef<char>(bytes));
}

MaybeValue NodeBuilder::add(MaybeValue a, MaybeValue b) {
  return create<graph::AddOp>(a, b, graph::Activation::None);
}
MaybeValue NodeBuilder::subtract(MaybeValue a, MaybeValue b) {
  return create<graph::SubOp>(a, b, graph::Activation::None);
}
MaybeValue NodeBuilder::multiply(MaybeValue a, MaybeValue b) {
  return create<graph::MulOp>(a, b, graph::Activation::None);
}
MaybeValue NodeBuilder::divide(MaybeValue a, MaybeValue b) {
  return create<graph::DivOp>(a, b, graph::Activation::None);
}
MaybeValue NodeBuilder::add(MaybeValue a, double b) {
  return failed(a) ? a : add(a, scalarLike(*a, b));
}
MaybeValue NodeBuilder::multiply(MaybeValue a, double b) {
  return failed(a) || b == 1 ? a : multiply(a, scalarLike(*a, b));
}
MaybeValue NodeBuilder::cast(MaybeValue value, Type type) {
  if (failed(value) || getElementTypeOrSelf(*value) == type)
    return value;
  return createTyped<graph::CastOp>(type, value);
}
MaybeValue NodeBuilder::select(MaybeValue condition, MaybeValue onTrue, MaybeValue onFalse) {
  if (failed(onTrue))
    return failure();
  return createTyped<graph::SelectOp>(getElementTypeOrSelf(*onTrue), condition, onTrue, onFalse);
}

MaybeValue NodeBuilder::fill(Type type, ArrayRef<int64_t> shape, float value) {
  std::optional<int64_t> count = elementCount(shape);
  if (!count || *count > kMaxFill)
    return error() << "a constant of shape " << shapeText(shape) << " is too large";
  Attribute one = isa<FloatType>(type)
                      ? Attribute(FloatAttr::get(type, value))
                      : Attribute(IntegerAttr::get(type, static_cast<int64_t>(value)));
  auto tensor = RankedTensorType::get(shape, type);
  return graph::ConstantOp::create(builder_, location_, tensor, DenseElementsAttr::get(tensor, one))
      .getResult();
}

MaybeValue NodeBuilder::transpose(MaybeValue value, ArrayRef<int64_t> permutation) {
  return create<graph::TransposeOp>(value, permutation);
}
MaybeValue NodeBuilder::reshape(MaybeValue value, ArrayRef<int64_t> shape) {
  return create<graph::ReshapeOp>(value, shape);
}
MaybeValue NodeBuilder::toNhwc(MaybeValue value) {
  return transpose(value, {0, 2, 3, 1});
}
MaybeValue NodeBuilder::toNchw(MaybeValue value) {
  return transpose(value, {0, 3, 1, 2});
}

} // namespace tandem
