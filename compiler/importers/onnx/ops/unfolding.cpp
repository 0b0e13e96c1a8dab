// What puts the results of windows back to where they were taken from.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

/// Zeros between the entries of a dimension, `stride` less one each, and none behind the last.
static MaybeValue spreadAlong(OnnxNode &node, MaybeValue x, int64_t axis, int64_t stride) {
  if (failed(x) || stride == 1)
    return x;
  SmallVector<int64_t> shape(shapeOf(*x)), apart = shape, low(shape.size() + 1, 0), high = low;
  apart.insert(apart.begin() + axis + 1, 1);
  high[axis + 1] = stride - 1;
  MaybeValue spread =
      node.create<graph::PadOp>(node.reshape(x, apart), low, high, llvm::APFloat(0.0f));
  shape[axis] *= stride;
  return sliceAlong(node, node.reshape(spread, shape), axis, 0, shape[axis] - stride + 1);
}

namespace {
/// The windows of Col2Im, one entry for each dimension of the image.
struct Columns {
  SmallVector<int64_t> image, block, stride, dilation, low, high;
  SmallVector<int64_t> counts; ///< of windows along each
  int64_t taps = 1;            ///< elements of a window
};

FailureOr<Columns> readColumns(OnnxNode &node) {
  FailureOr<SmallVector<int64_t>> image = node.ints(1, "the shape of the image"),
                                  block = node.ints(2, "the shape of a window");
  if (failed(image) || failed(block))
    return failure();
  size_t rank = image->size();
  SmallVector<int64_t> ones(rank, 1),
      pads = node.integers("pads", SmallVector<int64_t>(2 * rank, 0));
  Columns columns = {
      *image, *block, node.integers("strides", ones), node.integers("dilations", ones), {}, {},
      {},     1};
  if (node.failed())
    return failure();
  constexpr int64_t kMostTaps = 1024, kMostReach = 1 << 24;
  bool fits = rank > 0 && columns.block.size() == rank && columns.stride.size() == rank &&
              columns.dilation.size() == rank && pads.size() == 2 * rank && hasSaneSize(*image);
  for (size_t d = 0; fits && d < rank; ++d) {
    columns.low.push_back(pads[d]);
    columns.high.push_back(pads[rank + d]);
    for (int64_t number : {columns.block[d], columns.stride[d], columns.dilation[d]})
      fits = fits && number > 0 && number < kMostReach;
    fits = fits && pads[d] >= 0 && pads[rank + d] >= 0 && pads[d] < kMostReach &&
           pads[rank + d] < kMostReach;
    if (!fits)
      break;
    int64_t room = columns.image[d] + pads[d] + pads[rank + d] -
                   ((columns.block[d] - 1) * columns.dilation[d] + 1);
    columns.counts.push_back(room / columns.stride[d] + 1);
    fits = room >= 0;
    columns.taps = columns.taps > kMostTaps ? columns.taps : columns.taps * columns.block[d];
  }
  if (!fits)
    return node.invalid("windows of " + shapeText(*block) + " do not fit an image of " +
                        shapeText(*image));
  if (columns.taps > kMostTaps)
    return node.unsupported("windows of " + shapeText(*block));
  return columns;
}
} // namespace

/// Col2Im: [batch, channel * window, windows] to an image, to each element of which all windows add
/// what they have for it.
static MaybeValue importColumnsToImage(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<Columns> columns = readColumns(node);
  if (failed(input) || failed(columns))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.size() != 3 || shape[1] % columns->taps != 0 ||
      shape[2] != elementCount(columns->counts))
    return node.invalid("an input of shape " + shapeText(shape) + " for windows of " +
                        shapeText(columns->block) + " at " + shapeText(columns->counts) +
                        " places");
  int64_t rank = static_cast<int64_t>(columns->image.size());
  constexpr int64_t kBatch = 0, kChannel = 1, kTap = 2, kSpatial = 3;
  SmallVector<int64_t> apart = {shape[kBatch], shape[kChannel] / columns->taps, columns->taps};
  llvm::append_range(apart, columns->counts);
  MaybeValue all = node.reshape(input, apart);
  for (int64_t d = 0; d < rank; ++d)
    all = spreadAlong(node, all, kSpatial + d, columns->stride[d]);
  MaybeValue image = Value();
  for (int64_t tap = 0; tap < columns->taps; ++tap) {
    MaybeValue part = sliceAlong(node, all, kTap, tap, 1);
    if (failed(part))
      return failure();
    SmallVector<int64_t> extent(shapeOf(*part)), low(2, 0), high(2, 0);
    extent.erase(extent.begin() + kTap);
    int64_t rest = tap;
    SmallVector<int64_t> offsets(rank);
    for (int64_t d = rank; d-- > 0; rest /= columns->block[d])
      offsets[d] = rest % columns->block[d] * columns->dilation[d];
    for (int64_t d = 0; d < rank; ++d) {
      int64_t padded = columns->image[d] + columns->low[d] + columns->high[d];
      low.push_back(offsets[d]);
      high.push_back(padded - offsets[d] - extent[2 + d]);
    }
    part = node.create<graph::PadOp>(node.reshape(part, extent), low, high, llvm::APFloat(0.0f));
    image = tap == 0 ? part : node.add(image, part);
  }
  for (int64_t d = 0; d < rank; ++d)
    image = sliceAlong(node, image, 2 + d, columns->low[d], columns->image[d]);
  return image;
}

void registerUnfolding(OpTable &table) {
  table.add("Col2Im", importColumnsToImage, Takes::kReals);
}

} // namespace tandem::onnx
