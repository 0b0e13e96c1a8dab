#include "compiler/importers/common/pieces.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// An end counted from the back when negative, held inside the dimension.
static int64_t clampIndex(int64_t index, int64_t extent) {
  return std::clamp<int64_t>(index < 0 ? index + extent : index, 0, extent);
}

static MaybeValue importSlice(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input, 0), step = node.integer("step", 1);
  int64_t start = node.integer("start", 0), end = node.integer("end", INT64_MAX);
  if (node.failed())
    return failure();
  if (step < 1)
    return node.invalid("'step' is " + Twine(step) + ", expected a positive number");
  int64_t extent = shapeOf(*input)[dim];
  start = clampIndex(start, extent);
  end = std::max(clampIndex(end, extent), start);
  return sliceAlong(node, input, dim, start, llvm::divideCeil(end - start, step), step);
}

static MaybeValue importSelect(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input), given = node.integer("index");
  if (node.failed())
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  std::optional<int64_t> index = normalizedAxis(given, shape[dim]);
  if (!index)
    return node.invalid("'index' is " + Twine(given) + ", outside dimension " + Twine(dim) +
                        " of a tensor of shape " + shapeText(shape));
  shape.erase(shape.begin() + dim);
  return node.reshape(sliceAlong(node, input, dim, *index, 1, 1), shape);
}

/// Each is an operation.
static constexpr int64_t kMostParts = 1 << 16;

static SmallVector<int64_t> equalParts(int64_t extent, int64_t size) {
  SmallVector<int64_t> sizes;
  for (int64_t begin = 0; begin < extent; begin += size)
    sizes.push_back(std::min(size, extent - begin));
  return sizes;
}

/// aten.split.Tensor: parts of 'split_size', the last one what is left.
static FailureOr<SmallVector<Value>> importSplit(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t size = node.integer("split_size"), dim = node.dim("dim", *input, 0);
  if (node.failed())
    return failure();
  int64_t extent = shapeOf(*input)[dim];
  if (size < 1 || extent / size > kMostParts)
    return node.invalid("'split_size' is " + Twine(size) + " for " + Twine(extent));
  return splitAlong(node, *input, dim, equalParts(extent, size));
}

/// aten.chunk: as many equal parts as asked for, or fewer when that does not come out even.
static FailureOr<SmallVector<Value>> importChunk(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t chunks = node.integer("chunks"), dim = node.dim("dim", *input, 0);
  if (node.failed())
    return failure();
  int64_t extent = shapeOf(*input)[dim];
  if (chunks < 1 || extent < 1 || std::min(chunks, extent) > kMostParts)
    return node.invalid("'chunks' is " + Twine(chunks) + " for " + Twine(extent));
  return splitAlong(node, *input, dim, equalParts(extent, llvm::divideCeil(extent, chunks)));
}

static FailureOr<SmallVector<Value>> splitWithSizes(AtenNode &node, StringRef argument) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  SmallVector<int64_t> sizes = node.integers(argument);
  int64_t dim = node.dim("dim", *input, 0);
  if (node.failed())
    return failure();
  for (int64_t size : sizes)
    if (size < 0 || size > shapeOf(*input)[dim])
      return node.invalid("'" + argument + "' has " + Twine(size));
  return splitAlong(node, *input, dim, sizes);
}
static FailureOr<SmallVector<Value>> importSplitWithSizes(AtenNode &node) {
  return splitWithSizes(node, "split_sizes");
}
static FailureOr<SmallVector<Value>> importSplitSizes(AtenNode &node) {
  return splitWithSizes(node, "split_size");
}

static MaybeValue importCat(AtenNode &node) {
  SmallVector<Value> inputs = node.tensors("tensors");
  if (node.failed())
    return failure();
  // A tensor of shape [0] adds nothing, whatever the others' rank.
  SmallVector<Value> parts;
  for (Value input : inputs)
    if (shapeOf(input) != ArrayRef<int64_t>(0))
      parts.push_back(input);
  if (parts.empty())
    return inputs.front();
  Type type = node.resultType().value_or(getElementTypeOrSelf(parts.front()));
  for (Value &part : parts) {
    MaybeValue value = node.cast(part, type);
    if (failed(value))
      return failure();
    part = *value;
  }
  int64_t dim = node.dim("dim", parts.front(), 0);
  if (node.failed())
    return failure();
  return node.createTyped<graph::ConcatOp>(type, ValueRange(parts), dim);
}

/// aten.stack: as cat, along a new dimension.
static MaybeValue importStack(AtenNode &node) {
  SmallVector<Value> inputs = node.tensors("tensors");
  int64_t given = node.integer("dim", 0);
  if (node.failed())
    return failure();
  std::optional<int64_t> dim = normalizedAxis(given, shapeOf(inputs.front()).size() + 1);
  for (Value &input : inputs) {
    SmallVector<int64_t> shape(shapeOf(input));
    if (!dim || *dim > static_cast<int64_t>(shape.size()))
      return node.invalid("'dim' is " + Twine(given) + " for a tensor of shape " +
                          shapeText(shape));
    shape.insert(shape.begin() + *dim, 1);
    MaybeValue unsqueezed = node.reshape(input, shape);
    if (failed(unsqueezed))
      return failure();
    input = *unsqueezed;
  }
  return node.createTyped<graph::ConcatOp>(getElementTypeOrSelf(inputs.front()), ValueRange(inputs),
                                           *dim);
}

/// aten.unbind: each entry of a dimension alone.
static FailureOr<SmallVector<Value>> importUnbind(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input, 0);
  if (node.failed())
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  int64_t extent = shape[dim];
  if (extent > kMostParts)
    return node.invalid("dimension " + Twine(dim) + " has " + Twine(extent) + " entries");
  shape.erase(shape.begin() + dim);
  FailureOr<SmallVector<Value>> parts =
      splitAlong(node, *input, dim, SmallVector<int64_t>(extent, 1));
  if (failed(parts))
    return failure();
  for (Value &part : *parts) {
    MaybeValue alone = node.reshape(part, shape);
    if (failed(alone))
      return failure();
    part = *alone;
  }
  return parts;
}

static MaybeValue importNarrow(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input), start = node.integer("start"),
          length = node.integer("length");
  if (node.failed())
    return failure();
  return sliceAlong(node, input, dim, clampIndex(start, shapeOf(*input)[dim]), length, 1);
}

/// aten.roll: each dimension's end comes round to its front.
static MaybeValue importRoll(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  SmallVector<int64_t> shifts = node.integers("shifts"),
                       dims = node.integers("dims", SmallVector<int64_t>());
  if (node.failed() || failed(input))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  MaybeValue result = input;
  if (dims.empty()) {
    result = node.reshape(result, *elementCount(shape));
    dims = {0};
  }
  if (shifts.size() != dims.size())
    return node.invalid("'shifts' is " + shapeText(shifts) + " for dimensions " + shapeText(dims));
  for (auto [shift, given] : llvm::zip(shifts, dims)) {
    if (failed(result))
      return failure();
    std::optional<int64_t> dim = normalizedAxis(given, shapeOf(*result).size());
    int64_t size = dim ? shapeOf(*result)[*dim] : 0;
    if (!dim)
      return node.invalid("'dims' has " + Twine(given));
    int64_t moved = size == 0 ? 0 : ((shift % size) + size) % size;
    if (moved == 0)
      continue;
    MaybeValue end = sliceAlong(node, result, *dim, size - moved, moved, 1),
               begin = sliceAlong(node, result, *dim, 0, size - moved, 1);
    if (failed(end) || failed(begin))
      return failure();
    result = node.createTyped<graph::ConcatOp>(getElementTypeOrSelf(*result),
                                               ValueRange{*end, *begin}, *dim);
  }
  return node.reshape(result, shape);
}

/// aten.slice_scatter, select_scatter: a part of a dimension replaced.
static MaybeValue replaced(AtenNode &node, Value input, MaybeValue source, int64_t dim,
                           int64_t begin, int64_t end) {
  SmallVector<Value> parts;
  for (MaybeValue part : {sliceAlong(node, input, dim, 0, begin, 1), source,
                          sliceAlong(node, input, dim, end, shapeOf(input)[dim] - end, 1)}) {
    if (failed(part))
      return failure();
    if (shapeOf(*part)[dim] != 0)
      parts.push_back(*part);
  }
  if (parts.size() == 1)
    return parts.front();
  return node.createTyped<graph::ConcatOp>(getElementTypeOrSelf(input), ValueRange(parts), dim);
}
/// Every `step`-th entry replaced.
static MaybeValue replacedBySteps(AtenNode &node, Value input, MaybeValue source, int64_t dim,
                                  int64_t begin, int64_t end, int64_t step) {
  int64_t extent = shapeOf(input)[dim], next = extent;
  auto places = llvm::to_vector(llvm::seq<int64_t>(0, extent));
  for (int64_t at = begin; at < end; at += step)
    places[at] = next++;
  if (failed(source) || shapeOf(*source)[dim] != next - extent)
    return node.invalid("it replaces " + Twine(next - extent) + " entries");
  return pickAlong(node, concatAlong(node, {input, *source}, dim), dim, places);
}
static MaybeValue importSliceScatter(AtenNode &node) {
  MaybeValue input = node.tensor("self"), source = node.tensor("src");
  if (failed(input) || failed(source))
    return failure();
  int64_t dim = node.dim("dim", *input, 0), extent = shapeOf(*input)[dim];
  int64_t begin = clampIndex(node.integer("start", 0), extent),
          end = std::max(clampIndex(node.integer("end", INT64_MAX), extent), begin);
  int64_t step = node.integer("step", 1);
  if (node.failed() || step < 1 || shapeOf(*source).size() != shapeOf(*input).size())
    return node.invalid("'step' is " + Twine(step));
  return step == 1 ? replaced(node, *input, source, dim, begin, end)
                   : replacedBySteps(node, *input, source, dim, begin, end, step);
}
static MaybeValue importSelectScatter(AtenNode &node) {
  MaybeValue input = node.tensor("self"), source = node.tensor("src");
  if (failed(input) || failed(source))
    return failure();
  int64_t dim = node.dim("dim", *input), given = node.integer("index");
  std::optional<int64_t> index = normalizedAxis(given, shapeOf(*input)[dim]);
  if (node.failed() || !index)
    return node.invalid("'index' is " + Twine(given));
  SmallVector<int64_t> shape(shapeOf(*input));
  shape[dim] = 1;
  return replaced(node, *input, node.reshape(source, shape), dim, *index, *index + 1);
}

void registerSlicing(OpTable &table) {
  table.addView("aten.slice.Tensor", importSlice);
  table.addView("aten.select.int", importSelect);
  table.addListView("aten.split.Tensor", importSplit);
  table.addListView("aten.split_with_sizes.default", importSplitWithSizes);
  table.addListView("aten.chunk.default", importChunk);
  table.addListView("aten.split.sizes", importSplitSizes);
  table.addListView("aten.unbind.int", importUnbind);
  // "Unsafe" as PyTorch leaves it to the caller that no part is changed in place; they are views.
  table.addListView("aten.unsafe_chunk.default", importChunk);
  table.addListView("aten.unsafe_split.Tensor", importSplit);
  table.addListView("aten.unsafe_split_with_sizes.default", importSplitWithSizes);
  table.addView("aten.narrow.default", importNarrow);
  table.addMove("aten.narrow_copy.default", importNarrow);
  table.addMove("aten.slice_copy.Tensor", importSlice);
  table.addMove("aten.select_copy.int", importSelect);
  table.addListMove("aten.split_copy.Tensor", importSplit);
  table.addListMove("aten.split_with_sizes_copy.default", importSplitWithSizes);
  table.addListMove("aten.unbind_copy.int", importUnbind);
  table.addMove("aten.roll.default", importRoll);
  table.addMove("aten.slice_scatter.default", importSliceScatter);
  table.addMove("aten.select_scatter.default", importSelectScatter);
  for (StringRef form : {"cat", "concat", "concatenate"})
    table.addMove(("aten." + form + ".default").str(), importCat);
  table.addMove("aten.stack.default", importStack);
}

} // namespace tandem::torch
