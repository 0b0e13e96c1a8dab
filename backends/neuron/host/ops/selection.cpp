// SELECT, GATHER and TOPK_V2.

#include "backends/neuron/host/node.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
/// A value in the codes of another type, where it has others.
MaybeValue inCodesOf(Node &node, Type type, Value value) {
  if (getElementTypeOrSelf(value) == type || !graph::isQuantized(type))
    return value;
  return node.make<graph::QuantizeOp>(type, value);
}

LogicalResult writeSelect(Node &node) {
  MaybeValue condition = node.value(0), onTrue = node.value(1), onFalse = node.value(2);
  FailureOr<Type> type = node.resultType();
  if (failed(condition) || failed(onTrue) || failed(onFalse) || failed(type))
    return failure();
  if (shapeOf(*onTrue) != shapeOf(*condition) || shapeOf(*onFalse) != shapeOf(*condition))
    return node.invalid() << "shapes " << shapeText(shapeOf(*condition)) << ", "
                          << shapeText(shapeOf(*onTrue)) << " and " << shapeText(shapeOf(*onFalse))
                          << ", which must be equal";
  onTrue = inCodesOf(node, *type, *onTrue);
  onFalse = inCodesOf(node, *type, *onFalse);
  return node.setResult(node.make<graph::SelectOp>(*type, *condition, onTrue, onFalse));
}

/// The axis comes between the elements and the indices.
LogicalResult writeGather(Node &node) {
  MaybeValue input = node.value(0), indices = node.value(2);
  if (failed(input) || failed(indices))
    return failure();
  auto axis = node.axisOf(*input, 1);
  if (failed(axis))
    return failure();
  return node.setResult(
      node.makeLike<graph::GatherOp>(*input, *indices, static_cast<uint64_t>(*axis)));
}

/// Of equal elements the one with the larger index comes first. Graph has the smaller one first, so
/// the rows are turned round and the places counted from their end.
MaybeValue writeTopIndices(Node &node, Value input, uint64_t k) {
  SmallVector<int64_t> size(shapeOf(input)), begin(size.size(), 0), strides(size.size(), 1);
  begin.back() = size.back() - 1;
  strides.back() = -1;
  MaybeValue backwards = node.makeLike<graph::SliceOp>(
      input, ArrayRef<int64_t>(begin), ArrayRef<int64_t>(size), ArrayRef<int64_t>(strides));
  MaybeValue fromTheEnd =
      node.make<graph::TopKIndicesOp>(node.builder().getI32Type(), backwards, k);
  return node.makeLike<graph::SubOp>(node.integerTensor(static_cast<int32_t>(begin.back())),
                                     fromTheEnd, graph::Activation::None);
}

LogicalResult writeTopK(Node &node) {
  MaybeValue input = node.value(0);
  auto k = node.integer(1);
  if (failed(input) || failed(k))
    return failure();
  int64_t row = shapeOf(*input).empty() ? 0 : shapeOf(*input).back();
  if (*k < 1 || *k > row)
    return node.invalid() << "the " << *k << " largest of rows of " << row;
  auto count = static_cast<uint64_t>(*k);
  if (failed(node.setResult(node.makeLike<graph::TopKValuesOp>(*input, count), 0)))
    return failure();
  return node.setResult(writeTopIndices(node, *input, count), 1);
}
} // namespace

void registerSelection(HandlerTable &table) {
  table.add(NEURON_SELECT, writeSelect);
  table.add(NEURON_GATHER, writeGather);
  table.add(NEURON_TOPK_V2, writeTopK);
}

} // namespace tandem::neuron::host
