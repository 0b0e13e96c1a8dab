#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

// Operators that give the same elements another shape or order. Results may share memory with their
// input in PyTorch, so they are registered as views.

/// One entry of the new shape may be -1: whatever is left.
static MaybeValue reshapeTo(AtenNode &node, StringRef argument) {
  MaybeValue input = node.tensor("self");
  SmallVector<int64_t> shape = node.integers(argument);
  if (node.failed() || failed(input))
    return failure();
  int64_t known = 1, open = -1;
  for (auto [index, size] : llvm::enumerate(shape)) {
    if (size == -1 && open < 0)
      open = static_cast<int64_t>(index);
    else if (size < 0 || __builtin_mul_overflow(known, size, &known))
      return node.invalid("'" + argument + "' has " + Twine(size));
  }
  if (open >= 0 && known > 0)
    shape[open] = *elementCount(shapeOf(*input)) / known;
  return node.reshape(input, shape);
}
static MaybeValue importView(AtenNode &node) {
  return reshapeTo(node, "size");
}
static MaybeValue importReshape(AtenNode &node) {
  return reshapeTo(node, "shape");
}

static MaybeValue importFlatten(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.empty())
    return node.reshape(input, {1});
  int64_t first = node.dim("start_dim", *input, 0), last = node.dim("end_dim", *input, -1);
  if (node.failed() || first > last)
    return node.invalid("'start_dim' is behind 'end_dim'");
  SmallVector<int64_t> flat(shape.take_front(first));
  flat.push_back(*elementCount(shape.slice(first, last - first + 1)));
  flat.append(shape.begin() + last + 1, shape.end());
  return node.reshape(input, flat);
}

/// Only dimensions of 1 go; all of them when 'dim' is absent.
static MaybeValue importSqueeze(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  SmallVector<int64_t> dims = node.dims("dim", *input), shape;
  if (node.failed())
    return failure();
  for (auto [index, size] : llvm::enumerate(shapeOf(*input)))
    if (size != 1 || !llvm::is_contained(dims, static_cast<int64_t>(index)))
      shape.push_back(size);
  return node.reshape(input, shape);
}

static MaybeValue importUnsqueeze(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  int64_t given = node.integer("dim");
  if (node.failed() || failed(input))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  std::optional<int64_t> dim = normalizedAxis(given, shape.size() + 1);
  if (!dim)
    return node.invalid("'dim' is " + Twine(given) + ", outside a tensor of shape " +
                        shapeText(shape));
  shape.insert(shape.begin() + *dim, 1);
  return node.reshape(input, shape);
}

static MaybeValue importPermute(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  SmallVector<int64_t> permutation = node.integers("dims");
  if (node.failed() || failed(input))
    return failure();
  for (int64_t &dim : permutation) // the op itself refuses what is no permutation
    dim = normalizedAxis(dim, shapeOf(*input).size()).value_or(-1);
  return node.transpose(input, permutation);
}

static MaybeValue importTranspose(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*input).size()));
  int64_t first = node.dim("dim0", *input), second = node.dim("dim1", *input);
  if (node.failed())
    return failure();
  std::swap(permutation[first], permutation[second]);
  return node.transpose(input, permutation);
}

/// aten.t: a matrix is transposed, a vector stays.
static MaybeValue importT(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input) || shapeOf(*input).size() < 2)
    return input;
  return node.transpose(input, {1, 0});
}

/// aten.expand to the shape that the tensor has. Others repeat elements, which binary ops do by
/// themselves.
static MaybeValue importExpand(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  SmallVector<int64_t> size = node.integers("size");
  if (node.failed() || failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  bool isSame = size.size() == shape.size() && llvm::all_of(llvm::zip(size, shape), [](auto pair) {
                  return std::get<0>(pair) == -1 || std::get<0>(pair) == std::get<1>(pair);
                });
  if (!isSame)
    return node.unsupported("from " + shapeText(shape) + " to " + shapeText(size));
  return input;
}

void registerShape(OpTable &table) {
  table.addView("aten.view.default", importView);
  table.addView("aten._unsafe_view.default", importView);
  table.addView("aten.reshape.default", importReshape);
  table.addView("aten.flatten.using_ints", importFlatten);
  table.addView("aten.squeeze.default", importSqueeze);
  table.addView("aten.squeeze.dim", importSqueeze);
  table.addView("aten.squeeze.dims", importSqueeze);
  table.addView("aten.unsqueeze.default", importUnsqueeze);
  table.addView("aten.permute.default", importPermute);
  table.addView("aten.transpose.int", importTranspose);
  table.addView("aten.t.default", importT);
  table.addView("aten.expand.default", importExpand);
}

} // namespace tandem::torch
