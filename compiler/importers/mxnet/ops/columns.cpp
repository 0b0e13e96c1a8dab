// im2col and col2im: what a window sees of an image at each of its places, and back.
#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
struct Window {
  Ints kernel, stride, dilation, pad; ///< (height, width)

  int64_t reach(int i) const { return (kernel[i] - 1) * dilation[i] + 1; }
  /// How many places of the window there are in an image of that size.
  int64_t places(int i, int64_t size) const {
    return (size + 2 * pad[i] - reach(i)) / stride[i] + 1;
  }
};

FailureOr<Window> readWindow(SymbolNode &node, ArrayRef<int64_t> image) {
  Window window{node.integers("kernel"), node.integers("stride", Ints{1, 1}),
                node.integers("dilate", Ints{1, 1}), node.integers("pad", Ints{0, 0})};
  if (node.failed())
    return failure();
  constexpr int64_t kMost = 1 << 16, kMostPlaces = 1 << 10;
  auto fits = [](ArrayRef<int64_t> list, int64_t least) {
    return list.size() == 2 &&
           llvm::all_of(list, [&](int64_t each) { return each >= least && each <= kMost; });
  };
  if (!fits(window.kernel, 1) || !fits(window.stride, 1) || !fits(window.dilation, 1) ||
      !fits(window.pad, 0))
    return node.unsupported("'kernel' " + shapeText(window.kernel) + ", only two dimensions are");
  if (window.kernel[0] * window.kernel[1] > kMostPlaces)
    return node.unsupported("a window of more than " + Twine(kMostPlaces) + " places");
  for (int i : {0, 1})
    if (image[i] < 1 || window.places(i, image[i]) < 1)
      return node.invalid("a window larger than an image of " + shapeText(image));
  return window;
}

/// [batch, channels, height, width] to [batch, channels * kernel, places].
MaybeValue importToColumns(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  if (shape.size() != 4)
    return node.unsupported("an input of shape " + shapeText(shape) + ", only images are");
  FailureOr<Window> window = readWindow(node, ArrayRef(shape).drop_front(2));
  if (failed(window))
    return failure();
  SmallVector<int64_t> border = {0, 0, window->pad[0], window->pad[1]};
  MaybeValue padded = padOrCrop(node, x, border, border, /*value=*/0);
  SmallVector<int64_t> size = {shape[0], shape[1], window->places(0, shape[2]),
                               window->places(1, shape[3])},
                       stride = {1, 1, window->stride[0], window->stride[1]};
  SmallVector<MaybeValue> parts;
  for (int64_t row = 0; row < window->kernel[0]; ++row)
    for (int64_t column = 0; column < window->kernel[1]; ++column) {
      SmallVector<int64_t> begin = {0, 0, row * window->dilation[0], column * window->dilation[1]};
      parts.push_back(node.create<graph::SliceOp>(padded, begin, size, stride));
    }
  auto seen = static_cast<int64_t>(parts.size());
  return node.reshape(stackAlong(node, parts, 2), {shape[0], shape[1] * seen, size[2] * size[3]});
}

/// What each place of a window has gone back to where it was seen, and added up.
MaybeValue importFromColumns(SymbolNode &node) {
  MaybeValue x = node.input(0);
  Ints image = node.integers("output_size");
  if (node.failed() || failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  if (shape.size() != 3 || image.size() != 2)
    return node.unsupported("an input of shape " + shapeText(shape) + " for an image of " +
                            shapeText(image));
  FailureOr<Window> window = readWindow(node, image);
  if (failed(window))
    return failure();
  int64_t seen = window->kernel[0] * window->kernel[1];
  int64_t rows = window->places(0, image[0]), columns = window->places(1, image[1]);
  if (shape[1] % seen != 0 || shape[2] != rows * columns)
    return node.invalid("an input of shape " + shapeText(shape) + ", expected " + Twine(seen) +
                        " rows for each channel and " + Twine(rows * columns) + " columns");
  int64_t channels = shape[1] / seen;
  MaybeValue apart = node.reshape(x, {shape[0], channels, seen, rows, columns}), sum;
  for (int64_t place = 0; place < seen; ++place) {
    MaybeValue part =
        node.reshape(sliceAlong(node, apart, 2, place, 1), {shape[0], channels, rows, columns});
    SmallVector<int64_t> low = {0, 0, 0, 0}, high = low;
    for (int i : {0, 1}) {
      int64_t at = i == 0 ? place / window->kernel[1] : place % window->kernel[1];
      int64_t spread = ((i == 0 ? rows : columns) - 1) * window->stride[i] + 1;
      part = spreadAlong(node, part, 2 + i, window->stride[i] - 1, /*value=*/0);
      low[2 + i] = at * window->dilation[i] - window->pad[i];
      high[2 + i] = image[i] - low[2 + i] - spread;
    }
    part = padOrCrop(node, part, low, high, /*value=*/0);
    sum = place == 0 ? part : node.add(sum, part);
  }
  return sum;
}
} // namespace

void registerColumns(OpTable &table) {
  table.add("im2col", importToColumns);
  table.add("col2im", importFromColumns);
}

} // namespace tandem::mxnet
