#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::tflite {

static LogicalResult importTile(Node &node) {
  FailureOr<Value> input = node.input(0);
  auto multiples = node.constantInts(1, "the list of multiples");
  if (failed(input) || failed(multiples))
    return failure();
  return node.emit<graph::TileOp>(*input, ArrayRef<int64_t>(*multiples));
}

/// Copies along dimensions of 1 until the tensor has this shape, aligned at the last dimension.
static LogicalResult emitBroadcast(Node &node, FailureOr<Value> input, ArrayRef<int64_t> shape) {
  if (failed(input))
    return failure();
  ArrayRef<int64_t> own = shapeOf(*input);
  if (own.size() > shape.size())
    return node.invalid() << "a tensor of rank " << own.size() << " for a shape of rank "
                          << shape.size();
  SmallVector<int64_t> aligned(shape.size() - own.size(), 1), multiples;
  llvm::append_range(aligned, own);
  for (auto [size, from] : llvm::zip(shape, aligned)) {
    if (size < 1 || (from != 1 && from != size))
      return node.invalid() << "a dimension of " << from << " does not become " << size;
    multiples.push_back(size / from);
  }
  FailureOr<Value> reshaped =
      node.build().create<graph::ReshapeOp>(input, ArrayRef<int64_t>(aligned));
  return failed(reshaped) ? failure()
                          : node.emit<graph::TileOp>(*reshaped, ArrayRef<int64_t>(multiples));
}

static LogicalResult importBroadcastTo(Node &node) {
  auto shape = node.constantInts(1, "the new shape");
  return failed(shape) ? failure() : emitBroadcast(node, node.input(0), *shape);
}

/// FILL: the shape comes first, then the one element.
static LogicalResult importFill(Node &node) {
  auto shape = node.constantInts(0, "the shape");
  return failed(shape) ? failure() : emitBroadcast(node, node.input(1), *shape);
}

static LogicalResult importZerosLike(Node &node) {
  FailureOr<Value> input = node.input(0);
  FailureOr<Type> type = node.outputType();
  if (failed(input) || failed(type))
    return failure();
  if (isa<quant::QuantizedType>(*type))
    return node.unsupported() << "codes";
  SmallVector<char> zero(elementSize(*graph::elementTypeOf(*type)), 0);
  Value element = graph::createConstant(node.builder(), node.build().location(),
                                        RankedTensorType::get({}, *type), ArrayRef<char>(zero));
  return emitBroadcast(node, element, SmallVector<int64_t>(shapeOf(*input)));
}

void registerTile(OpTable &table) {
  table.add(schema::BuiltinOperator::TILE, importTile);
  table.add(schema::BuiltinOperator::BROADCAST_TO, importBroadcastTo);
  table.add(schema::BuiltinOperator::FILL, importFill);
  table.add(schema::BuiltinOperator::ZEROS_LIKE, importZerosLike);
}

} // namespace tandem::tflite
