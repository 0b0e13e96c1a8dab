// SLICE, STRIDED_SLICE, SPLIT, unpack and reverse.

#include "backends/neuron/host/node.h"
#include "compiler/importers/common/python_range.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
/// The elements that a slice takes, per dimension.
struct Cut {
  SmallVector<int64_t> begin, size, strides;

  /// All of the input.
  explicit Cut(ArrayRef<int64_t> shape)
      : begin(shape.size(), 0), size(shape), strides(shape.size(), 1) {}
};

MaybeValue cut(Node &node, Value input, const Cut &what) {
  return node.makeLike<graph::SliceOp>(input, ArrayRef<int64_t>(what.begin),
                                       ArrayRef<int64_t>(what.size),
                                       ArrayRef<int64_t>(what.strides));
}

/// A size of -1 reaches to the end.
LogicalResult writeSlice(Node &node) {
  MaybeValue input = node.value(0);
  auto begin = node.integers(1), size = node.integers(2);
  if (failed(input) || failed(begin) || failed(size))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (begin->size() != shape.size() || size->size() != shape.size())
    return node.invalid() << "begin and size need " << shape.size() << " entries each";
  Cut what(shape);
  for (size_t d = 0; d < shape.size(); ++d) {
    what.begin[d] = (*begin)[d];
    what.size[d] = (*size)[d] == -1 ? shape[d] - (*begin)[d] : (*size)[d];
    if (what.begin[d] < 0 || what.size[d] < 1 || what.size[d] > shape[d] - what.begin[d])
      return node.invalid() << "dimension " << d << " of " << shape[d] << " has no " << what.size[d]
                            << " elements from " << what.begin[d] << " on";
  }
  return node.setResult(cut(node, *input, what));
}

/// A dimension of the shrink mask is taken at `begin` and dropped.
LogicalResult writeStridedSlice(Node &node) {
  MaybeValue input = node.value(0);
  auto begin = node.integers(1), end = node.integers(2), strides = node.integers(3);
  auto beginMask = node.integer(4), endMask = node.integer(5), shrinkMask = node.integer(6);
  if (failed(input) || failed(begin) || failed(end) || failed(strides) || failed(beginMask) ||
      failed(endMask) || failed(shrinkMask))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  size_t rank = shape.size();
  if (begin->size() != rank || end->size() != rank || strides->size() != rank || rank > 31)
    return node.invalid() << "begin, end and strides need " << rank << " entries each";
  Cut what(shape);
  SmallVector<int64_t> kept;
  for (size_t d = 0; d < rank; ++d) {
    auto isSet = [&](int64_t mask) { return (mask >> d & 1) != 0; };
    int64_t stride = (*strides)[d];
    if (stride == 0)
      return node.invalid() << "the stride of dimension " << d << " is 0";
    PythonRange range =
        pythonRange((*begin)[d], (*end)[d], stride, isSet(*beginMask), isSet(*endMask), shape[d]);
    bool shrink = isSet(*shrinkMask);
    what.begin[d] = range.begin;
    what.size[d] = shrink ? 1 : range.size;
    what.strides[d] = stride;
    if (what.size[d] < 1 || range.begin < 0 || range.begin >= shape[d])
      return node.invalid() << "dimension " << d << " has no elements left";
    if (!shrink)
      kept.push_back(range.size);
  }
  return node.setResult(
      node.makeLike<graph::ReshapeOp>(cut(node, *input, what), ArrayRef<int64_t>(kept)));
}

/// Equal parts along an axis, one an output; `drop` leaves out their dimension of 1.
LogicalResult writeParts(Node &node, Value input, int64_t axis, int64_t parts, bool drop) {
  ArrayRef<int64_t> shape = shapeOf(input);
  if (parts < 1 || parts != static_cast<int64_t>(node.outputCount()) || shape[axis] % parts)
    return node.invalid() << "dimension " << axis << " of " << shape[axis] << " in " << parts
                          << " parts and " << node.outputCount() << " outputs";
  Cut what(shape);
  what.size[axis] = shape[axis] / parts;
  SmallVector<int64_t> dropped(shape);
  dropped.erase(dropped.begin() + axis);
  for (int64_t i = 0; i < parts; ++i) {
    what.begin[axis] = i * what.size[axis];
    MaybeValue part = cut(node, input, what);
    if (drop)
      part = node.makeLike<graph::ReshapeOp>(part, ArrayRef<int64_t>(dropped));
    if (failed(node.setResult(part, static_cast<size_t>(i))))
      return failure();
  }
  return success();
}

LogicalResult writeSplit(Node &node) {
  MaybeValue input = node.value(0);
  auto parts = node.integer(2);
  if (failed(input) || failed(parts))
    return failure();
  auto axis = node.axisOf(*input, 1);
  if (failed(axis))
    return failure();
  return writeParts(node, *input, *axis, *parts, /*drop=*/false);
}

LogicalResult writeUnpack(Node &node) {
  if (node.inputCount() != 3)
    return node.invalid() << node.inputCount() << " inputs, expected 3";
  MaybeValue input = node.value(0);
  if (failed(input))
    return failure();
  auto axis = node.axisOf(*input, 1);
  if (failed(axis))
    return failure();
  return writeParts(node, *input, *axis, shapeOf(*input)[*axis], /*drop=*/true);
}

LogicalResult writeReverse(Node &node) {
  if (node.inputCount() != 3)
    return node.invalid() << node.inputCount() << " inputs, expected 3";
  MaybeValue input = node.value(0);
  auto axes = node.integers(1);
  if (failed(input) || failed(axes))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  Cut what(shape);
  for (int64_t given : *axes) {
    auto axis = node.axis(given, static_cast<int64_t>(shape.size()));
    if (failed(axis))
      return failure();
    what.begin[*axis] = shape[*axis] - 1;
    what.strides[*axis] = -1;
  }
  return node.setResult(cut(node, *input, what));
}
} // namespace

void registerSlicing(HandlerTable &table) {
  table.add(NEURON_SLICE, writeSlice);
  table.add(NEURON_STRIDED_SLICE, writeStridedSlice);
  table.add(NEURON_SPLIT, writeSplit);
  table.add("unpackmtk", writeUnpack);
  table.add("reversemtk", writeReverse);
}

} // namespace tandem::neuron::host
