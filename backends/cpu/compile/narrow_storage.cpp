#include "backends/cpu/compile/narrow_storage.h"

#include "backends/cpu/compile/handlers.h"
#include "compiler/graph/graph.h"

using namespace mlir;

namespace tandem::cpu {

static bool isProduct(Operation *op) {
  return isa<graph::Conv2dOp, graph::FullyConnectedOp, graph::DepthwiseConv2dOp,
             graph::TransposeConv2dOp>(op);
}

/// Functions that make no more of a rounding than it is, of a single element.
static bool isSmooth(Operation *op) {
  return isa<graph::MulOp, graph::SubOp, graph::SigmoidOp, graph::TanhOp, graph::HardSigmoidOp,
             graph::HardSwishOp, graph::GeluOp, graph::LeakyReluOp, graph::EluOp>(op);
}

/// Ops that lose nothing, or no more than products do, when what they give is rounded to 16 bits.
static bool writes(Operation *op) {
  return isProduct(op) || isSmooth(op) ||
         isa<graph::AddOp, graph::ReluOp, graph::Relu6Op, graph::ReluN1To1Op, graph::PreluOp,
             graph::MaxPool2dOp, graph::AveragePool2dOp, graph::ConcatOp, graph::ReshapeOp,
             graph::PadOp, graph::SliceOp, graph::TransposeOp, graph::SpaceToDepthOp,
             graph::DepthToSpaceOp>(op);
}

static bool reads(OpOperand &use) {
  Operation *op = use.getOwner();
  if (isProduct(op)) // by a filter of codes they quantize their input
    return use.getOperandNumber() == 0 && isF32(op->getOperand(1));
  return writes(op) || isa<graph::MeanOp>(op);
}

llvm::DenseSet<Value> valuesIn16Bits(const Region &region) {
  llvm::DenseSet<Operation *> ours(region.ops.begin(), region.ops.end());
  llvm::DenseSet<Value> values;
  for (Operation *op : region.ops)
    if (writes(op) && isF32(op->getResult(0)) &&
        !llvm::is_contained(region.outputs, op->getResult(0)) &&
        llvm::all_of(op->getResult(0).getUses(),
                     [&](OpOperand &use) { return reads(use) && ours.contains(use.getOwner()); }))
      values.insert(op->getResult(0));
  // A reshape has the bytes of its operand: both are stored in the same way.
  bool changed = true;
  while (changed) {
    changed = false;
    for (Operation *op : region.ops)
      if (isa<graph::ReshapeOp>(op) &&
          values.contains(op->getOperand(0)) != values.contains(op->getResult(0))) {
        values.erase(op->getOperand(0));
        values.erase(op->getResult(0));
        changed = true;
      }
  }
  return values;
}

} // namespace tandem::cpu
