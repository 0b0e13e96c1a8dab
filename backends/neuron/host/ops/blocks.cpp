// Operations between blocks of pixels and channels, or batches.

#include "backends/neuron/host/node.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
template <typename OpT> LogicalResult writeChannelBlocks(Node &node) {
  auto block = node.integer(1);
  auto channelsFirst = node.flagOr(2, false);
  if (failed(block) || failed(channelsFirst))
    return failure();
  MaybeValue input = node.image(0, *channelsFirst);
  if (failed(input))
    return failure();
  if (*block < 1)
    return node.invalid() << "blocks of " << *block;
  return node.setImage(node.makeLike<OpT>(*input, static_cast<uint64_t>(*block)), *channelsFirst);
}

/// Height and width of a block.
FailureOr<std::array<int64_t, 2>> readBlock(Node &node) {
  auto given = node.integers(1);
  if (failed(given))
    return failure();
  if (given->size() != 2 || (*given)[0] < 1 || (*given)[1] < 1)
    return node.invalid() << "the block needs two positive sizes";
  return std::array<int64_t, 2>{(*given)[0], (*given)[1]};
}

/// Each place of a block becomes a batch entry of its own, those of one place beside each other.
LogicalResult writeSpaceToBatch(Node &node) {
  auto block = readBlock(node);
  auto pads = node.integers(2);
  auto channelsFirst = node.flagOr(3, false);
  if (failed(block) || failed(pads) || failed(channelsFirst))
    return failure();
  if (pads->size() != 4 || llvm::any_of(*pads, [](int64_t pad) { return pad < 0; }))
    return node.invalid() << "the paddings need four entries, none negative";
  MaybeValue input = node.image(0, *channelsFirst);
  if (failed(input))
    return failure();
  std::array<int64_t, 2> low = {(*pads)[0], (*pads)[2]}, high = {(*pads)[1], (*pads)[3]};
  for (size_t i = 0; i < 2; ++i)
    if (int64_t padded = shapeOf(*input)[1 + i] + low[i] + high[i]; padded % (*block)[i])
      return node.invalid() << "a block of " << (*block)[i] << " does not divide " << padded;
  return node.setImage(node.makeLike<graph::SpaceToBatchOp>(*input, ArrayRef<int64_t>(*block),
                                                            ArrayRef<int64_t>(low),
                                                            ArrayRef<int64_t>(high)),
                       *channelsFirst);
}

LogicalResult writeBatchToSpace(Node &node) {
  static constexpr std::array<int64_t, 2> kNoCrop = {0, 0};
  auto block = readBlock(node);
  auto channelsFirst = node.flagOr(2, false);
  if (failed(block) || failed(channelsFirst))
    return failure();
  MaybeValue input = node.image(0, *channelsFirst);
  if (failed(input))
    return failure();
  if (shapeOf(*input)[0] % ((*block)[0] * (*block)[1]))
    return node.invalid() << shapeOf(*input)[0] << " images make no blocks of " << (*block)[0]
                          << "x" << (*block)[1];
  return node.setImage(node.makeLike<graph::BatchToSpaceOp>(*input, ArrayRef<int64_t>(*block),
                                                            ArrayRef<int64_t>(kNoCrop),
                                                            ArrayRef<int64_t>(kNoCrop)),
                       *channelsFirst);
}
} // namespace

void registerBlocks(HandlerTable &table) {
  table.add(NEURON_SPACE_TO_DEPTH, writeChannelBlocks<graph::SpaceToDepthOp>);
  table.add(NEURON_DEPTH_TO_SPACE, writeChannelBlocks<graph::DepthToSpaceOp>);
  table.add(NEURON_SPACE_TO_BATCH_ND, writeSpaceToBatch);
  table.add(NEURON_BATCH_TO_SPACE_ND, writeBatchToSpace);
}

} // namespace tandem::neuron::host
