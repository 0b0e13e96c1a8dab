#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
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

/// aten.reshape_as, aten.view_as: to the shape of another tensor, which is not read.
static MaybeValue importReshapeAs(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  MaybeValue other = node.tensor("other");
  if (failed(input) || failed(other))
    return failure();
  return node.reshape(input, SmallVector<int64_t>(shapeOf(*other)));
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

/// aten.transpose, and aten.swapaxes, which is the same by other names.
static MaybeValue importTranspose(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*input).size()));
  bool areAxes = node.has("axis0");
  int64_t first = node.dim(areAxes ? "axis0" : "dim0", *input),
          second = node.dim(areAxes ? "axis1" : "dim1", *input);
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

/// aten.expand: dimensions of 1 repeated; -1 keeps one.
static MaybeValue importExpand(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  SmallVector<int64_t> size = node.integers("size");
  if (node.failed() || failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (size.size() < shape.size())
    return node.invalid("from " + shapeText(shape) + " to " + shapeText(size));
  for (size_t d = 0; d < shape.size(); ++d) {
    int64_t &wanted = size[size.size() - shape.size() + d];
    wanted = wanted == -1 ? shape[d] : wanted;
    if (wanted != shape[d] && shape[d] != 1)
      return node.invalid("from " + shapeText(shape) + " to " + shapeText(size));
  }
  return expandTo(node, input, size);
}
static MaybeValue importExpandAs(AtenNode &node) {
  MaybeValue input = node.tensor("self"), other = node.tensor("other");
  return failed(input) || failed(other) ? MaybeValue(failure())
                                        : expandTo(node, input, shapeOf(*other));
}

/// aten.repeat: the whole tensor so often along each dimension, new ones in front.
static MaybeValue importRepeat(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  SmallVector<int64_t> repeats = node.integers(node.has("dims") ? "dims" : "repeats");
  return node.failed() ? MaybeValue(failure()) : tiled(node, input, repeats);
}

/// aten.repeat_interleave by one number: each entry of a dimension so often, side by side.
static MaybeValue importRepeatInterleave(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  int64_t repeats = node.integer("repeats");
  if (node.failed() || failed(input))
    return failure();
  if (!node.has("dim"))
    input = node.reshape(input, *elementCount(shapeOf(*input)));
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input, 0);
  if (node.failed())
    return failure();
  return repeatEach(node, input, dim, repeats);
}

/// aten.unflatten: one dimension as several, of which one may be open.
static MaybeValue importUnflatten(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input);
  SmallVector<int64_t> sizes = node.integers("sizes"), shape(shapeOf(*input));
  if (node.failed())
    return failure();
  int64_t known = 1;
  for (int64_t size : sizes)
    known *= size == -1 ? 1 : size;
  for (int64_t &size : sizes)
    size = size == -1 && known > 0 ? shape[dim] / known : size;
  shape.erase(shape.begin() + dim);
  shape.insert(shape.begin() + dim, sizes.begin(), sizes.end());
  return node.reshape(input, shape);
}

/// aten.movedim: dimensions taken from one place to another.
static MaybeValue importMovedim(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  auto places = [&](StringRef name) {
    bool areSeveral = StringRef(node.record().target).ends_with(".intlist");
    SmallVector<int64_t> result = areSeveral ? node.integers(name) : SmallVector<int64_t>();
    if (!areSeveral)
      result.push_back(node.integer(name));
    for (int64_t &dim : result)
      dim = normalizedAxis(dim, rank).value_or(0);
    return result;
  };
  SmallVector<int64_t> from = places("source"), to = places("destination"), order(rank, -1);
  if (node.failed())
    return failure();
  if (from.size() != to.size())
    return node.invalid("'source' and 'destination' are of different lengths");
  if (rank == 0)
    return input;
  for (auto [source, destination] : llvm::zip(from, to))
    order[destination] = source;
  for (int64_t place = 0, source = 0; place < rank; ++place) {
    if (order[place] >= 0)
      continue;
    while (llvm::is_contained(from, source))
      ++source;
    order[place] = source++;
  }
  return node.transpose(input, order);
}

/// aten.repeat_interleave of numbers that are known: entry i so often as the i-th says.
static MaybeValue importRepeatEach(AtenNode &node) {
  bool hasInput = node.has("self");
  MaybeValue repeats = node.tensor("repeats");
  if (failed(repeats))
    return failure();
  std::optional<SmallVector<int64_t>> known = knownIntegers(*repeats);
  if (!known)
    return node.unsupported("repeats that are computed at run time");
  MaybeValue input = hasInput ? node.tensor("self") : repeats;
  if (hasInput && !node.has("dim") && succeeded(input))
    input = node.reshape(input, {*elementCount(shapeOf(*input))});
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input, 0);
  if (node.failed() || shapeOf(*input).empty())
    return node.invalid("a tensor without dimensions");
  int64_t extent = shapeOf(*input)[dim];
  SmallVector<int64_t> places;
  for (int64_t i = 0; i < extent; ++i) {
    bool isOne = known->size() == 1;
    int64_t times = isOne || i < static_cast<int64_t>(known->size()) ? (*known)[isOne ? 0 : i] : 0;
    if (times < 0 || times > NodeBuilder::kMaxFill - static_cast<int64_t>(places.size()))
      return node.invalid("repeats of " + Twine(times));
    places.append(times, i);
  }
  MaybeValue indices = node.integerConstant(node.builder().getI64Type(),
                                            static_cast<int64_t>(places.size()), places);
  return hasInput ? takeAlong(node, input, indices, dim) : indices;
}

void registerShape(OpTable &table) {
  table.addView("aten.view.default", importView);
  table.addView("aten._unsafe_view.default", importView);
  table.addView("aten.reshape.default", importReshape);
  for (StringRef target : {"aten.reshape_as.default", "aten.view_as.default"})
    table.addView(target, importReshapeAs);
  table.addView("aten.flatten.using_ints", importFlatten);
  table.addView("aten.squeeze.default", importSqueeze);
  table.addView("aten.squeeze.dim", importSqueeze);
  table.addView("aten.squeeze.dims", importSqueeze);
  table.addView("aten.unsqueeze.default", importUnsqueeze);
  table.addView("aten.permute.default", importPermute);
  for (StringRef target : {"aten.transpose.int", "aten.swapaxes.default", "aten.swapdims.default"})
    table.addView(target, importTranspose);
  table.addView("aten.t.default", importT);
  table.addView("aten.expand.default", importExpand);
  table.addView("aten.expand_as.default", importExpandAs);
  table.addView("aten.broadcast_to.default", importExpand);
  table.addMove("aten.repeat.default", importRepeat);
  table.addMove("aten.tile.default", importRepeat);
  table.addMove("aten.repeat_interleave.self_int", importRepeatInterleave);
  table.addMove("aten.repeat_interleave.Tensor", importRepeatEach);
  table.addMove("aten.repeat_interleave.self_Tensor", importRepeatEach);
  table.addView("aten.unflatten.int", importUnflatten);
  for (StringRef target :
       {"aten.movedim.int", "aten.movedim.intlist", "aten.moveaxis.int", "aten.moveaxis.intlist"})
    table.addView(target, importMovedim);
  table.addMove("aten._reshape_copy.default", importView);
  table.addMove("aten.view_copy.default", importView);
  table.addMove("aten.permute_copy.default", importPermute);
  table.addView("aten.numpy_T.default", importT);
  // Copies always have memory of their own.
  table.addMove("aten.expand_copy.default", importExpand);
  for (StringRef form : {"default", "dim", "dims"})
    table.addMove(("aten.squeeze_copy." + form).str(), importSqueeze);
  table.addMove("aten.unsqueeze_copy.default", importUnsqueeze);
  table.addMove("aten.transpose_copy.int", importTranspose);
  table.addMove("aten.t_copy.default", importT);
}

} // namespace tandem::torch
