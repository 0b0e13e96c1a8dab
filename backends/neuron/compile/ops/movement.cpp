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

/// Before and after, for each dimension.
OperandId pairs(ArrayRef<int64_t> low, ArrayRef<int64_t> high, NetworkWriter &network) {
  SmallVector<int64_t> values;
  for (auto [before, after] : llvm::zip(low, high))
    values.append({before, after});
  return network.matrix(values);
}

/// The vendor's names for the modes are TFLite's numbers.
void emitMirrorPad(Operation *op, NetworkWriter &network) {
  constexpr int64_t kReflect = 1, kSymmetric = 2;
  auto pad = cast<graph::MirrorPadOp>(op);
  network.addExtension("mirrorpadmtk",
                       {network.tensor(pad.getInput()), pairs(pad.getLow(), pad.getHigh(), network),
                        network.integer(pad.getSymmetric() ? kSymmetric : kReflect)},
                       pad.getResult());
}

/// A value other than 0 is a scalar of the tensor's type; of codes, its code.
void emitPad(Operation *op, NetworkWriter &network) {
  auto pad = cast<graph::PadOp>(op);
  OperandId input = network.tensor(pad.getInput());
  OperandId amounts = pairs(pad.getLow(), pad.getHigh(), network);
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

void emitSpaceToBatch(Operation *op, NetworkWriter &network) {
  auto space = cast<graph::SpaceToBatchOp>(op);
  network.add(NEURON_SPACE_TO_BATCH_ND,
              {network.tensor(space.getInput()), network.vector(space.getBlock()),
               pairs(space.getPadLow(), space.getPadHigh(), network)},
              space.getResult());
}

/// Neuron's crops nothing.
void emitBatchToSpace(Operation *op, NetworkWriter &network) {
  auto space = cast<graph::BatchToSpaceOp>(op);
  ArrayRef<int64_t> low = space.getCropLow(), high = space.getCropHigh();
  SmallVector<OperandId> inputs = {network.tensor(space.getInput()),
                                   network.vector(space.getBlock())};
  auto isZero = [](int64_t crop) { return crop == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return network.add(NEURON_BATCH_TO_SPACE_ND, inputs, space.getResult());
  OperandType whole = network.typeOf(space.getResult());
  whole.dimensions[1] += static_cast<uint32_t>(low[kHeight] + high[kHeight]);
  whole.dimensions[2] += static_cast<uint32_t>(low[kWidth] + high[kWidth]);
  OperandId image = network.intermediate(whole);
  network.add(NEURON_BATCH_TO_SPACE_ND, inputs, image);
  network.add(NEURON_SLICE,
              {image, network.vector({0, low[kHeight], low[kWidth], 0}),
               network.shapeOf(space.getResult())},
              space.getResult());
}

void emitTile(Operation *op, NetworkWriter &network) {
  auto tile = cast<graph::TileOp>(op);
  network.add(NEURON_TILE, {network.tensor(tile.getInput()), network.vector(tile.getMultiples())},
              tile.getResult());
}

void emitGather(Operation *op, NetworkWriter &network) {
  auto gather = cast<graph::GatherOp>(op);
  network.add(NEURON_GATHER,
              {network.tensor(gather.getInput()),
               network.integer(static_cast<int64_t>(gather.getAxis())),
               network.tensor(gather.getIndices())},
              gather.getResult());
}

/// The type of a tensor of a row's k largest.
OperandType topOf(OperandType row, uint64_t k) {
  row.dimensions.back() = static_cast<uint32_t>(k);
  return row;
}

void emitTopKValues(Operation *op, NetworkWriter &network) {
  auto top = cast<graph::TopKValuesOp>(op);
  OperandType indices = {.code = NEURON_TENSOR_INT32,
                         .dimensions = network.typeOf(top.getResult()).dimensions};
  network.add(NEURON_TOPK_V2,
              {network.tensor(top.getInput()), network.integer(static_cast<int64_t>(top.getK()))},
              {network.tensor(top.getResult()), network.intermediate(indices)});
}

/// Of equal elements NNAPI has the larger index first and graph the smaller: the rows go in
/// backwards, and what comes out is counted from their end.
void emitTopKIndices(Operation *op, NetworkWriter &network) {
  auto top = cast<graph::TopKIndicesOp>(op);
  OperandType type = network.typeOf(top.getInput());
  size_t rank = type.dimensions.size();
  int64_t last = int64_t(type.dimensions.back()) - 1;
  SmallVector<int64_t> begin(rank, 0), end(type.dimensions.begin(), type.dimensions.end()),
      strides(rank, 1);
  begin.back() = last;
  end.back() = 0;
  strides.back() = -1;
  int64_t toTheFirst = int64_t(1) << (rank - 1);
  OperandId backwards = network.intermediate(type);
  network.add(NEURON_STRIDED_SLICE,
              {network.tensor(top.getInput()), network.vector(begin), network.vector(end),
               network.vector(strides), network.integer(0), network.integer(toTheFirst),
               network.integer(0)},
              backwards);
  OperandId values = network.intermediate(topOf(type, top.getK()));
  OperandId fromTheEnd = network.intermediate(network.typeOf(top.getResult()));
  network.add(NEURON_TOPK_V2, {backwards, network.integer(static_cast<int64_t>(top.getK()))},
              {values, fromTheEnd});
  network.add(NEURON_SUB,
              {network.vector({last}), fromTheEnd, network.fuse(graph::Activation::None)},
              top.getResult());
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
  table.add<graph::MirrorPadOp>(emitMirrorPad);
  table.add<graph::SpaceToBatchOp>(emitSpaceToBatch);
  table.add<graph::BatchToSpaceOp>(emitBatchToSpace);
  table.add<graph::TileOp>(emitTile);
  table.add<graph::GatherOp>(emitGather);
  table.add<graph::TopKValuesOp>(emitTopKValues);
  table.add<graph::TopKIndicesOp>(emitTopKIndices);
}

} // namespace tandem::neuron
