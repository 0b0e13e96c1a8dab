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
  SmallVector<int64_t> block;   ///< of each spatial dimension; these follow the batch
  SmallVector<int64_t> borders; ///< low and high of each

  ArrayRef<int64_t> spatial() const { return shapeOf(input).slice(1, block.size()); }
  ArrayRef<int64_t> rest() const { return shapeOf(input).drop_front(1 + block.size()); }
  int64_t places() const { return *elementCount(block); } ///< in a block
};

/// The block and the borders of SpaceToBatchND and BatchToSpaceND; in the forms before, the block
/// is an attribute.
FailureOr<Batched> readBatched(TfNode &node) {
  MaybeValue input = node.input(0);
  bool isOld = node.has("block_size");
  int64_t size = isOld ? node.attribute("block_size") : 0;
  FailureOr<SmallVector<int64_t>> block = SmallVector<int64_t>{size, size};
  if (!isOld)
    block = node.integers(1, "the block");
  auto borders = node.integers(isOld ? 1 : 2, "the borders");
  if (node.failed() || failed(input) || failed(block) || failed(borders))
    return failure();
  if (shapeOf(*input).size() <= block->size() || borders->size() != 2 * block->size())
    return node.invalid("an input of shape " + shapeText(shapeOf(*input)) + " for blocks of " +
                        Twine(block->size()) + " dimensions");
  constexpr int64_t kMostBorder = 1 << 20, kMostBlock = 1 << 9;
  constexpr size_t kMostDimensions = 3;
  if (block->size() > kMostDimensions ||
      llvm::any_of(*block, [](int64_t side) { return side < 1 || side > kMostBlock; }) ||
      llvm::any_of(*borders, [](int64_t border) { return border < 0 || border > kMostBorder; }))
    return node.unsupported("a block of " + shapeText(*block) + " with borders " +
                            shapeText(*borders));
  return Batched{*input, std::move(*block), std::move(*borders)};
}
} // namespace

/// Places that are alike in their blocks become batch entries of their own: by which TensorFlow 1
/// writes a dilated convolution.
static MaybeValue importSpaceToBatch(TfNode &node) {
  FailureOr<Batched> read = readBatched(node);
  if (failed(read))
    return failure();
  size_t count = read->block.size(), rank = shapeOf(read->input).size();
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (size_t i = 0; i < count; ++i) {
    low[1 + i] = read->borders[2 * i];
    high[1 + i] = read->borders[2 * i + 1];
  }
  MaybeValue padded = node.create<graph::PadOp>(read->input, low, high, llvm::APFloat(0.0f));
  if (failed(padded))
    return failure();
  int64_t batch = shapeOf(*padded)[0];
  SmallVector<int64_t> apart = {batch}, order, result = {batch * read->places()};
  for (size_t i = 0; i < count; ++i) {
    int64_t size = shapeOf(*padded)[1 + i], side = read->block[i];
    if (size % side)
      return node.invalid("blocks of " + Twine(side) + " do not fill an image of " +
                          shapeText(shapeOf(*padded)));
    apart.append({size / side, side});
    order.push_back(2 + 2 * static_cast<int64_t>(i));
    result.push_back(size / side);
  }
  order.push_back(0);
  for (size_t i = 0; i < count; ++i)
    order.push_back(1 + 2 * static_cast<int64_t>(i));
  for (int64_t size : read->rest()) {
    order.push_back(static_cast<int64_t>(apart.size()));
    apart.push_back(size);
    result.push_back(size);
  }
  return node.reshape(node.transpose(node.reshape(padded, apart), order), result);
}

static MaybeValue importBatchToSpace(TfNode &node) {
  FailureOr<Batched> read = readBatched(node);
  if (failed(read))
    return failure();
  auto count = static_cast<int64_t>(read->block.size());
  int64_t entries = shapeOf(read->input)[0], batch = entries / read->places();
  if (entries % read->places())
    return node.invalid("a batch of " + Twine(entries) + " has no blocks of " +
                        shapeText(read->block));
  SmallVector<int64_t> apart(read->block), order = {count}, whole = {batch}, begin = {0},
                                           size = {batch};
  apart.push_back(batch);
  for (int64_t i = 0; i < count; ++i) {
    int64_t low = read->borders[2 * i], high = read->borders[2 * i + 1];
    apart.push_back(read->spatial()[i]);
    order.append({count + 1 + i, i});
    whole.push_back(read->spatial()[i] * read->block[i]);
    begin.push_back(low);
    size.push_back(whole.back() - low - high);
  }
  for (int64_t each : read->rest()) {
    order.push_back(static_cast<int64_t>(apart.size()));
    for (auto *list : {&apart, &whole, &size})
      list->push_back(each);
    begin.push_back(0);
  }
  SmallVector<int64_t> steps(whole.size(), 1);
  return node.create<graph::SliceOp>(
      node.reshape(node.transpose(node.reshape(read->input, apart), order), whole), begin, size,
      steps);
}

void registerBlock(OpTable &table) {
  table.add("DepthToSpace", importBlock<graph::DepthToSpaceOp>);
  table.add("SpaceToDepth", importBlock<graph::SpaceToDepthOp>);
  table.add("SpaceToBatchND", importSpaceToBatch);
  table.add("BatchToSpaceND", importBatchToSpace);
  table.add("SpaceToBatch", importSpaceToBatch);
  table.add("BatchToSpace", importBatchToSpace);
}

} // namespace tandem::tensorflow
