#include "compiler/importers/common/padding.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

/// Pad: 'pad_width' has pairs (before, after) from the first dimension on, which numpy's operator
/// has as tuples of their own.
static MaybeValue importPad(SymbolNode &node) {
  MaybeValue input = node.input(0);
  StringRef mode = node.string("mode", "constant");
  Ints widths = node.isNumpy() ? node.pairs("pad_width") : node.integers("pad_width");
  auto value = static_cast<float>(node.number("constant_value", 0));
  if (node.failed() || failed(input))
    return failure();
  if (widths.size() != 2 * shapeOf(*input).size())
    return node.invalid("'pad_width' has " + Twine(widths.size()) +
                        " entries for an input of shape " + shapeText(shapeOf(*input)));
  Ints low, high;
  for (size_t i = 0; i < widths.size(); i += 2) {
    low.push_back(widths[i]);
    high.push_back(widths[i + 1]);
  }
  if (mode == "constant")
    return padOrCrop(node, input, low, high, value);
  if (mode == "edge")
    return padWithin(node, input, low, high, Continuation::kEdge);
  if (node.string("reflect_type", "even") != "even")
    return node.unsupported("'reflect_type' that is not even");
  if (mode == "reflect")
    return padWithin(node, input, low, high, Continuation::kReflect);
  if (node.isNumpy())
    return node.unsupported("'mode' '" + mode + "', only constant, edge and reflect are");
  return node.invalid("'mode' is '" + mode + "'");
}

void registerPad(OpTable &table) {
  for (StringRef op : {"Pad", "pad", "_npi_pad"})
    table.add(op, importPad);
}

} // namespace tandem::mxnet
