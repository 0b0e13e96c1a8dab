#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

/// Pad: 'pad_width' has pairs (before, after) from the first dimension on.
static MaybeValue importPad(SymbolNode &node) {
  MaybeValue input = node.input(0);
  StringRef mode = node.string("mode", "constant");
  Ints widths = node.integers("pad_width");
  auto value = static_cast<float>(node.number("constant_value", 0));
  if (node.failed() || failed(input))
    return failure();
  if (mode != "constant")
    return node.unsupported("'mode' '" + mode + "', only 'constant' is");
  if (widths.size() != 2 * shapeOf(*input).size())
    return node.invalid("'pad_width' has " + Twine(widths.size()) +
                        " entries for an input of shape " + shapeText(shapeOf(*input)));
  Ints low, high;
  for (size_t i = 0; i < widths.size(); i += 2) {
    low.push_back(widths[i]);
    high.push_back(widths[i + 1]);
  }
  return node.create<graph::PadOp>(input, low, high, llvm::APFloat(value));
}

void registerPad(OpTable &table) {
  for (StringRef op : {"Pad", "pad"})
    table.add(op, importPad);
}

} // namespace tandem::mxnet
