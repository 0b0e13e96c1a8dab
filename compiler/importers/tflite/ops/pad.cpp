#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::tflite {

/// The second input is [rank, 2]: low and high per dimension.
static LogicalResult importWithValue(Node &node, float value) {
  FailureOr<Value> input = node.input(0);
  auto pads = node.constantInts(1, "the list of paddings");
  if (failed(input) || failed(pads))
    return failure();
  size_t rank = shapeOf(*input).size();
  if (pads->size() != 2 * rank)
    return node.invalid() << pads->size() << " paddings for rank " << rank << ", expected "
                          << 2 * rank;
  SmallVector<int64_t> low, high;
  for (size_t d = 0; d < rank; ++d) {
    low.push_back((*pads)[2 * d]);
    high.push_back((*pads)[2 * d + 1]);
  }
  return node.emit<graph::PadOp>(*input, ArrayRef<int64_t>(low), ArrayRef<int64_t>(high),
                                 llvm::APFloat(value));
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

void registerPad(OpTable &table) {
  table.add(schema::BuiltinOperator::PAD, importPad);
  table.add(schema::BuiltinOperator::PADV2, importPadV2);
}

} // namespace tandem::tflite
