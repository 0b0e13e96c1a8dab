#include "backends/cpu/compile/fusion.h"

#include "backends/cpu/compile/reals.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

#include <limits>

using namespace mlir;

namespace tandem::cpu {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::pair<float, float> clampRange(graph::Activation activation) {
  switch (activation) {
  case graph::Activation::None:
    return {-kInfinity, kInfinity};
  case graph::Activation::Relu:
    return {0, kInfinity};
  case graph::Activation::Relu6:
    return {0, 6};
  case graph::Activation::ReluN1To1:
    return {-1, 1};
  }
  llvm_unreachable("activation");
}

static void addClamp(Tail &tail, graph::Activation activation) {
  auto [low, high] = clampRange(activation);
  if (activation != graph::Activation::None)
    tail.ops.push_back({TailOp::kClamp, low, high, {}});
}

/// Slopes that depend on the channel only: one per entry of the last dimension.
static bool isPerChannel(Value slope, Value input) {
  RankedTensorType type = graph::tensorType(slope);
  return graph::constantOf(slope) && type.getRank() > 0 &&
         type.getNumElements() == type.getShape().back() &&
         type.getShape().back() == graph::tensorType(input).getShape().back();
}

/// The op that puts zeros behind the channels of a tensor and does nothing else, if it gives
/// `value`.
static graph::PadOp padOfChannels(Value value) {
  auto pad = value.getDefiningOp<graph::PadOp>();
  auto isZero = [](int64_t size) { return size == 0; };
  bool suits = pad && pad.getValue().isZero() && llvm::all_of(pad.getLow(), isZero) &&
               llvm::all_of(pad.getHigh().drop_back(), isZero);
  return suits ? pad : graph::PadOp();
}

/// Whether `next`, the only user of `value`, can be part of the tail; adds it if so.
static bool extend(Tail &tail, Value value, Operation *next, function_ref<bool(Value)> ready,
                   function_ref<bool(Value)> visible, bool isGrouped) {
  if (auto add = dyn_cast<graph::AddOp>(next)) {
    Value other = add.getLhs() == value ? add.getRhs() : add.getLhs();
    if (other == value || other.getType() != value.getType() ||
        add.getResult().getType() != value.getType())
      return false;
    if (!ready(other)) {
      graph::PadOp pad = padOfChannels(other);
      if (!pad || isGrouped || visible(other) || !ready(pad.getInput()))
        return false;
      tail.fused.push_back(pad);
      other = pad.getInput();
    }
    tail.ops.push_back({TailOp::kAdd, 0, 0, other});
    addClamp(tail, add.getActivation());
    return true;
  }
  if (auto prelu = dyn_cast<graph::PreluOp>(next)) {
    if (prelu.getLhs() != value || !isPerChannel(prelu.getSlope(), value))
      return false;
    tail.ops.push_back({TailOp::kPrelu, 0, 0, prelu.getSlope()});
    return true;
  }
  if (isa<graph::ReluOp>(next))
    return addClamp(tail, graph::Activation::Relu), true;
  if (isa<graph::Relu6Op>(next))
    return addClamp(tail, graph::Activation::Relu6), true;
  if (isa<graph::ReluN1To1Op>(next))
    return addClamp(tail, graph::Activation::ReluN1To1), true;
  return false;
}

Tail fuseTail(Operation *op, graph::Activation activation, function_ref<bool(Value)> ready,
              function_ref<bool(Value)> visible) {
  Tail tail;
  tail.result = op->getResult(0);
  addClamp(tail, activation);
  auto conv = dyn_cast<graph::Conv2dOp>(op);
  bool isGrouped = conv && conv.getGroups() > 1; // kernels count channels by group
  while (!visible(tail.result) && tail.result.hasOneUse()) {
    Operation *next = *tail.result.getUsers().begin();
    if (next->getNumResults() != 1 || !extend(tail, tail.result, next, ready, visible, isGrouped))
      break;
    tail.fused.push_back(next);
    tail.result = next->getResult(0);
  }
  return tail;
}

/// The part of a vector of the result that the operand of an addition has, and zeros.
static Value addend(codegen::KernelBuilder &k, const TailCode::Op &op, VectorType type, Value index,
                    Value channel) {
  if (op.channels == 0) {
    if (op.step != op.resultStep)
      index = k.add(index, k.mul(k.div(index, op.resultStep), op.step - op.resultStep));
    return loadReals(k, type, k.buffer(op.buffer), index);
  }
  // Lanes beyond its channels are another pixel's, and at the end there may be no more than a
  // vector behind it.
  Value pixel = k.div(k.sub(index, channel), op.resultStep);
  Value at = k.add(k.mul(pixel, op.step), k.smaller(channel, k.index(op.channels)));
  Value read = loadReals(k, type, k.buffer(op.buffer), at);
  SmallVector<int32_t> numbers = llvm::to_vector(llvm::seq<int32_t>(0, type.getNumElements()));
  VectorType integers = type.clone(k.getI32Type());
  Value lanes =
      arith::ConstantOp::create(k, DenseElementsAttr::get(integers, ArrayRef<int32_t>(numbers)));
  Value rest = arith::IndexCastOp::create(k, k.getI32Type(), k.sub(k.index(op.channels), channel));
  Value exist =
      arith::CmpIOp::create(k, arith::CmpIPredicate::slt, lanes, k.broadcast(rest, integers));
  return arith::SelectOp::create(k, exist, read, k.constant(type, 0));
}

Value applyTail(codegen::KernelBuilder &k, const TailCode &tail, Value value, Value index,
                Value channel) {
  auto type = cast<VectorType>(value.getType());
  for (const TailCode::Op &op : tail.ops)
    switch (op.kind) {
    case TailOp::kClamp:
      value = k.clampF32(value, op.low, op.high);
      break;
    case TailOp::kAdd:
      value = arith::AddFOp::create(k, value, addend(k, op, type, index, channel));
      break;
    case TailOp::kPrelu: {
      Value slope = k.loadVector(type, k.buffer(op.buffer), channel);
      Value isNegative =
          arith::CmpFOp::create(k, arith::CmpFPredicate::OLT, value, k.constant(type, 0));
      value = arith::SelectOp::create(k, isNegative, arith::MulFOp::create(k, value, slope), value);
      break;
    }
    }
  return value;
}

} // namespace tandem::cpu
