#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// aten.pad, aten.constant_pad_nd: pairs (before, after) from the last dimension forwards.
static MaybeValue importPad(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  SmallVector<int64_t> pads = node.integers("pad");
  StringRef mode = node.string("mode", "constant");
  auto value = static_cast<float>(node.number("value", 0));
  if (node.failed() || failed(input))
    return failure();
  if (mode != "constant")
    return node.unsupported("mode '" + mode + "', only 'constant' is");
  size_t rank = shapeOf(*input).size();
  if (pads.size() % 2 || pads.size() / 2 > rank)
    return node.invalid("'pad' has " + Twine(pads.size()) + " entries for a tensor of shape " +
                        shapeText(shapeOf(*input)));
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (size_t i = 0; i < pads.size() / 2; ++i) {
    low[rank - 1 - i] = pads[2 * i];
    high[rank - 1 - i] = pads[2 * i + 1];
    if (pads[2 * i] < 0 || pads[2 * i + 1] < 0)
      return node.unsupported("negative 'pad', which crops");
  }
  return node.create<graph::PadOp>(input, low, high, llvm::APFloat(value));
}

void registerPad(OpTable &table) {
  table.add("aten.pad.default", importPad);
  table.add("aten.constant_pad_nd.default", importPad);
}

} // namespace tandem::torch
