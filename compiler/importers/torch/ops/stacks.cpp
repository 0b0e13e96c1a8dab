// Tensors beside each other, and turned around, by the names that torch has beside cat and permute.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

using Results = FailureOr<SmallVector<Value>>;

/// With dimensions of 1 until there are `rank`, as torch.atleast_1d, 2d and 3d put them.
static MaybeValue atLeast(AtenNode &node, MaybeValue x, size_t rank) {
  if (failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  if (shape.size() >= rank)
    return x;
  if (rank == 3 && shape.size() == 2)
    shape.push_back(1);
  while (shape.size() < rank)
    shape.insert(shape.begin(), 1);
  if (rank == 3 && shapeOf(*x).size() == 1)
    std::swap(shape[1], shape[2]);
  return node.reshape(x, shape);
}
template <size_t rank> static Results importAtLeast(AtenNode &node) {
  SmallVector<Value> results;
  SmallVector<Value> given;
  if (node.has("tensors"))
    given = node.tensors("tensors");
  else if (MaybeValue self = node.tensor("self"); succeeded(self))
    given = {*self};
  for (Value each : given) {
    MaybeValue result = atLeast(node, each, rank);
    if (failed(result))
      return failure();
    results.push_back(*result);
  }
  return node.failed() ? Results(failure()) : results;
}

/// aten.hstack, vstack, dstack, column_stack: along `axis`, of vectors that are columns or rows.
static MaybeValue stacked(AtenNode &node, function_ref<MaybeValue(Value)> made, int64_t axis) {
  SmallVector<Value> parts;
  for (Value each : node.tensors("tensors")) {
    MaybeValue part = made(each);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  return node.failed() ? MaybeValue(failure()) : concatAlong(node, parts, axis);
}
static MaybeValue importHstack(AtenNode &node) {
  SmallVector<Value> all = node.tensors("tensors");
  int64_t axis = !all.empty() && shapeOf(all.front()).size() > 1 ? 1 : 0;
  return stacked(node, [&](Value each) { return atLeast(node, each, 1); }, axis);
}
static MaybeValue importVstack(AtenNode &node) {
  return stacked(node, [&](Value each) { return atLeast(node, each, 2); }, 0);
}
static MaybeValue importDstack(AtenNode &node) {
  return stacked(node, [&](Value each) { return atLeast(node, each, 3); }, 2);
}
static MaybeValue importColumnStack(AtenNode &node) {
  auto asColumn = [&](Value each) -> MaybeValue {
    ArrayRef<int64_t> shape = shapeOf(each);
    return shape.size() < 2 ? node.reshape(each, {*elementCount(shape), 1}) : MaybeValue(each);
  };
  return stacked(node, asColumn, 1);
}

/// aten.block_diag: matrices from one corner to the other, zeros beside them.
static MaybeValue importBlockDiag(AtenNode &node) {
  SmallVector<Value> all = node.tensors("tensors");
  if (node.failed())
    return failure();
  int64_t columns = 0, before = 0;
  SmallVector<MaybeValue> blocks;
  for (Value each : all) {
    blocks.push_back(atLeast(node, each, 2));
    if (failed(blocks.back()) || shapeOf(*blocks.back()).size() != 2)
      return node.invalid("a block of shape " + shapeText(shapeOf(each)));
    columns += shapeOf(*blocks.back())[1];
  }
  SmallVector<Value> rows;
  for (MaybeValue block : blocks) {
    int64_t own = shapeOf(*block)[1];
    MaybeValue row = padOrCrop(node, block, {0, before}, {0, columns - before - own}, 0);
    if (failed(row))
      return failure();
    rows.push_back(*row);
    before += own;
  }
  return concatAlong(node, rows, 0);
}

/// aten.meshgrid: each vector along a dimension of its own, repeated over the others; with
/// 'indexing' xy the first two change places.
static Results importMeshgrid(AtenNode &node) {
  SmallVector<Value> all = node.tensors("tensors");
  bool isXy = node.string("indexing", "ij") == "xy" && all.size() > 1;
  if (node.failed())
    return failure();
  SmallVector<int64_t> shape;
  for (Value each : all)
    shape.push_back(*elementCount(shapeOf(each)));
  if (isXy)
    std::swap(shape[0], shape[1]);
  if (!hasSaneSize(shape))
    return node.invalid("a grid of shape " + shapeText(shape));
  SmallVector<Value> results;
  for (auto [index, each] : llvm::enumerate(all)) {
    SmallVector<int64_t> own(shape.size(), 1);
    size_t axis = isXy && index < 2 ? 1 - index : index;
    own[axis] = shape[axis];
    MaybeValue result = expandTo(node, node.reshape(each, own), shape);
    if (failed(result))
      return failure();
    results.push_back(*result);
  }
  return results;
}

/// aten.cartesian_prod: a row for each choice of one element a vector.
static MaybeValue importCartesianProduct(AtenNode &node) {
  SmallVector<Value> all = node.tensors("tensors");
  if (node.failed())
    return failure();
  if (all.size() == 1)
    return all.front();
  Results grid = importMeshgrid(node);
  if (failed(grid))
    return failure();
  SmallVector<Value> columns;
  for (Value each : *grid) {
    MaybeValue column = node.reshape(each, {*elementCount(shapeOf(each)), 1});
    if (failed(column))
      return failure();
    columns.push_back(*column);
  }
  return concatAlong(node, columns, 1);
}

static Results importBroadcastTensors(AtenNode &node) {
  SmallVector<Value> all = node.tensors("tensors"), results;
  SmallVector<int64_t> shape;
  for (Value each : all) {
    ArrayRef<int64_t> own = shapeOf(each);
    shape.insert(shape.begin(), own.size() > shape.size() ? own.size() - shape.size() : 0, 1);
    for (size_t i = 0; i < own.size(); ++i) {
      int64_t &size = shape[shape.size() - own.size() + i];
      size = size == 1 ? own[i] : size;
    }
  }
  for (Value each : all) {
    SmallVector<int64_t> own(shape.size() - shapeOf(each).size(), 1);
    llvm::append_range(own, shapeOf(each));
    MaybeValue result = expandTo(node, node.reshape(each, own), shape);
    if (failed(result))
      return failure();
    results.push_back(*result);
  }
  return node.failed() ? Results(failure()) : results;
}

/// The last two dimensions swapped; those of a matrix alone are all.
static MaybeValue importMatrixTranspose(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  if (order.size() < 2)
    return x;
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return node.transpose(x, order);
}

template <int64_t axis> static MaybeValue importFlipOf(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x) || static_cast<int64_t>(shapeOf(*x).size()) <= axis)
    return node.invalid("too few dimensions");
  return reversed(node, x, axis);
}

/// aten.rot90: quarter turns in the plane of two dimensions.
static MaybeValue importRot90(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  int64_t turns = node.integer("k", 1) % 4;
  SmallVector<int64_t> plane = node.integers("dims", SmallVector<int64_t>{0, 1});
  if (node.failed() || failed(x) || plane.size() != 2)
    return node.invalid("'dims' is " + shapeText(plane));
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  for (int64_t &dim : plane)
    dim = normalizedAxis(dim, order.size()).value_or(-1);
  if (llvm::is_contained(plane, -1) || plane[0] == plane[1])
    return node.invalid("'dims' is " + shapeText(plane));
  turns += turns < 0 ? 4 : 0;
  if (turns == 2)
    return reversed(node, x, plane);
  if (turns == 0)
    return x;
  std::swap(order[plane[0]], order[plane[1]]);
  return turns == 1 ? node.transpose(reversed(node, x, plane[1]), order)
                    : reversed(node, node.transpose(x, order), plane[1]);
}

static MaybeValue importRavel(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  return failed(x) ? x : node.reshape(x, {*elementCount(shapeOf(*x))});
}

/// aten.tensor_split and its kin: at places, or into parts of which the first are one longer.
static Results splitAt(AtenNode &node, MaybeValue x, int64_t dim, StringRef sections,
                       StringRef places) {
  if (failed(x))
    return failure();
  int64_t extent = shapeOf(*x)[dim];
  SmallVector<int64_t> sizes;
  if (node.has(places)) {
    int64_t begin = 0;
    for (int64_t place : node.integers(places)) {
      int64_t end = std::clamp(place < 0 ? place + extent : place, begin, extent);
      sizes.push_back(end - begin);
      begin = end;
    }
    sizes.push_back(extent - begin);
  } else {
    int64_t count = node.integer(sections);
    constexpr int64_t kMostParts = 1 << 12;
    if (count < 1 || count > kMostParts)
      return node.invalid(Twine(count) + " parts");
    for (int64_t i = 0; i < count; ++i)
      sizes.push_back(extent / count + (i < extent % count));
  }
  return node.failed() ? Results(failure()) : splitAlong(node, x, dim, sizes);
}
static Results importTensorSplit(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  int64_t dim = node.dim("dim", *x, 0);
  return node.failed() ? Results(failure()) : splitAt(node, x, dim, "sections", "indices");
}
template <int64_t axis> static Results importSplitOf(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*x).size());
  int64_t dim = axis == 1 && rank == 1 ? 0 : axis; // hsplit of a vector
  if (dim >= rank)
    return node.invalid("too few dimensions");
  return splitAt(node, x, dim, "sections", "indices");
}

void registerStacks(OpTable &table) {
  for (StringRef form : {"default", "Sequence"}) {
    table.addListView(("aten.atleast_1d." + form).str(), importAtLeast<1>);
    table.addListView(("aten.atleast_2d." + form).str(), importAtLeast<2>);
    table.addListView(("aten.atleast_3d." + form).str(), importAtLeast<3>);
  }
  table.addMove("aten.hstack.default", importHstack);
  table.addMove("aten.vstack.default", importVstack);
  table.addMove("aten.row_stack.default", importVstack);
  table.addMove("aten.dstack.default", importDstack);
  table.addMove("aten.column_stack.default", importColumnStack);
  table.add("aten.block_diag.default", importBlockDiag);
  table.addListView("aten.meshgrid.default", importMeshgrid);
  table.addListView("aten.meshgrid.indexing", importMeshgrid);
  table.addView("aten.cartesian_prod.default", importCartesianProduct); // of one, it is that
  table.addListView("aten.broadcast_tensors.default", importBroadcastTensors);
  for (StringRef name : {"mT", "mH", "adjoint", "matrix_H"})
    table.addView(("aten." + name + ".default").str(), importMatrixTranspose);
  table.addMove("aten.fliplr.default", importFlipOf<1>);
  table.addMove("aten.flipud.default", importFlipOf<0>);
  table.addMove("aten.rot90.default", importRot90);
  table.addView("aten.ravel.default", importRavel);
  table.addListView("aten.tensor_split.sections", importTensorSplit);
  table.addListView("aten.tensor_split.indices", importTensorSplit);
  for (StringRef form : {"int", "array"}) {
    table.addListView(("aten.hsplit." + form).str(), importSplitOf<1>);
    table.addListView(("aten.vsplit." + form).str(), importSplitOf<0>);
    table.addListView(("aten.dsplit." + form).str(), importSplitOf<2>);
  }
}

} // namespace tandem::torch
