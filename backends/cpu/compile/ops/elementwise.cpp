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
using Combine = Value (*)(KernelBuilder &k, Value a, Value b);

template <typename OpT> Value make(KernelBuilder &k, Value a, Value b) {
  return OpT::create(k, a, b);
}
Value squaredDifference(KernelBuilder &k, Value a, Value b) {
  Value difference = arith::SubFOp::create(k, a, b);
  return arith::MulFOp::create(k, difference, difference);
}
Value prelu(KernelBuilder &k, Value x, Value slope) {
  Value negative =
      arith::CmpFOp::create(k, arith::CmpFPredicate::OLT, x, k.constant(x.getType(), 0));
  return arith::SelectOp::create(k, negative, arith::MulFOp::create(k, x, slope), x);
}

/// The element of an op in f32, and in integers, which wrap; null where it has none.
struct Binary {
  Combine real, integer;
};
Binary binaryOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, Binary>(op)
      .Case([](graph::AddOp) { return Binary{make<arith::AddFOp>, make<arith::AddIOp>}; })
      .Case([](graph::SubOp) { return Binary{make<arith::SubFOp>, make<arith::SubIOp>}; })
      .Case([](graph::MulOp) { return Binary{make<arith::MulFOp>, make<arith::MulIOp>}; })
      .Case([](graph::DivOp) { return Binary{make<arith::DivFOp>, nullptr}; })
      .Case([](graph::MaximumOp) { return Binary{make<arith::MaximumFOp>, make<arith::MaxSIOp>}; })
      .Case([](graph::MinimumOp) { return Binary{make<arith::MinimumFOp>, make<arith::MinSIOp>}; })
      .Case([](graph::PowOp) { return Binary{powF32, nullptr}; })
      .Case([](graph::SquaredDifferenceOp) { return Binary{squaredDifference, nullptr}; })
      .Case([](graph::PreluOp) { return Binary{prelu, nullptr}; });
}

/// Ends of an activation, which are whole; infinite ones are left out.
Value clampInteger(KernelBuilder &k, Value value, float low, float high) {
  Type type = value.getType();
  if (!std::isinf(low))
    value = arith::MaxSIOp::create(k, value, k.constant(type, low));
  if (!std::isinf(high))
    value = arith::MinSIOp::create(k, value, k.constant(type, high));
  return value;
}
} // namespace

static Support supportsBinary(Operation *op) {
  Type type = graph::tensorType(op->getResult(0)).getElementType();
  if (graph::isQuantized(type))
    return supportsQuantizedBinary(op);
  bool isInteger = type.isSignlessInteger(32) || type.isSignlessInteger(64);
  return isInteger && binaryOf(op).integer ? Support::yes() : supportsF32(op);
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
  Binary compute = binaryOf(op);
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
                                    ? k.clampF32(compute.real(k, a, b), low, high)
                                    : clampInteger(k, compute.integer(k, a, b), low, high);
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
