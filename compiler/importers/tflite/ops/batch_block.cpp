#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: a block of one or two sizes, and as many pairs of pads
/// or crops. A sequence is taken as an image that is one pixel wide.
template <typename OpT> static LogicalResult importBatchBlock(Node &node) {
  FailureOr<Value> input = node.input(0);
  auto block = node.constantInts(1, "the block");
  auto borders = node.constantInts(2, "the list of paddings or crops");
  FailureOr<Type> type = node.outputType();
  if (failed(input) || failed(block) || failed(borders) || failed(type))
    return failure();
  size_t rank = shapeOf(*input).size();
  if (rank != 3 && rank != 4)
    return node.unsupported() << "rank " << rank << ", only 3 and 4 are";
  if (block->size() != rank - 2 || borders->size() != 2 * block->size())
    return node.invalid() << "the block and its pairs of borders must have " << rank - 2
                          << " entries";
  if (rank == 3) {
    SmallVector<int64_t> image(shapeOf(*input));
    image.insert(image.begin() + 2, 1);
    input = node.build().create<graph::ReshapeOp>(*input, ArrayRef<int64_t>(image));
    block->push_back(1);
    borders->append({0, 0});
  }
  FailureOr<Value> result = node.build().createTyped<OpT>(
      *type, input, ArrayRef<int64_t>(*block), ArrayRef<int64_t>{(*borders)[0], (*borders)[2]},
      ArrayRef<int64_t>{(*borders)[1], (*borders)[3]});
  if (failed(result) || rank == 4)
    return node.setOutput(result);
  SmallVector<int64_t> sequence(shapeOf(*result));
  sequence.erase(sequence.begin() + 2);
  return node.setOutput(node.build().create<graph::ReshapeOp>(result, ArrayRef<int64_t>(sequence)));
}

void registerBatchBlock(OpTable &table) {
  table.add(schema::BuiltinOperator::SPACE_TO_BATCH_ND, importBatchBlock<graph::SpaceToBatchOp>);
  table.add(schema::BuiltinOperator::BATCH_TO_SPACE_ND, importBatchBlock<graph::BatchToSpaceOp>);
}

} // namespace tandem::tflite
