// Blocks of pixels beside each other:
// https://docs.pytorch.org/docs/stable/generated/torch.nn.Unfold.html
#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

namespace {

/// The blocks of an image: how large they are, and where they lie in it.
struct Blocks {
  Pair kernel, dilation, padding, stride;
  Pair count = {0, 0}; ///< of rows and columns of blocks

  int64_t elements() const { return kernel[0] * kernel[1]; }
};

/// Those of an image of this size.
FailureOr<Blocks> readBlocks(AtenNode &node, ArrayRef<int64_t> size) {
  Blocks blocks{node.pair("kernel_size"), node.pair("dilation"), node.pair("padding"),
                node.pair("stride")};
  if (node.failed())
    return failure();
  constexpr int64_t kMostElements = 1 << 12; // each is written out
  for (int i = 0; i < 2; ++i) {
    int64_t reach = blocks.dilation[i] * (blocks.kernel[i] - 1) + 1;
    int64_t room = size[i] + 2 * blocks.padding[i] - reach;
    if (blocks.kernel[i] < 1 || blocks.dilation[i] < 1 || blocks.padding[i] < 0 ||
        blocks.stride[i] < 1 || room < 0)
      return node.invalid("blocks of " + shapeText(blocks.kernel) + " in an image of " +
                          shapeText(size));
    blocks.count[i] = room / blocks.stride[i] + 1;
  }
  if (blocks.elements() > kMostElements)
    return node.unsupported("blocks of " + shapeText(blocks.kernel));
  return blocks;
}

/// With a batch before it, which is left out of one image alone.
MaybeValue batched(AtenNode &node, MaybeValue value, size_t rank) {
  if (failed(value) || shapeOf(*value).size() == rank)
    return value;
  SmallVector<int64_t> shape = {1};
  llvm::append_range(shape, shapeOf(*value));
  return node.reshape(value, shape);
}
MaybeValue withoutBatch(AtenNode &node, MaybeValue value, bool isBatched) {
  return failed(value) || isBatched ? value : node.reshape(value, shapeOf(*value).drop_front());
}

} // namespace

/// aten.im2col: the elements of each block, channel by channel, become a column.
static MaybeValue importIm2col(AtenNode &node) {
  MaybeValue given = node.tensor("self");
  if (failed(given))
    return failure();
  bool isBatched = shapeOf(*given).size() == 4;
  MaybeValue input = batched(node, given, 4);
  if (failed(input) || shapeOf(*input).size() != 4)
    return node.invalid("an image of shape " + shapeText(shapeOf(*given)));
  SmallVector<int64_t> shape(shapeOf(*input));
  FailureOr<Blocks> blocks = readBlocks(node, ArrayRef(shape).drop_front(2));
  if (failed(blocks))
    return failure();
  SmallVector<int64_t> pads = {0, 0, blocks->padding[0], blocks->padding[1]};
  MaybeValue padded = padOrCrop(node, input, pads, pads, 0);
  SmallVector<MaybeValue> parts;
  for (int64_t row = 0; row < blocks->kernel[0]; ++row) {
    MaybeValue rows =
        sliceAlong(node, padded, 2, row * blocks->dilation[0], blocks->count[0], blocks->stride[0]);
    for (int64_t column = 0; column < blocks->kernel[1]; ++column)
      parts.push_back(sliceAlong(node, rows, 3, column * blocks->dilation[1], blocks->count[1],
                                 blocks->stride[1]));
  }
  MaybeValue result =
      node.reshape(stackAlong(node, parts, 2),
                   {shape[0], shape[1] * blocks->elements(), blocks->count[0] * blocks->count[1]});
  return withoutBatch(node, result, isBatched);
}

/// aten.col2im: what im2col makes, put back; where blocks overlap they are added up.
static MaybeValue importCol2im(AtenNode &node) {
  MaybeValue given = node.tensor("self");
  Pair size = node.pair("output_size");
  if (failed(given) || node.failed())
    return failure();
  bool isBatched = shapeOf(*given).size() == 3;
  FailureOr<Blocks> blocks = readBlocks(node, size);
  MaybeValue input = batched(node, given, 3);
  if (failed(blocks) || failed(input))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  int64_t elements = blocks->elements();
  if (shape.size() != 3 || shape[1] % elements || shape[2] != blocks->count[0] * blocks->count[1])
    return node.invalid("blocks of " + shapeText(blocks->kernel) + " from a tensor of shape " +
                        shapeText(shape));
  int64_t channels = shape[1] / elements;
  MaybeValue split =
      node.reshape(input, {shape[0], channels, elements, blocks->count[0], blocks->count[1]});
  MaybeValue sum = Value();
  for (int64_t i = 0; i < elements; ++i) {
    MaybeValue part = node.reshape(sliceAlong(node, split, 2, i, 1),
                                   {shape[0], channels, blocks->count[0], blocks->count[1]});
    SmallVector<int64_t> low(4, 0), high(4, 0);
    int64_t places[] = {i / blocks->kernel[1], i % blocks->kernel[1]};
    for (int d = 0; d < 2; ++d) {
      part = spreadAlong(node, part, 2 + d, blocks->stride[d] - 1, 0);
      low[2 + d] = places[d] * blocks->dilation[d] - blocks->padding[d];
      high[2 + d] = size[d] - low[2 + d] - ((blocks->count[d] - 1) * blocks->stride[d] + 1);
    }
    part = padOrCrop(node, part, low, high, 0);
    sum = succeeded(sum) && !*sum ? part : node.add(sum, part);
  }
  return withoutBatch(node, sum, isBatched);
}

void registerBlocks(OpTable &table) {
  table.add("aten.im2col.default", importIm2col);
  table.add("aten.col2im.default", importCol2im);
}

} // namespace tandem::torch
