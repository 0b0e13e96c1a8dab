#include "compiler/importers/common/padding.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
struct Pads {
  SmallVector<int64_t> low, high; ///< per dimension; negative ones crop
  double value = 0;
};

/// 'pads' has [all lows..., all highs...] of 'axes': attributes before opset 11, then inputs.
FailureOr<Pads> readPads(OnnxNode &node, int64_t rank) {
  SmallVector<int64_t> given;
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  Pads pads;
  if (node.opset() < 11) {
    given = node.integers("pads");
    pads.value = node.number("value", 0);
  } else {
    FailureOr<SmallVector<int64_t>> fromInput = node.ints(1, "the list of pads");
    if (failed(fromInput))
      return failure();
    given = *fromInput;
    if (node.has(2)) {
      FailureOr<double> value = node.scalar(2, "the value");
      if (failed(value))
        return failure();
      pads.value = *value;
    }
    if (node.has(3)) {
      FailureOr<SmallVector<int64_t>> some = node.ints(3, "the list of axes");
      if (failed(some))
        return failure();
      FailureOr<SmallVector<int64_t>> counted = node.normalized(*some, rank);
      if (failed(counted))
        return failure();
      axes = *counted;
    }
  }
  if (node.failed())
    return failure();
  size_t count = axes.size();
  if (given.size() != 2 * count)
    return node.invalid("'pads' has " + Twine(given.size()) + " entries, expected " +
                        Twine(2 * count));
  pads.low.assign(rank, 0);
  pads.high.assign(rank, 0);
  for (size_t i = 0; i < count; ++i) {
    pads.low[axes[i]] = given[i];
    pads.high[axes[i]] = given[count + i];
  }
  return pads;
}

} // namespace

static MaybeValue importPad(OnnxNode &node) {
  MaybeValue input = node.input(0);
  std::string mode = node.string("mode", "constant");
  if (failed(input) || node.failed())
    return failure();
  FailureOr<Pads> pads = readPads(node, shapeOf(*input).size());
  if (failed(pads))
    return failure();
  if (mode == "constant")
    return padOrCrop(node, input, pads->low, pads->high, pads->value);
  for (auto [name, how] : {std::pair<StringRef, Continuation>("reflect", Continuation::kReflect),
                           {"edge", Continuation::kEdge},
                           {"wrap", Continuation::kWrap}})
    if (mode == name)
      return padWithin(node, input, pads->low, pads->high, how);
  return node.invalid("'mode' is '" + mode + "', which the format does not have");
}

void registerPad(OpTable &table) {
  table.add("Pad", importPad);
}

} // namespace tandem::onnx
