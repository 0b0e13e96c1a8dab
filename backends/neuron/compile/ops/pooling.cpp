// Windows and reductions.
#include "backends/neuron/compile/constraints.h"
#include "backends/neuron/compile/handlers.h"
#include "backends/neuron/compile/product_with_ones.h"
#include "backends/neuron/compile/reduction_product.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

constexpr unsigned kHeight = 0, kWidth = 1; // of graph's pairs

/// Left, right, top, bottom; then width before height.
template <typename OpT>
void addPool(OpT pool, NeuronOperationType code, OperandId input, ArrayRef<int64_t> padLow,
             ArrayRef<int64_t> padHigh, NetworkWriter &network) {
  SmallVector<OperandId> inputs = {input};
  for (int64_t value : {padLow[kWidth], padHigh[kWidth], padLow[kHeight], padHigh[kHeight],
                        pool.getStride()[kWidth], pool.getStride()[kHeight],
                        pool.getWindow()[kWidth], pool.getWindow()[kHeight]})
    inputs.push_back(network.integer(value));
  inputs.push_back(network.fuse(pool.getActivation()));
  network.add(code, inputs, pool.getResult());
}

template <typename OpT, NeuronOperationType code>
void emitPool(Operation *op, NetworkWriter &network) {
  auto pool = cast<OpT>(op);
  addPool(pool, code, network.tensor(pool.getInput()), pool.getPadLow(), pool.getPadHigh(),
          network);
}

/// Neuron's divides by the cells inside the input: cells of a PAD before it are inside.
void emitAveragePool(Operation *op, NetworkWriter &network) {
  auto pool = cast<graph::AveragePool2dOp>(op);
  OperandId input = network.tensor(pool.getInput());
  ArrayRef<int64_t> low = pool.getPadLow(), high = pool.getPadHigh();
  auto isZero = [](int64_t pad) { return pad == 0; };
  if (!pool.getCountIncludePad() || (llvm::all_of(low, isZero) && llvm::all_of(high, isZero)))
    return addPool(pool, NEURON_AVERAGE_POOL_2D, input, low, high, network);

  OperandType padded = network.typeOf(pool.getInput());
  padded.dimensions[1] += static_cast<uint32_t>(low[kHeight] + high[kHeight]);
  padded.dimensions[2] += static_cast<uint32_t>(low[kWidth] + high[kWidth]);
  OperandId result = network.intermediate(padded);
  network.add(
      NEURON_PAD,
      {input, network.matrix({0, 0, low[kHeight], high[kHeight], low[kWidth], high[kWidth], 0, 0})},
      result);
  addPool(pool, NEURON_AVERAGE_POOL_2D, result, {0, 0}, {0, 0}, network);
}

template <typename OpT, NeuronOperationType code>
void emitReduction(Operation *op, NetworkWriter &network) {
  auto reduction = cast<OpT>(op);
  bool keep = reduction.getKeepDims();
  network.add(code,
              {network.tensor(reduction.getInput()), network.vector(reduction.getAxes()),
               code == NEURON_MEAN ? network.integer(keep) : network.flag(keep)},
              reduction.getResult());
}

/// By MEAN or REDUCE_SUM, or what the table has for codes instead.
template <typename OpT, NeuronOperationType code>
void emitSum(Operation *op, NetworkWriter &network) {
  const Form *form = capabilityOf(op)->form;
  if (form != &kOtherScale && form != &kOfCodes)
    return emitReduction<OpT, code>(op, network);
  auto reduction = cast<OpT>(op);
  ReductionProduct product = reductionProduct(op, network.target());
  ArrayRef<int64_t> shape = graph::tensorType(reduction.getInput()).getShape();
  bool isImage = shape.size() == 4 && reduction.getAxes() == ArrayRef<int64_t>{1, 2};
  ImageShape from = isImage ? ImageShape{shape[0], shape[1], shape[2], shape[3]}
                            : ImageShape{product.outer, 1, product.count, product.inner};
  addProductWithOnes(reduction.getInput(), from, {product.outer, 1, 1, product.inner},
                     product.filterScale, reduction.getResult(), network);
}

template <typename OpT, NeuronOperationType code>
void emitArg(Operation *op, NetworkWriter &network) {
  auto arg = cast<OpT>(op);
  int64_t axis = static_cast<int64_t>(arg.getAxis());
  SmallVector<OperandId> inputs = {network.tensor(arg.getInput()), network.integer(axis)};
  OperandType removed = network.typeOf(arg.getResult());
  if (!arg.getKeepDims() || removed.dimensions.size() == 1) // of a vector one element is left
    return network.add(code, inputs, arg.getResult());
  removed.dimensions.erase(removed.dimensions.begin() + axis);
  OperandId indices = network.intermediate(removed);
  network.add(code, inputs, indices);
  network.add(NEURON_EXPAND_DIMS, {indices, network.integer(axis)}, arg.getResult());
}

} // namespace

void registerPooling(HandlerTable &table) {
  table.add<graph::MaxPool2dOp>(emitPool<graph::MaxPool2dOp, NEURON_MAX_POOL_2D>);
  table.add<graph::L2Pool2dOp>(emitPool<graph::L2Pool2dOp, NEURON_L2_POOL_2D>);
  table.add<graph::AveragePool2dOp>(emitAveragePool);
  table.add<graph::MeanOp>(emitSum<graph::MeanOp, NEURON_MEAN>);
  table.add<graph::SumOp>(emitSum<graph::SumOp, NEURON_REDUCE_SUM>);
  table.add<graph::ReduceMaxOp>(emitReduction<graph::ReduceMaxOp, NEURON_REDUCE_MAX>);
  table.add<graph::ReduceMinOp>(emitReduction<graph::ReduceMinOp, NEURON_REDUCE_MIN>);
  table.add<graph::ReduceAnyOp>(emitReduction<graph::ReduceAnyOp, NEURON_REDUCE_ANY>);
  table.add<graph::ReduceAllOp>(emitReduction<graph::ReduceAllOp, NEURON_REDUCE_ALL>);
  table.add<graph::ArgMaxOp>(emitArg<graph::ArgMaxOp, NEURON_ARGMAX>);
  table.add<graph::ArgMinOp>(emitArg<graph::ArgMinOp, NEURON_ARGMIN>);
}

} // namespace tandem::neuron
