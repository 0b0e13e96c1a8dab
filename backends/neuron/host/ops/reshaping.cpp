// Operations that keep the order of the elements, and TRANSPOSE.

#include "backends/neuron/host/node.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
MaybeValue reshaped(Node &node, MaybeValue input, ArrayRef<int64_t> shape) {
  return node.makeLike<graph::ReshapeOp>(input, shape);
}

/// One entry may be -1: what the number of elements leaves for it.
LogicalResult writeReshape(Node &node) {
  MaybeValue input = node.value(0);
  auto shape = node.integers(1);
  if (failed(input) || failed(shape))
    return failure();
  int64_t count = graph::tensorType(*input).getNumElements();
  auto open = llvm::find(*shape, -1);
  if (open != shape->end()) {
    *open = 1;
    std::optional<int64_t> known = elementCount(*shape);
    *open = known && *known > 0 ? count / *known : 0;
  }
  if (elementCount(*shape) != count)
    return node.invalid() << count << " elements do not fit into the new shape";
  return node.setResult(reshaped(node, input, *shape));
}

/// Without a list, all dimensions of 1 go.
LogicalResult writeSqueeze(Node &node) {
  MaybeValue input = node.value(0);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> before = shapeOf(*input);
  SmallVector<bool> drop;
  for (int64_t size : before)
    drop.push_back(node.isOmitted(1) && size == 1);
  if (!node.isOmitted(1)) {
    auto given = node.integers(1);
    if (failed(given))
      return failure();
    for (int64_t value : *given) {
      FailureOr<int64_t> axis = node.axis(value, static_cast<int64_t>(before.size()));
      if (failed(axis))
        return failure();
      if (before[*axis] != 1)
        return node.invalid() << "dimension " << *axis << " is " << before[*axis] << ", not 1";
      drop[*axis] = true;
    }
  }
  SmallVector<int64_t> shape;
  for (auto [size, isDropped] : llvm::zip_equal(before, drop))
    if (!isDropped)
      shape.push_back(size);
  return node.setResult(reshaped(node, input, shape));
}

LogicalResult writeExpandDims(Node &node) {
  MaybeValue input = node.value(0);
  auto given = node.integer(1);
  if (failed(input) || failed(given))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  auto axis = node.axis(*given, static_cast<int64_t>(shape.size()) + 1);
  if (failed(axis))
    return failure();
  shape.insert(shape.begin() + *axis, 1);
  return node.setResult(reshaped(node, input, shape));
}

/// Without a permutation the dimensions are reversed.
LogicalResult writeTranspose(Node &node) {
  MaybeValue input = node.value(0);
  if (failed(input))
    return failure();
  size_t rank = shapeOf(*input).size();
  SmallVector<int64_t> permutation;
  if (node.isOmitted(1)) {
    for (size_t d = rank; d-- > 0;)
      permutation.push_back(static_cast<int64_t>(d));
  } else if (auto given = node.integers(1); succeeded(given)) {
    permutation = *given;
  } else {
    return failure();
  }
  SmallVector<int64_t> sorted = permutation;
  llvm::sort(sorted);
  bool isPermutation = sorted.size() == rank;
  for (size_t d = 0; isPermutation && d < rank; ++d)
    isPermutation = sorted[d] == static_cast<int64_t>(d);
  if (!isPermutation)
    return node.invalid() << "the permutation does not have every dimension of rank " << rank
                          << " once";
  return node.setResult(node.makeLike<graph::TransposeOp>(*input, ArrayRef<int64_t>(permutation)));
}

/// Channels in `groups` rows become as many columns.
LogicalResult writeChannelShuffle(Node &node) {
  MaybeValue input = node.value(0);
  auto groups = node.integer(1);
  if (failed(input) || failed(groups))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  auto axis = node.axisOf(*input, 2);
  if (failed(axis))
    return failure();
  if (*groups < 1 || shape[*axis] % *groups)
    return node.invalid() << shape[*axis] << " channels in " << *groups << " groups";
  SmallVector<int64_t> rows(shape), permutation;
  rows[*axis] = *groups;
  rows.insert(rows.begin() + *axis + 1, shape[*axis] / *groups);
  for (size_t d = 0; d < rows.size(); ++d)
    permutation.push_back(static_cast<int64_t>(d));
  std::swap(permutation[*axis], permutation[*axis + 1]);
  MaybeValue turned = node.makeLike<graph::TransposeOp>(reshaped(node, input, rows),
                                                        ArrayRef<int64_t>(permutation));
  return node.setResult(reshaped(node, turned, shape));
}
} // namespace

void registerReshaping(HandlerTable &table) {
  table.add(NEURON_RESHAPE, writeReshape);
  table.add(NEURON_SQUEEZE, writeSqueeze);
  table.add(NEURON_EXPAND_DIMS, writeExpandDims);
  table.add(NEURON_TRANSPOSE, writeTranspose);
  table.add(NEURON_CHANNEL_SHUFFLE, writeChannelShuffle);
}

} // namespace tandem::neuron::host
