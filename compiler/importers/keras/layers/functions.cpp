// Functions of keras.ops that a model calls between its layers, as in "x * 2": nodes of Keras 3
// without weights, whose arguments are tensors or numbers. https://keras.io/api/ops/numpy/
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

template <typename OpT> static MaybeValue importBinary(Layer &layer) {
  MaybeValue left = layer.argument(0), right = layer.argument(1);
  if constexpr (requires(OpT op) { op.getActivation(); })
    return layer.create<OpT>(left, right, graph::Activation::None);
  else
    return layer.create<OpT>(left, right);
}

template <typename OpT> static MaybeValue importUnary(Layer &layer) {
  return layer.create<OpT>(layer.argument(0));
}

void registerFunctions(LayerTable &table) {
  table.add("ops.Add", importBinary<graph::AddOp>);
  table.add("ops.Subtract", importBinary<graph::SubOp>);
  table.add("ops.Multiply", importBinary<graph::MulOp>);
  for (StringRef name : {"ops.Divide", "ops.TrueDivide"})
    table.add(name, importBinary<graph::DivOp>);
  table.add("ops.Maximum", importBinary<graph::MaximumOp>);
  table.add("ops.Minimum", importBinary<graph::MinimumOp>);
  table.add("ops.Relu", importUnary<graph::ReluOp>);
  table.add("ops.Relu6", importUnary<graph::Relu6Op>);
  table.add("ops.Sigmoid", importUnary<graph::SigmoidOp>);
  table.add("ops.Tanh", importUnary<graph::TanhOp>);
  table.add("ops.Exp", importUnary<graph::ExpOp>);
  table.add("ops.Sqrt", importUnary<graph::SqrtOp>);
  table.add("ops.Absolute", importUnary<graph::AbsOp>);
  table.add("ops.Negative", importUnary<graph::NegOp>);
}

} // namespace tandem::keras
