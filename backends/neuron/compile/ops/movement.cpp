// Changes of shape, order and size.
#include "backends/neuron/compile/handlers.h"
#include "base/quantized_math.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

constexpr unsigned kHeight = 0, kWidth = 1; // of graph's pairs

void emitReshape(Operation *op, NetworkWriter &network) {
  auto reshape = cast<graph::ReshapeOp>(op);
  network.add(NEURON_RESHAPE,
              {network.tensor(reshape.getInput()), network.shapeOf(reshape.getResult())},
              reshape.getResult());
}

void emitTranspose(Operation *op, NetworkWriter &network) {
  auto transpose = cast<graph::TransposeOp>(op);
  network.add(NEURON_TRANSPOSE,
              {network.tensor(transpose.getInput()), network.vector(transpose.getPermutation())},
              transpose.getResult());
}

void emitConcat(Operation *op, NetworkWriter &network) {
  auto concat = cast<graph::ConcatOp>(op);
  SmallVector<OperandId> inputs;
  for (Value input : concat.getInputs())
    inputs.push_back(network.tensor(input));
  inputs.push_back(network.integer(static_cast<int64_t>(concat.getAxis())));
  network.add(NEURON_CONCATENATION, inputs, concat.getResult());
}

/// The end of a dimension is where the first element not taken would be. Going backwards past
/// element 0 it would be negative, which counts from the back: the mask says "to the last" instead.
void emitStridedSlice(graph::SliceOp slice, NetworkWriter &network) {
  SmallVector<int64_t> end;
  int64_t endMask = 0;
  for (auto [dim, begin, size, stride] :
       llvm::enumerate(slice.getBegin(), slice.getSize(), slice.getStrides())) {
    end.push_back(begin + (size - 1) * stride + (stride > 0 ? 1 : -1));
    if (end.back() < 0) {
      end.back() = 0;
      endMask |= int64_t(1) << dim;
    }
  }
  network.add(NEURON_STRIDED_SLICE,
              {network.tensor(slice.getInput()), network.vector(slice.getBegin()),
               network.vector(end), network.vector(slice.getStrides()), network.integer(0),
               network.integer(endMask), network.integer(0)},
              slice.getResult());
}

void emitSlice(Operation *op, NetworkWriter &network) {
  auto slice = cast<graph::SliceOp>(op);
  if (!llvm::all_of(slice.getStrides(), [](int64_t stride) { return stride == 1; }))
    return emitStridedSlice(slice, network);
  network.add(NEURON_SLICE,
              {network.tensor(slice.getInput()), network.vector(slice.getBegin()),
               network.vector(slice.getSize())},
              slice.getResult());
}

/// A value other than 0 is a scalar of the tensor's type; of codes, its code.
void emitPad(Operation *op, NetworkWriter &network) {
  auto pad = cast<graph::PadOp>(op);
  SmallVector<int64_t> pads;
  for (auto [low, high] : llvm::zip(pad.getLow(), pad.getHigh()))
    pads.append({low, high});
  OperandId input = network.tensor(pad.getInput()), amounts = network.matrix(pads);
  if (pad.getValue().isZero())
    return network.add(NEURON_PAD, {input, amounts}, pad.getResult());
  OperandType type = network.typeOf(pad.getInput());
  float value = pad.getValue().convertToFloat();
  OperandId fill =
      graph::isQuantized(pad.getInput().getType())
          ? network.integer(quantizeReal(value, ElementType::kU8, type.scale, type.zeroPoint))
          : network.scalar(value, type);
  network.add(NEURON_PAD_V2, {input, amounts, fill}, pad.getResult());
}

/// Width before height, as NNAPI and most public clients have it; NHWC. The flags only where one is
/// set: libraries differ in how many operands they know.
template <typename OpT, NeuronOperationType code>
void emitResize(Operation *op, NetworkWriter &network) {
  auto resize = cast<OpT>(op);
  SmallVector<OperandId> inputs = {network.tensor(resize.getInput()),
                                   network.integer(resize.getSize()[kWidth]),
                                   network.integer(resize.getSize()[kHeight]), network.flag(false)};
  bool align = resize.getAlignCorners(), half = resize.getHalfPixelCenters();
  if (align || half)
    inputs.append({network.flag(align), network.flag(half)});
  network.add(code, inputs, resize.getResult());
}

template <typename OpT, NeuronOperationType code>
void emitBlock(Operation *op, NetworkWriter &network) {
  auto block = cast<OpT>(op);
  network.add(
      code,
      {network.tensor(block.getInput()), network.integer(static_cast<int64_t>(block.getBlock()))},
      block.getResult());
}

} // namespace

void registerMovement(HandlerTable &table) {
  table.add<graph::ReshapeOp>(emitReshape);
  table.add<graph::TransposeOp>(emitTranspose);
  table.add<graph::ConcatOp>(emitConcat);
  table.add<graph::SliceOp>(emitSlice);
  table.add<graph::PadOp>(emitPad);
  table.add<graph::ResizeBilinearOp>(emitResize<graph::ResizeBilinearOp, NEURON_RESIZE_BILINEAR>);
  table.add<graph::ResizeNearestOp>(
      emitResize<graph::ResizeNearestOp, NEURON_RESIZE_NEAREST_NEIGHBOR>);
  table.add<graph::SpaceToDepthOp>(emitBlock<graph::SpaceToDepthOp, NEURON_SPACE_TO_DEPTH>);
  table.add<graph::DepthToSpaceOp>(emitBlock<graph::DepthToSpaceOp, NEURON_DEPTH_TO_SPACE>);
}

} // namespace tandem::neuron
