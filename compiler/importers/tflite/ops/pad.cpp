#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
struct Pads {
  SmallVector<int64_t> low, high;
};
} // namespace

/// The second input is [rank, 2]: low and high per dimension.
static FailureOr<Pads> readPads(Node &node, size_t rank) {
  auto given = node.constantInts(1, "the list of paddings");
  if (failed(given))
    return failure();
  if (given->size() != 2 * rank)
    return node.invalid() << given->size() << " paddings for rank " << rank << ", expected "
                          << 2 * rank;
  Pads pads;
  for (size_t d = 0; d < rank; ++d) {
    pads.low.push_back((*given)[2 * d]);
    pads.high.push_back((*given)[2 * d + 1]);
  }
  return pads;
}

static LogicalResult importWithValue(Node &node, float value) {
  FailureOr<Value> input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<Pads> pads = readPads(node, shapeOf(*input).size());
  if (failed(pads))
    return failure();
  return node.emit<graph::PadOp>(*input, ArrayRef<int64_t>(pads->low),
                                 ArrayRef<int64_t>(pads->high), llvm::APFloat(value));
}

static LogicalResult importPad(Node &node) {
  return importWithValue(node, 0.0f);
}

/// PADV2's third input is the value: f32, or a code of its own scale.
static LogicalResult importPadV2(Node &node) {
  FailureOr<Value> input = node.input(2);
  if (failed(input))
    return failure();
  FailureOr<Value> real = *input;
  if (graph::isQuantized(input->getType()))
    real = node.build().createTyped<graph::DequantizeOp>(node.builder().getF32Type(), *input);
  if (failed(real))
    return failure();
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(*real);
  if (!bytes || !getElementTypeOrSelf(*real).isF32())
    return node.unsupported() << "a padding value that is no f32 or quantized constant";
  if (bytes->as<float>().size() != 1)
    return node.invalid() << "the padding value is no single number";
  return importWithValue(node, bytes->as<float>()[0]);
}

static LogicalResult importMirrorPad(Node &node) {
  auto options = node.options<schema::MirrorPadOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  FailureOr<Pads> pads = readPads(node, shapeOf(*input).size());
  if (failed(pads))
    return failure();
  return node.emit<graph::MirrorPadOp>(*input, ArrayRef<int64_t>(pads->low),
                                       ArrayRef<int64_t>(pads->high),
                                       (*options)->mode() == schema::MirrorPadMode::SYMMETRIC);
}

void registerPad(OpTable &table) {
  table.add(schema::BuiltinOperator::PAD, importPad);
  table.add(schema::BuiltinOperator::PADV2, importPadV2);
  table.add(schema::BuiltinOperator::MIRROR_PAD, importMirrorPad);
}

} // namespace tandem::tflite
