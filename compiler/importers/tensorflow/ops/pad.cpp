#include "compiler/importers/tensorflow/window.h"

using namespace mlir;

namespace tandem::tensorflow {

namespace {
struct Pads {
  SmallVector<int64_t> low, high;
};

/// Input `index` is [rank, 2]: low and high for each dimension.
FailureOr<Pads> readPads(TfNode &node, Value input, size_t index = 1) {
  FailureOr<SmallVector<int64_t>> list = node.integers(index, "the list of paddings");
  if (failed(list))
    return failure();
  size_t rank = shapeOf(input).size();
  if (list->size() != 2 * rank)
    return node.invalid(Twine(list->size()) + " paddings for rank " + Twine(rank) + ", expected " +
                        Twine(2 * rank));
  Pads pads;
  for (size_t d = 0; d < rank; ++d) {
    pads.low.push_back((*list)[2 * d]);
    pads.high.push_back((*list)[2 * d + 1]);
  }
  return pads;
}

MaybeValue padWith(TfNode &node, float value) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<Pads> pads = readPads(node, *input);
  if (failed(pads))
    return failure();
  return node.create<graph::PadOp>(input, pads->low, pads->high, llvm::APFloat(value));
}
} // namespace

static MaybeValue importPad(TfNode &node) {
  return padWith(node, 0);
}

/// PadV2's third input is the value.
static MaybeValue importPadV2(TfNode &node) {
  FailureOr<Numbers> value = node.constant(2, "the padding value");
  if (failed(value))
    return failure();
  if (value->count() != 1)
    return node.invalid("the padding value is no single number");
  return padWith(node, value->isReal() ? value->reals[0] : static_cast<float>(value->integers[0]));
}

/// MirrorPad: the border is the image again, backwards; SYMMETRIC repeats the outermost element,
/// REFLECT does not.
MaybeValue mirroredPad(TfNode &node, MaybeValue input, size_t paddings) {
  StringRef mode = node.string("mode", "REFLECT");
  if (node.failed() || failed(input))
    return failure();
  FailureOr<Pads> pads = readPads(node, *input, paddings);
  if (failed(pads))
    return failure();
  if (mode != "REFLECT" && mode != "SYMMETRIC")
    return node.invalid("'mode' is '" + mode + "', expected REFLECT or SYMMETRIC");
  return node.create<graph::MirrorPadOp>(input, pads->low, pads->high,
                                         /*symmetric=*/mode == "SYMMETRIC");
}

static MaybeValue importMirrorPad(TfNode &node) {
  return mirroredPad(node, node.input(0), 1);
}

void registerPad(OpTable &table) {
  table.add("Pad", importPad);
  table.add("PadV2", importPadV2);
  table.add("MirrorPad", importMirrorPad);
}

} // namespace tandem::tensorflow
