#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// The new shape is an input, or in older files an option. One that is computed at run time is
/// known all the same when the file gives the result's.
static FailureOr<SmallVector<int64_t>> newShape(Node &node) {
  if (node.hasInput(1)) {
    FailureOr<Value> shape = node.input(1);
    if (failed(shape))
      return failure();
    if (!shape->getDefiningOp<graph::ConstantOp>())
      return node.outputShape();
    return node.constantInts(1, "the new shape");
  }
  auto options = node.options<schema::ReshapeOptions>();
  if (failed(options))
    return failure();
  SmallVector<int64_t> result;
  if (auto *shape = (*options)->new_shape())
    result.append(shape->begin(), shape->end());
  return result;
}

/// Replaces the one entry of -1, if there is one, by what the element count leaves for it.
static LogicalResult resolve(Node &node, SmallVectorImpl<int64_t> &shape, int64_t count) {
  auto open = llvm::find(shape, -1);
  if (open == shape.end())
    return success(); // the op checks the count
  *open = 1;
  std::optional<int64_t> known = elementCount(shape);
  if (!known || *known == 0 || count % *known != 0)
    return node.invalid() << count << " elements do not fit into the new shape";
  *open = count / *known;
  return success();
}

static LogicalResult importReshape(Node &node) {
  FailureOr<Value> input = node.input(0);
  FailureOr<SmallVector<int64_t>> shape = newShape(node);
  if (failed(input) || failed(shape) ||
      failed(resolve(node, *shape, graph::tensorType(*input).getNumElements())))
    return failure();
  return node.emit<graph::ReshapeOp>(*input, ArrayRef<int64_t>(*shape));
}

/// SQUEEZE drops the dimensions named, or all of size 1.
static LogicalResult importSqueeze(Node &node) {
  auto options = node.options<schema::SqueezeOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  ArrayRef<int64_t> before = shapeOf(*input);
  auto *given = (*options)->squeeze_dims();
  SmallVector<bool> drop(before.size(), false);
  for (size_t i = 0, count = given ? given->size() : 0; i < count; ++i) {
    FailureOr<int64_t> axis = node.axis(given->Get(i), before.size());
    if (failed(axis))
      return failure();
    if (before[*axis] != 1)
      return node.invalid() << "dimension " << *axis << " is " << before[*axis] << ", not 1";
    drop[*axis] = true;
  }
  SmallVector<int64_t> shape;
  for (auto [axis, size] : llvm::enumerate(before))
    if (!(drop[axis] || ((!given || given->size() == 0) && size == 1)))
      shape.push_back(size);
  return node.emit<graph::ReshapeOp>(*input, ArrayRef<int64_t>(shape));
}

static LogicalResult importExpandDims(Node &node) {
  FailureOr<Value> input = node.input(0);
  FailureOr<int64_t> given = node.constantInt(1, "the axis");
  if (failed(input) || failed(given))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  FailureOr<int64_t> axis = node.axis(*given, shape.size() + 1);
  if (failed(axis))
    return failure();
  shape.insert(shape.begin() + *axis, 1);
  return node.emit<graph::ReshapeOp>(*input, ArrayRef<int64_t>(shape));
}

void registerReshape(OpTable &table) {
  table.add(schema::BuiltinOperator::RESHAPE, importReshape);
  table.add(schema::BuiltinOperator::SQUEEZE, importSqueeze);
  table.add(schema::BuiltinOperator::EXPAND_DIMS, importExpandDims);
}

} // namespace tandem::tflite
