#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// SPACE_TO_DEPTH and DEPTH_TO_SPACE.
template <typename OpT, typename Options> static LogicalResult importBlock(Node &node) {
  auto options = node.options<Options>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  if ((*options)->block_size() < 1)
    return node.invalid() << "a block size of " << (*options)->block_size();
  return node.emit<OpT>(*input, static_cast<uint64_t>((*options)->block_size()));
}

void registerBlock(OpTable &table) {
  table.add(schema::BuiltinOperator::SPACE_TO_DEPTH,
            importBlock<graph::SpaceToDepthOp, schema::SpaceToDepthOptions>);
  table.add(schema::BuiltinOperator::DEPTH_TO_SPACE,
            importBlock<graph::DepthToSpaceOp, schema::DepthToSpaceOptions>);
}

} // namespace tandem::tflite
