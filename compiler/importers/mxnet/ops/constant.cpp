#include "compiler/importers/mxnet/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::mxnet {

/// _zeros, _ones and _full make real numbers of any element type here; others are refused by fill.
/// A dimension of 0 is open, as gluon leaves the batch of a first state: 1 broadcasts to what it
/// meets.
static MaybeValue fillWith(SymbolNode &node, double value) {
  Ints shape = node.integers("shape", Ints());
  std::optional<Type> type = node.dtype("float32");
  if (node.failed() || !type)
    return failure();
  for (int64_t &size : shape) {
    size = size == 0 && shape.size() > 1 ? 1 : size;
    if (size < 1)
      return node.invalid("'shape' is " + node.string("shape", "()"));
  }
  return node.fill(*type, shape, static_cast<float>(value));
}
static MaybeValue importZeros(SymbolNode &node) {
  return fillWith(node, 0);
}
static MaybeValue importOnes(SymbolNode &node) {
  return fillWith(node, 1);
}
static MaybeValue importFull(SymbolNode &node) {
  return fillWith(node, node.number("value"));
}

static MaybeValue fillLike(SymbolNode &node, float value) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  return node.fill(getElementTypeOrSelf(*input), shapeOf(*input), value);
}
static MaybeValue importZerosLike(SymbolNode &node) {
  return fillLike(node, 0);
}
static MaybeValue importOnesLike(SymbolNode &node) {
  return fillLike(node, 1);
}

/// _arange: from 'start' on, before 'stop'; with one of them that is the end. Each number comes
/// 'repeat' times.
static MaybeValue importArange(SymbolNode &node) {
  double start = node.number("start", 0), step = node.number("step", 1);
  bool hasStop = node.has("stop");
  double stop = node.number("stop", 0);
  int64_t repeat = node.integer("repeat", 1);
  std::optional<Type> type = node.dtype("float32");
  if (node.failed() || !type)
    return failure();
  if (!hasStop)
    std::tie(start, stop) = std::pair(0.0, start);
  double count = std::ceil((stop - start) / step);
  if (!(count >= 1 && repeat >= 1 && count <= static_cast<double>(NodeBuilder::kMaxFill) / repeat))
    return node.invalid("a range from " + std::to_string(start) + " to " + std::to_string(stop) +
                        " by " + std::to_string(step) + " is empty or too long");
  SmallVector<float> values;
  for (int64_t i = 0; i < static_cast<int64_t>(count); ++i)
    values.append(repeat, static_cast<float>(start + static_cast<double>(i) * step));
  return node.constant(*type, static_cast<int64_t>(values.size()), values);
}

void registerConstant(OpTable &table) {
  for (StringRef op : {"_zeros", "_zeros_without_dtype"})
    table.add(op, importZeros);
  table.add("_ones", importOnes);
  table.add("_full", importFull);
  table.add("zeros_like", importZerosLike);
  table.add("ones_like", importOnesLike);
  table.add("_arange", importArange);
}

} // namespace tandem::mxnet
