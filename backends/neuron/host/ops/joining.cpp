// CONCATENATION, TILE, FILL, PAD, PAD_V2 and the mirrored padding.

#include "backends/neuron/host/node.h"

#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
LogicalResult writeConcatenation(Node &node) {
  size_t count = node.inputCount() - 1;
  SmallVector<Value> inputs;
  for (size_t i = 0; i < count; ++i) {
    MaybeValue input = node.value(i);
    if (failed(input))
      return failure();
    inputs.push_back(*input);
  }
  ArrayRef<int64_t> first = shapeOf(inputs[0]);
  auto axis = node.axisOf(inputs[0], count);
  if (failed(axis))
    return failure();
  for (Value input : inputs)
    for (size_t d = 0; d < first.size(); ++d)
      if (shapeOf(input).size() != first.size() ||
          (static_cast<int64_t>(d) != *axis && shapeOf(input)[d] != first[d]))
        return node.invalid() << shapeText(shapeOf(input)) << " does not go beside "
                              << shapeText(first) << " along dimension " << *axis;
  return node.emit<graph::ConcatOp>(ValueRange(inputs), static_cast<uint64_t>(*axis));
}

LogicalResult writeTile(Node &node) {
  MaybeValue input = node.value(0);
  auto multiples = node.integers(1);
  if (failed(input) || failed(multiples))
    return failure();
  if (multiples->size() != shapeOf(*input).size())
    return node.invalid() << multiples->size() << " multiples for rank " << shapeOf(*input).size();
  for (int64_t copies : *multiples)
    if (copies < 1)
      return node.invalid() << copies << " copies along a dimension";
  return node.setResult(node.makeLike<graph::TileOp>(*input, ArrayRef<int64_t>(*multiples)));
}

LogicalResult writeFill(Node &node) {
  auto shape = node.integers(0);
  if (failed(shape))
    return failure();
  std::optional<int64_t> count = elementCount(*shape);
  if (!count || *count < 1)
    return node.invalid() << "a shape of " << shapeText(*shape);
  if (node.input(1).type != NEURON_INT32) {
    auto number = node.real(1);
    if (failed(number))
      return failure();
    return node.setResult(node.build().fill(node.f32(), *shape, *number));
  }
  auto number = node.integer(1);
  if (failed(number))
    return failure();
  if (*count > NodeBuilder::kMaxFill)
    return node.unsupported() << *count << " elements, at most " << NodeBuilder::kMaxFill
                              << " are filled";
  SmallVector<int32_t> elements(*count, static_cast<int32_t>(*number));
  auto type = RankedTensorType::get(*shape, node.builder().getI32Type());
  return node.setResult(
      graph::createConstant<int32_t>(node.builder(), node.build().location(), type, elements));
}

/// The second input is [rank, 2]: elements before and behind, per dimension.
struct Borders {
  SmallVector<int64_t> low, high;
};
FailureOr<Borders> readBorders(Node &node, size_t rank) {
  auto given = node.integers(1);
  if (failed(given))
    return failure();
  if (given->size() != 2 * rank)
    return node.invalid() << given->size() << " paddings for rank " << rank << ", expected "
                          << 2 * rank;
  Borders borders;
  for (size_t i = 0; i < given->size(); ++i) {
    if ((*given)[i] < 0)
      return node.invalid() << "padding " << i << " is negative";
    (i % 2 ? borders.high : borders.low).push_back((*given)[i]);
  }
  return borders;
}

LogicalResult writePadded(Node &node, float value) {
  MaybeValue input = node.value(0);
  if (failed(input))
    return failure();
  auto borders = readBorders(node, shapeOf(*input).size());
  if (failed(borders))
    return failure();
  return node.setResult(node.makeLike<graph::PadOp>(*input, ArrayRef<int64_t>(borders->low),
                                                    ArrayRef<int64_t>(borders->high),
                                                    llvm::APFloat(value)));
}

LogicalResult writePad(Node &node) {
  return writePadded(node, 0.0f);
}

/// What to pad with: a real number, or a code of the input's quantization; LiteRT's plugin gives a
/// tensor of one, with a quantization of its own.
LogicalResult writePadV2(Node &node) {
  const Operand &operand = node.input(2);
  if (operand.type == NEURON_INT32) {
    auto code = node.integer(2);
    if (failed(code))
      return failure();
    const Operand &input = node.input(0);
    if (*code < input.info->lowestCode || *code > input.info->highestCode)
      return node.unsupported() << "padding with " << *code << ", which is no code of "
                                << input.info->name;
    return writePadded(node, input.scale * static_cast<float>(*code - input.zeroPoint));
  }
  bool isCode = operand.info->rule == QuantizationRule::kAsymmetric ||
                operand.info->rule == QuantizationRule::kSymmetric;
  if (!isCode) {
    auto number = node.real(2);
    return failed(number) ? failure() : writePadded(node, *number);
  }
  MaybeValue real = node.real32(node.value(2)); // of a constant, so folded
  if (failed(real))
    return failure();
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(*real);
  if (!bytes || bytes->as<float>().size() != 1)
    return node.unsupported() << "a padding value that is no single constant";
  return writePadded(node, bytes->as<float>()[0]);
}

/// TFLite's numbers: 1 leaves the element at the border out (reflect), 2 repeats it (symmetric).
LogicalResult writeMirrorPad(Node &node) {
  if (node.inputCount() != 4)
    return node.invalid() << node.inputCount() << " inputs, expected 4";
  MaybeValue value = node.value(0);
  auto mode = node.integer(2);
  if (failed(value) || failed(mode))
    return failure();
  if (*mode != 1 && *mode != 2)
    return node.invalid() << "mode " << *mode << ", expected 1 (reflect) or 2 (symmetric)";
  int64_t leftOut = *mode == 1 ? 1 : 0;
  auto borders = readBorders(node, shapeOf(*value).size());
  if (failed(borders))
    return failure();
  for (size_t d = 0; d < borders->low.size(); ++d) {
    int64_t size = shapeOf(*value)[d], widest = std::max(borders->low[d], borders->high[d]);
    if (widest > size - leftOut)
      return node.invalid() << "a padding of " << widest << " mirrors more than the " << size
                            << " elements of dimension " << d;
  }
  return node.setResult(node.makeLike<graph::MirrorPadOp>(*value, ArrayRef<int64_t>(borders->low),
                                                          ArrayRef<int64_t>(borders->high),
                                                          /*symmetric=*/*mode == 2));
}
} // namespace

void registerJoining(HandlerTable &table) {
  table.add(NEURON_CONCATENATION, writeConcatenation);
  table.add(NEURON_TILE, writeTile);
  table.add(NEURON_FILL, writeFill);
  table.add(NEURON_PAD, writePad);
  table.add(NEURON_PAD_V2, writePadV2);
  table.add("mirrorpadmtk", writeMirrorPad);
}

} // namespace tandem::neuron::host
