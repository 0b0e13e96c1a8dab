// Places of elements by one number, row by row, or by one for each dimension.
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
/// How many elements each dimension of 'shape' is apart, of which the first may be -1: open.
FailureOr<Ints> stepsOf(SymbolNode &node, Ints &shape) {
  shape = node.integers("shape");
  if (node.failed())
    return failure();
  if (shape.empty())
    return node.invalid("'shape' is ()");
  std::optional<int64_t> inner = elementCount(ArrayRef(shape).drop_front());
  if (!inner || *inner < 1 || llvm::is_contained(ArrayRef(shape).drop_front(), 0))
    return node.invalid("'shape' is " + node.string("shape", ""));
  Ints steps(shape.size(), 1);
  for (size_t d = shape.size() - 1; d > 0; --d)
    steps[d - 1] = steps[d] * shape[d];
  return steps;
}

/// [dimensions, ...] to [...].
MaybeValue importRavel(SymbolNode &node) {
  Ints shape;
  FailureOr<Ints> steps = stepsOf(node, shape);
  MaybeValue places = node.input(0);
  if (failed(steps) || failed(places))
    return failure();
  SmallVector<int64_t> result(shapeOf(*places));
  if (result.empty() || result[0] != static_cast<int64_t>(shape.size()))
    return node.invalid("places of shape " + shapeText(result) + " in " + shapeText(shape));
  result.erase(result.begin());
  MaybeValue sum;
  for (auto [d, step] : llvm::enumerate(*steps)) {
    MaybeValue part = node.reshape(sliceAlong(node, places, 0, static_cast<int64_t>(d), 1), result);
    if (step != 1)
      part = node.multiply(part, static_cast<double>(step));
    sum = d == 0 ? part : node.add(sum, part);
  }
  return sum;
}

/// [...] to [dimensions, ...].
MaybeValue importUnravel(SymbolNode &node) {
  Ints shape;
  FailureOr<Ints> steps = stepsOf(node, shape);
  MaybeValue places = node.input(0);
  if (failed(steps) || failed(places))
    return failure();
  auto number = [&](int64_t value) { return node.scalarLike(*places, static_cast<double>(value)); };
  SmallVector<MaybeValue> parts;
  for (auto [d, step] : llvm::enumerate(*steps)) {
    MaybeValue part = node.create<graph::FloorDivOp>(places, number(step));
    if (d > 0)
      part = node.create<graph::FloorModOp>(part, number(shape[d]));
    parts.push_back(part);
  }
  return stackAlong(node, parts, 0);
}
} // namespace

void registerMultiIndex(OpTable &table) {
  for (StringRef op : {"_ravel_multi_index", "ravel_multi_index"})
    table.add(op, importRavel);
  for (StringRef op : {"_unravel_index", "unravel_index"})
    table.add(op, importUnravel);
}

} // namespace tandem::mxnet
