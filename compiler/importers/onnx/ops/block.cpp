#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

static FailureOr<int64_t> readBlock(OnnxNode &node, Value input) {
  int64_t block = node.integer("blocksize");
  if (node.failed())
    return failure();
  constexpr int64_t kMost = 1 << 12;
  if (shapeOf(input).size() != 4 || block < 1 || block > kMost)
    return node.invalid("'blocksize' is " + Twine(block) + " for an input of shape " +
                        shapeText(shapeOf(input)));
  return block;
}

/// DepthToSpace: channels are (row, column, channel) of a block in mode DCR, which is the graph's
/// order, (channel, row, column) in CRD.
static MaybeValue importDepthToSpace(OnnxNode &node) {
  MaybeValue input = node.image(0);
  std::string mode = node.string("mode", "DCR");
  if (failed(input) || node.failed())
    return failure();
  FailureOr<int64_t> block = readBlock(node, *input);
  if (failed(block))
    return failure();
  if (shapeOf(*input)[1] % (*block * *block) != 0)
    return node.invalid("'blocksize' is " + Twine(*block) + " for " + Twine(shapeOf(*input)[1]) +
                        " channels");
  if (mode == "CRD")
    return pixelShuffle(node, input, *block);
  if (mode != "DCR")
    return node.invalid("'mode' is '" + mode + "', which the format does not have");
  return node.toNchw(node.create<graph::DepthToSpaceOp>(node.toNhwc(input), *block));
}

static MaybeValue importSpaceToDepth(OnnxNode &node) {
  MaybeValue input = node.image(0);
  std::string mode = node.string("mode", "DCR");
  if (failed(input) || node.failed())
    return failure();
  FailureOr<int64_t> block = readBlock(node, *input);
  if (failed(block))
    return failure();
  if (mode != "DCR")
    return node.unsupported("mode '" + mode + "', only 'DCR' is");
  return node.toNchw(node.create<graph::SpaceToDepthOp>(node.toNhwc(input), *block));
}

void registerBlock(OpTable &table) {
  table.add("DepthToSpace", importDepthToSpace);
  table.add("SpaceToDepth", importSpaceToDepth);
}

} // namespace tandem::onnx
