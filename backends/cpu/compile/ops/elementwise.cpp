// Ops on one element at a time: plain types. Quantized ones are in quantized_elementwise.cpp.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/map.h"
#include "backends/cpu/compile/math_f32.h"
#include "backends/cpu/compile/pow.h"
#include "backends/cpu/compile/quantized_elementwise.h"
#include "backends/cpu/compile/strided.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

static graph::Activation activationOf(Operation *op) {
  auto attribute = op->getAttrOfType<graph::ActivationAttr>("activation");
  return attribute ? attribute.getValue() : graph::Activation::None;
}

static float alphaOf(Operation *op) {
  auto attribute = op->getAttrOfType<FloatAttr>("alpha");
  return attribute ? static_cast<float>(attribute.getValueAsDouble()) : 1.0f;
}

static Support supportsUnary(Operation *op) {
  return graph::isQuantized(op->getOperand(0).getType()) ? supportsQuantizedUnary(op)
                                                         : supportsF32(op);
}

static void planUnary(Operation *op, Plan &plan) {
  if (graph::isQuantized(op->getOperand(0).getType()))
    return planQuantizedUnary(op, plan);
  std::string name = op->getName().getStringRef().str();
  float alpha = alphaOf(op);
  planMap(
      op->getOperand(0), op->getResult(0),
      [=](KernelBuilder &k, Value x) { return unaryF32(k, name, alpha, x); }, Buffers(plan), plan);
}

namespace {
enum class Binary { kAdd, kSub, kMul, kDiv, kMaximum, kMinimum, kPow, kSquaredDifference, kPrelu };

Value binaryF32(KernelBuilder &k, Binary kind, Value a, Value b) {
  switch (kind) {
  case Binary::kAdd:
    return arith::AddFOp::create(k, a, b);
  case Binary::kSub:
    return arith::SubFOp::create(k, a, b);
  case Binary::kMul:
    return arith::MulFOp::create(k, a, b);
  case Binary::kDiv:
    return arith::DivFOp::create(k, a, b);
  case Binary::kMaximum:
    return arith::MaximumFOp::create(k, a, b);
  case Binary::kMinimum:
    return arith::MinimumFOp::create(k, a, b);
  case Binary::kPow:
    return powF32(k, a, b);
  case Binary::kSquaredDifference: {
    Value difference = arith::SubFOp::create(k, a, b);
    return arith::MulFOp::create(k, difference, difference);
  }
  case Binary::kPrelu: {
    Value negative =
        arith::CmpFOp::create(k, arith::CmpFPredicate::OLT, a, k.constant(a.getType(), 0));
    return arith::SelectOp::create(k, negative, arith::MulFOp::create(k, a, b), a);
  }
  }
  llvm_unreachable("binary op");
}

/// Integers wrap; null for ops that they do not have.
Value binaryInteger(KernelBuilder &k, Binary kind, Value a, Value b) {
  switch (kind) {
  case Binary::kAdd:
    return arith::AddIOp::create(k, a, b);
  case Binary::kSub:
    return arith::SubIOp::create(k, a, b);
  case Binary::kMul:
    return arith::MulIOp::create(k, a, b);
  case Binary::kMaximum:
    return arith::MaxSIOp::create(k, a, b);
  case Binary::kMinimum:
    return arith::MinSIOp::create(k, a, b);
  default:
    return {};
  }
}
/// Ends of an activation, which are whole; infinite ones are left out.
Value clampWhole(KernelBuilder &k, Value value, float low, float high) {
  Type type = value.getType();
  if (!std::isinf(low))
    value = arith::MaxSIOp::create(k, value, k.constant(type, low));
  if (!std::isinf(high))
    value = arith::MinSIOp::create(k, value, k.constant(type, high));
  return value;
}
bool hasIntegers(Binary kind) {
  return kind == Binary::kAdd || kind == Binary::kSub || kind == Binary::kMul ||
         kind == Binary::kMaximum || kind == Binary::kMinimum;
}

std::optional<Binary> binaryKind(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<Binary>>(op)
      .Case([](graph::AddOp) { return Binary::kAdd; })
      .Case([](graph::SubOp) { return Binary::kSub; })
      .Case([](graph::MulOp) { return Binary::kMul; })
      .Case([](graph::DivOp) { return Binary::kDiv; })
      .Case([](graph::MaximumOp) { return Binary::kMaximum; })
      .Case([](graph::MinimumOp) { return Binary::kMinimum; })
      .Case([](graph::PowOp) { return Binary::kPow; })
      .Case([](graph::SquaredDifferenceOp) { return Binary::kSquaredDifference; })
      .Case([](graph::PreluOp) { return Binary::kPrelu; })
      .Default([](Operation *) { return std::nullopt; });
}
} // namespace

static Support supportsBinary(Operation *op) {
  Type type = graph::tensorType(op->getResult(0)).getElementType();
  if (graph::isQuantized(type))
    return supportsQuantizedBinary(op);
  bool isInteger = type.isSignlessInteger(32) || type.isSignlessInteger(64);
  return isInteger && hasIntegers(*binaryKind(op)) ? Support::yes() : supportsF32(op);
}

static void planBinary(Operation *op, Plan &plan) {
  if (graph::isQuantized(op->getResult(0).getType()))
    return planQuantizedBinary(op, plan);
  Buffers buffers(plan);
  unsigned lhs = buffers.add(op->getOperand(0)), rhs = buffers.add(op->getOperand(1));
  unsigned output = buffers.add(op->getResult(0));
  auto shapeOf = [](Value value) { return graph::tensorType(value).getShape().vec(); };
  std::vector<int64_t> lhsShape = shapeOf(op->getOperand(0)), rhsShape = shapeOf(op->getOperand(1)),
                       shape = shapeOf(op->getResult(0));
  Binary kind = *binaryKind(op);
  auto [low, high] = clampRange(activationOf(op));
  plan.step({buffers.types,
             [=, low = low, high = high](KernelBuilder &k) {
               StridedNest nest(shape);
               nest.addDense(lhsShape);
               nest.addDense(rhsShape);
               nest.addDense(shape);
               nest.build(k, [&](ArrayRef<Value> at) {
                 Value a = k.load(k.buffer(lhs), at[0]), b = k.load(k.buffer(rhs), at[1]);
                 Value result = isa<FloatType>(a.getType())
                                    ? k.clampF32(binaryF32(k, kind, a, b), low, high)
                                    : clampWhole(k, binaryInteger(k, kind, a, b), low, high);
                 k.store(result, k.buffer(output), at[2]);
               });
             }},
            buffers.ids);
}

void registerElementwise(HandlerTable &table) {
  OpHandler unary{supportsUnary, planUnary}, binary{supportsBinary, planBinary};
  table.add<graph::ReluOp>(unary);
  table.add<graph::Relu6Op>(unary);
  table.add<graph::ReluN1To1Op>(unary);
  table.add<graph::SigmoidOp>(unary);
  table.add<graph::TanhOp>(unary);
  table.add<graph::HardSwishOp>(unary);
  table.add<graph::HardSigmoidOp>(unary);
  table.add<graph::GeluOp>(unary);
  table.add<graph::ExpOp>(unary);
  table.add<graph::LogOp>(unary);
  table.add<graph::SqrtOp>(unary);
  table.add<graph::RsqrtOp>(unary);
  table.add<graph::AbsOp>(unary);
  table.add<graph::NegOp>(unary);
  table.add<graph::FloorOp>(unary);
  table.add<graph::LeakyReluOp>(unary);
  table.add<graph::EluOp>(unary);
  table.add<graph::AddOp>(binary);
  table.add<graph::SubOp>(binary);
  table.add<graph::MulOp>(binary);
  table.add<graph::DivOp>(binary);
  table.add<graph::MaximumOp>(binary);
  table.add<graph::MinimumOp>(binary);
  table.add<graph::PowOp>(binary);
  table.add<graph::SquaredDifferenceOp>(binary);
  table.add<graph::PreluOp>(binary);
}

} // namespace tandem::cpu
