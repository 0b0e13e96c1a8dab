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

MaybeValue rearranged(Node &node, MaybeValue input, ArrayRef<int64_t> parts,
                      ArrayRef<int64_t> permutation, ArrayRef<int64_t> result) {
  MaybeValue split = node.makeLike<graph::ReshapeOp>(input, parts);
  MaybeValue turned = node.makeLike<graph::TransposeOp>(split, permutation);
  return node.makeLike<graph::ReshapeOp>(turned, result);
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
  MaybeValue padded = node.makeLike<graph::PadOp>(
      *input, ArrayRef<int64_t>{0, (*pads)[0], (*pads)[2], 0},
      ArrayRef<int64_t>{0, (*pads)[1], (*pads)[3], 0}, llvm::APFloat(0.0f));
  if (failed(padded))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*padded);
  auto [blockHeight, blockWidth] = *block;
  if (shape[1] % blockHeight || shape[2] % blockWidth)
    return node.invalid() << "blocks of " << blockHeight << "x" << blockWidth
                          << " do not fill a padded image of " << shape[1] << "x" << shape[2];
  int64_t rows = shape[1] / blockHeight, columns = shape[2] / blockWidth;
  return node.setImage(rearranged(node, padded,
                                  {shape[0], rows, blockHeight, columns, blockWidth, shape[3]},
                                  {2, 4, 0, 1, 3, 5},
                                  {shape[0] * blockHeight * blockWidth, rows, columns, shape[3]}),
                       *channelsFirst);
}

LogicalResult writeBatchToSpace(Node &node) {
  auto block = readBlock(node);
  auto channelsFirst = node.flagOr(2, false);
  if (failed(block) || failed(channelsFirst))
    return failure();
  MaybeValue input = node.image(0, *channelsFirst);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  auto [blockHeight, blockWidth] = *block;
  if (shape[0] % (blockHeight * blockWidth))
    return node.invalid() << shape[0] << " images make no blocks of " << blockHeight << "x"
                          << blockWidth;
  int64_t images = shape[0] / (blockHeight * blockWidth);
  return node.setImage(
      rearranged(node, input, {blockHeight, blockWidth, images, shape[1], shape[2], shape[3]},
                 {2, 3, 0, 4, 1, 5},
                 {images, shape[1] * blockHeight, shape[2] * blockWidth, shape[3]}),
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
