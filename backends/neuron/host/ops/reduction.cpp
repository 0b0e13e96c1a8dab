// MEAN, the REDUCE_ operations, ARGMAX and ARGMIN.

#include "backends/neuron/host/node.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
/// The second input: dimensions in any order, from either end, some maybe twice.
FailureOr<SmallVector<int64_t>> readAxes(Node &node, int64_t rank) {
  auto given = node.integers(1);
  if (failed(given))
    return failure();
  SmallVector<int64_t> axes;
  for (int64_t value : *given) {
    FailureOr<int64_t> axis = node.axis(value, rank);
    if (failed(axis))
      return failure();
    axes.push_back(*axis);
  }
  llvm::sort(axes);
  axes.erase(llvm::unique(axes), axes.end());
  return axes;
}

template <typename OpT>
LogicalResult writeReduction(Node &node, FailureOr<bool> keepDims, bool mayRescale) {
  MaybeValue input = node.value(0);
  if (failed(input) || failed(keepDims))
    return failure();
  auto axes = readAxes(node, static_cast<int64_t>(shapeOf(*input).size()));
  if (failed(axes))
    return failure();
  if (axes->empty()) // which means none, not all
    return node.setResult(input);
  if (mayRescale)
    return node.emit<OpT>(*input, ArrayRef<int64_t>(*axes), *keepDims);
  return node.setResult(node.makeLike<OpT>(*input, ArrayRef<int64_t>(*axes), *keepDims));
}

/// Here alone "keep" is a number.
LogicalResult writeMean(Node &node) {
  FailureOr<int64_t> keep = node.integer(2);
  FailureOr<bool> keepDims =
      failed(keep) ? FailureOr<bool>(failure()) : FailureOr<bool>(*keep != 0);
  return writeReduction<graph::MeanOp>(node, keepDims, /*mayRescale=*/true);
}

template <typename OpT> LogicalResult writeReduce(Node &node) {
  return writeReduction<OpT>(node, node.flagOr(2, false), /*mayRescale=*/false);
}

/// The first of equal ones.
template <typename OpT> LogicalResult writeArg(Node &node) {
  MaybeValue input = node.value(0);
  if (failed(input))
    return failure();
  auto axis = node.axisOf(*input, 1);
  if (failed(axis))
    return failure();
  return node.emit<OpT>(*input, static_cast<uint64_t>(*axis), /*keepDims=*/false);
}
} // namespace

void registerReduction(HandlerTable &table) {
  table.add(NEURON_MEAN, writeMean);
  table.add(NEURON_REDUCE_SUM, writeReduce<graph::SumOp>);
  table.add(NEURON_REDUCE_MAX, writeReduce<graph::ReduceMaxOp>);
  table.add(NEURON_REDUCE_MIN, writeReduce<graph::ReduceMinOp>);
  table.add(NEURON_REDUCE_ANY, writeReduce<graph::ReduceAnyOp>);
  table.add(NEURON_REDUCE_ALL, writeReduce<graph::ReduceAllOp>);
  table.add(NEURON_ARGMAX, writeArg<graph::ArgMaxOp>);
  table.add(NEURON_ARGMIN, writeArg<graph::ArgMinOp>);
}

} // namespace tandem::neuron::host
