#include "compiler/importers/common/complex.h"
#include "compiler/importers/common/padding.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// aten.pad and its kind: pairs (before, after) from the last dimension forwards.
static MaybeValue padded(AtenNode &node, MaybeValue input, StringRef absentMode) {
  SmallVector<int64_t> pads = node.integers(node.has("pad") ? "pad" : "padding");
  StringRef mode = node.string("mode", absentMode);
  auto value = static_cast<float>(node.number("value", 0));
  if (node.failed() || failed(input))
    return failure();
  size_t rank = shapeOf(*input).size();
  if (pads.size() % 2 || pads.size() / 2 > rank)
    return node.invalid("'pad' has " + Twine(pads.size()) + " entries for a tensor of shape " +
                        shapeText(shapeOf(*input)));
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (size_t i = 0; i < pads.size() / 2; ++i) {
    low[rank - 1 - i] = pads[2 * i];
    high[rank - 1 - i] = pads[2 * i + 1];
  }
  if (mode == "constant")
    return padOrCrop(node, input, low, high, value);
  if (mode == "reflect")
    return padWithin(node, input, low, high, Continuation::kReflect);
  if (mode == "replicate")
    return padWithin(node, input, low, high, Continuation::kEdge);
  if (mode == "circular")
    return padWithin(node, input, low, high, Continuation::kWrap);
  return node.invalid("'mode' is '" + mode + "'");
}

static MaybeValue importPad(AtenNode &node) {
  return padded(node, node.tensor("self"), "constant");
}
static MaybeValue importPadOfComplex(AtenNode &node) {
  if (node.number("value", 0) != 0)
    return node.unsupported("a number around complex ones");
  return complexValue(node, ofEachPart(partsOf(node.tensor("self")), [&](MaybeValue part) {
                        return padded(node, part, "constant");
                      }));
}
static MaybeValue importReflectionPad(AtenNode &node) {
  return padded(node, node.tensor("self"), "reflect");
}
static MaybeValue importReplicationPad(AtenNode &node) {
  return padded(node, node.tensor("self"), "replicate");
}

void registerPad(OpTable &table) {
  table.add("aten.pad.default", importPad);
  table.add("aten.constant_pad_nd.default", importPad);
  table.addOfComplex("aten.pad.default", importPadOfComplex);
  table.addOfComplex("aten.constant_pad_nd.default", importPadOfComplex);
  for (StringRef rank : {"1d", "2d", "3d"}) {
    table.add(("aten.reflection_pad" + rank + ".default").str(), importReflectionPad);
    table.add(("aten.replication_pad" + rank + ".default").str(), importReplicationPad);
  }
}

} // namespace tandem::torch
