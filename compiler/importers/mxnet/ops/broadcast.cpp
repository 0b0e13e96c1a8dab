#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

/// To a shape that binary ops would broadcast it to.
static MaybeValue expandInto(SymbolNode &node, Value input, ArrayRef<int64_t> shape) {
  ArrayRef<int64_t> from = shapeOf(input);
  bool fits = from.size() == shape.size() && llvm::all_of(llvm::zip(from, shape), [](auto pair) {
                auto [size, wanted] = pair;
                return size == wanted || size == 1;
              });
  if (!fits)
    return node.invalid("its input of shape " + shapeText(from) + " does not broadcast to " +
                        shapeText(shape));
  if (from == shape)
    return input;
  return expandTo(node, input, shape);
}

/// broadcast_to: a 0 in 'shape' keeps the dimension.
static MaybeValue importBroadcastTo(SymbolNode &node) {
  MaybeValue input = node.input(0);
  Ints shape = node.integers("shape");
  if (node.failed() || failed(input))
    return failure();
  for (auto [size, own] : llvm::zip(shape, shapeOf(*input)))
    if (size == 0)
      size = own;
  return expandInto(node, *input, shape);
}

static MaybeValue importBroadcastLike(SymbolNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<Ints> shape = node.shape(1);
  if (failed(input) || failed(shape))
    return failure();
  if (node.has("lhs_axes") || node.has("rhs_axes"))
    return node.unsupported("'lhs_axes' and 'rhs_axes'");
  return expandInto(node, *input, *shape);
}

/// broadcast_axis: dimension axis[i], which is 1, becomes size[i].
static MaybeValue importBroadcastAxis(SymbolNode &node) {
  MaybeValue input = node.input(0);
  Ints axes = node.integers("axis", Ints()), sizes = node.integers("size", Ints());
  if (node.failed() || failed(input))
    return failure();
  Ints shape(shapeOf(*input));
  for (auto [axis, size] : llvm::zip(axes, sizes)) {
    std::optional<int64_t> dim = normalizedAxis(axis, static_cast<int64_t>(shape.size()));
    if (!dim)
      return node.invalid("'axis' has " + Twine(axis) + " for an input of shape " +
                          shapeText(shape));
    shape[*dim] = size;
  }
  return expandInto(node, *input, shape);
}

void registerBroadcast(OpTable &table) {
  table.add("broadcast_to", importBroadcastTo);
  table.add("broadcast_like", importBroadcastLike);
  table.add("broadcast_axis", importBroadcastAxis);
  table.addName("broadcast_axes", "broadcast_axis");
}

} // namespace tandem::mxnet
