#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

/// transpose: turns the order of the dimensions round when 'axes' is absent.
static MaybeValue importTranspose(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  Ints axes = node.integers("axes", Ints());
  if (node.failed() || failed(shape))
    return failure();
  auto rank = static_cast<int64_t>(shape->size());
  if (axes.empty())
    for (int64_t i = rank; i-- > 0;)
      axes.push_back(i);
  for (int64_t &axis : axes)
    axis = normalizedAxis(axis, rank).value_or(-1);
  Ints sorted = axes;
  llvm::sort(sorted);
  if (sorted != llvm::to_vector(llvm::seq<int64_t>(0, rank)))
    return node.invalid("'axes' is " + node.string("axes", "()") + " for an input of shape " +
                        shapeText(*shape));
  return node.transposed(0, axes);
}

static MaybeValue importSwapAxis(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  if (failed(shape))
    return failure();
  auto rank = static_cast<int64_t>(shape->size());
  int64_t first = node.axis("dim1", rank, 0), second = node.axis("dim2", rank, 0);
  if (node.failed())
    return failure();
  Ints axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(axes[first], axes[second]);
  return node.transposed(0, axes);
}

template <typename OpT> static MaybeValue importBlock(SymbolNode &node) {
  MaybeValue input = node.input(0);
  int64_t block = node.integer("block_size");
  if (node.failed() || failed(input))
    return failure();
  if (shapeOf(*input).size() != 4)
    return node.invalid("its input has shape " + shapeText(shapeOf(*input)) +
                        ", expected 4 dimensions");
  return node.toNchw(node.create<OpT>(node.toNhwc(input), block));
}

void registerTranspose(OpTable &table) {
  table.add("transpose", importTranspose);
  for (StringRef op : {"SwapAxis", "swapaxes"})
    table.add(op, importSwapAxis);
  table.add("depth_to_space", importBlock<graph::DepthToSpaceOp>);
  table.add("space_to_depth", importBlock<graph::SpaceToDepthOp>);
}

} // namespace tandem::mxnet
