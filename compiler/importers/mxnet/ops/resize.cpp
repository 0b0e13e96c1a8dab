#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

/// The result's height and width by 'mode': "size" has them as numbers or as factors, "like" from a
/// second input.
static FailureOr<Ints> readSize(SymbolNode &node, ArrayRef<int64_t> shape) {
  StringRef mode = node.string("mode", "size");
  if (mode == "like") {
    FailureOr<Ints> like = node.shape(1);
    if (failed(like))
      return failure();
    if (like->size() != 4)
      return node.invalid("its second input has shape " + shapeText(*like) +
                          ", expected 4 dimensions");
    return Ints(ArrayRef<int64_t>(*like).take_back(2));
  }
  if (mode != "size")
    return node.unsupported("'mode' '" + mode + "', only 'size' and 'like' are");
  Ints size = {node.integer("height", 1), node.integer("width", 1)};
  constexpr StringLiteral kFactors[] = {"scale_height", "scale_width"};
  for (int i = 0; i < 2; ++i) {
    if (!node.has(kFactors[i]))
      continue;
    double exact = node.number(kFactors[i]) * static_cast<double>(shape[2 + i]);
    if (!(exact >= 1 && exact <= INT32_MAX))
      return node.invalid("'" + kFactors[i] + "' is " + node.string(kFactors[i], ""));
    size[i] = static_cast<int64_t>(exact);
  }
  if (node.failed())
    return failure();
  return size;
}

/// _contrib_BilinearResize2D.
static MaybeValue importBilinearResize(SymbolNode &node) {
  MaybeValue input = node.input(0);
  bool alignCorners = node.flag("align_corners", true);
  if (node.failed() || failed(input))
    return failure();
  if (shapeOf(*input).size() != 4)
    return node.invalid("its input has shape " + shapeText(shapeOf(*input)) +
                        ", expected 4 dimensions");
  FailureOr<Ints> size = readSize(node, shapeOf(*input));
  if (failed(size))
    return failure();
  return node.toNchw(node.create<graph::ResizeBilinearOp>(node.toNhwc(input), *size, alignCorners,
                                                          /*halfPixelCenters=*/!alignCorners));
}

void registerResize(OpTable &table) {
  table.add("_contrib_BilinearResize2D", importBilinearResize);
}

} // namespace tandem::mxnet
