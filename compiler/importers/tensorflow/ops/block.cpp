#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// DepthToSpace, SpaceToDepth. In NCHW too the channel of a pixel is (row in block, column in
/// block, channel).
template <typename OpT> static MaybeValue importBlock(TfNode &node) {
  MaybeValue image = node.image(0);
  int64_t block = node.attribute("block_size");
  if (node.failed() || failed(image))
    return failure();
  return node.fromNhwc(node.create<OpT>(image, block));
}

namespace {
struct Batched {
  Value input;
  int64_t block;
  SmallVector<int64_t> borders; ///< top, bottom, left, right
};

/// The block and the borders of SpaceToBatchND and BatchToSpaceND over height and width.
FailureOr<Batched> readBatched(TfNode &node) {
  MaybeValue input = node.input(0);
  auto block = node.integers(1, "the block"), borders = node.integers(2, "the borders");
  if (failed(input) || failed(block) || failed(borders))
    return failure();
  if (shapeOf(*input).size() != 4 || block->size() != 2 || borders->size() != 4)
    return node.unsupported("an input of shape " + shapeText(shapeOf(*input)) +
                            ", only images (rank 4) in blocks of height and width are");
  constexpr int64_t kMost = 1 << 20;
  if ((*block)[0] != (*block)[1] || (*block)[0] < 1 || (*block)[0] > 4096 ||
      llvm::any_of(*borders, [](int64_t border) { return border < 0 || border > kMost; }))
    return node.unsupported("a block of " + shapeText(*block) + " with borders " +
                            shapeText(*borders));
  return Batched{*input, (*block)[0], std::move(*borders)};
}
} // namespace

/// Pixels at the same place of their blocks become pictures of their own: by which TensorFlow 1
/// writes a dilated convolution.
static MaybeValue importSpaceToBatch(TfNode &node) {
  FailureOr<Batched> read = readBatched(node);
  if (failed(read))
    return failure();
  int64_t block = read->block;
  ArrayRef<int64_t> b = read->borders;
  SmallVector<int64_t> low = {0, b[0], b[2], 0}, high = {0, b[1], b[3], 0};
  MaybeValue padded = node.create<graph::PadOp>(read->input, low, high, llvm::APFloat(0.0f));
  if (failed(padded))
    return failure();
  ArrayRef<int64_t> s = shapeOf(*padded);
  if (s[1] % block || s[2] % block)
    return node.invalid("blocks of " + Twine(block) + " do not fill an image of " + shapeText(s));
  int64_t rows = s[1] / block, columns = s[2] / block, batch = s[0], channels = s[3];
  MaybeValue split = node.reshape(padded, {batch, rows, block, columns, block, channels});
  return node.reshape(node.transpose(split, {2, 4, 0, 1, 3, 5}),
                      {block * block * batch, rows, columns, channels});
}

static MaybeValue importBatchToSpace(TfNode &node) {
  FailureOr<Batched> read = readBatched(node);
  if (failed(read))
    return failure();
  int64_t block = read->block;
  ArrayRef<int64_t> s = shapeOf(read->input), b = read->borders;
  if (s[0] % (block * block))
    return node.invalid("a batch of " + Twine(s[0]) + " has no blocks of " + Twine(block));
  int64_t batch = s[0] / (block * block), rows = s[1], columns = s[2], channels = s[3];
  MaybeValue split = node.reshape(read->input, {block, block, batch, rows, columns, channels});
  MaybeValue whole = node.reshape(node.transpose(split, {2, 3, 0, 4, 1, 5}),
                                  {batch, rows * block, columns * block, channels});
  SmallVector<int64_t> begin = {0, b[0], b[2], 0}, steps(4, 1),
                       size = {batch, rows * block - b[0] - b[1], columns * block - b[2] - b[3],
                               channels};
  return node.create<graph::SliceOp>(whole, begin, size, steps);
}

void registerBlock(OpTable &table) {
  table.add("DepthToSpace", importBlock<graph::DepthToSpaceOp>);
  table.add("SpaceToDepth", importBlock<graph::SpaceToDepthOp>);
  table.add("SpaceToBatchND", importSpaceToBatch);
  table.add("BatchToSpaceND", importBatchToSpace);
}

} // namespace tandem::tensorflow
