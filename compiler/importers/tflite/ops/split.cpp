#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// One slice per output, side by side along an axis.
static LogicalResult emitSlices(Node &node, Value input, int64_t axis, ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> begin(shapeOf(input).size(), 0), size(shapeOf(input)),
      strides(shapeOf(input).size(), 1);
  for (auto [index, part] : llvm::enumerate(sizes)) {
    size[axis] = part;
    FailureOr<Type> type = node.outputType(index);
    if (failed(type))
      return failure();
    FailureOr<Value> slice = node.build().createTyped<graph::SliceOp>(
        *type, input, ArrayRef<int64_t>(begin), ArrayRef<int64_t>(size),
        ArrayRef<int64_t>(strides));
    if (failed(node.setOutput(slice, index)))
      return failure();
    begin[axis] += part;
  }
  return success();
}

/// SPLIT: the axis comes first; equal parts, one per output.
static LogicalResult importSplit(Node &node) {
  FailureOr<int64_t> given = node.constantInt(0, "the axis");
  FailureOr<Value> input = node.input(1);
  if (failed(given) || failed(input))
    return failure();
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  auto parts = static_cast<int64_t>(node.outputCount());
  int64_t size = shapeOf(*input)[*axis];
  if (parts == 0 || size % parts != 0)
    return node.invalid() << "dimension " << *axis << " of " << size << " has no " << parts
                          << " equal parts";
  return emitSlices(node, *input, *axis, SmallVector<int64_t>(parts, size / parts));
}

/// SPLIT_V: the second input has the sizes, one of which may be -1.
static LogicalResult importSplitV(Node &node) {
  FailureOr<Value> input = node.input(0);
  auto sizes = node.constantInts(1, "the list of sizes");
  FailureOr<int64_t> given = node.constantInt(2, "the axis");
  if (failed(input) || failed(sizes) || failed(given))
    return failure();
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  int64_t extent = shapeOf(*input)[*axis];
  auto parts = partSizes(*sizes, extent);
  if (!parts)
    return node.invalid() << "parts of " << shapeText(*sizes) << " of a dimension of " << extent;
  return emitSlices(node, *input, *axis, *parts);
}

void registerSplit(OpTable &table) {
  table.add(schema::BuiltinOperator::SPLIT, importSplit);
  table.add(schema::BuiltinOperator::SPLIT_V, importSplitV);
}

} // namespace tandem::tflite
