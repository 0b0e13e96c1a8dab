#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// PACK: tensors of one shape along a new dimension.
static LogicalResult importPack(Node &node) {
  auto options = node.options<schema::PackOptions>();
  if (failed(options))
    return failure();
  SmallVector<Value> parts;
  uint64_t axis = 0;
  for (size_t i = 0; i < node.inputCount(); ++i) {
    FailureOr<Value> input = node.input(i);
    if (failed(input))
      return failure();
    SmallVector<int64_t> shape(shapeOf(*input));
    FailureOr<int64_t> given = node.axis((*options)->axis(), shape.size() + 1);
    if (failed(given))
      return failure();
    axis = static_cast<uint64_t>(*given);
    shape.insert(shape.begin() + *given, 1);
    FailureOr<Value> part = node.build().create<graph::ReshapeOp>(*input, ArrayRef<int64_t>(shape));
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  if (parts.empty())
    return node.invalid() << "has no inputs";
  return node.emit<graph::ConcatOp>(parts, axis);
}

/// UNPACK: one slice per output, without the dimension that they lie along.
static LogicalResult importUnpack(Node &node) {
  auto options = node.options<schema::UnpackOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  FailureOr<int64_t> axis = node.axis((*options)->axis(), shape.size());
  if (failed(axis))
    return failure();
  if (static_cast<int64_t>(node.outputCount()) != shape[*axis])
    return node.invalid() << node.outputCount() << " outputs for a dimension of " << shape[*axis];
  SmallVector<int64_t> begin(shape.size(), 0), size(shape), strides(shape.size(), 1),
      dropped(shape);
  size[*axis] = 1;
  dropped.erase(dropped.begin() + *axis);
  for (size_t i = 0; i < node.outputCount(); ++i) {
    begin[*axis] = static_cast<int64_t>(i);
    FailureOr<Type> type = node.outputType(i);
    if (failed(type))
      return failure();
    FailureOr<Value> slice = node.build().createTyped<graph::SliceOp>(
        *type, *input, ArrayRef<int64_t>(begin), ArrayRef<int64_t>(size),
        ArrayRef<int64_t>(strides));
    if (failed(node.setOutput(
            node.build().create<graph::ReshapeOp>(slice, ArrayRef<int64_t>(dropped)), i)))
      return failure();
  }
  return success();
}

void registerStack(OpTable &table) {
  table.add(schema::BuiltinOperator::PACK, importPack);
  table.add(schema::BuiltinOperator::UNPACK, importUnpack);
}

} // namespace tandem::tflite
