// Ops on one element at a time: plain types. Quantized ones are in quantized_elementwise.cpp.

#include "backends/cpu/compile/chains.h"
#include "backends/cpu/compile/division.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/math_f32.h"
#include "backends/cpu/compile/pow.h"
#include "backends/cpu/compile/quantized_elementwise.h"
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

/// Of signed integers, which wrap.
static bool isInteger(Value value) {
  Type type = graph::tensorType(value).getElementType();
  return type.isSignlessInteger(32) || type.isSignlessInteger(64);
}

static Support supportsUnary(Operation *op) {
  if (graph::isQuantized(op->getOperand(0).getType()))
    return supportsQuantizedUnary(op);
  if (isa<graph::AbsOp, graph::NegOp>(op) && isInteger(op->getOperand(0)))
    return Support::yes();
  return supportsF32(op);
}

static Value unaryInteger(KernelBuilder &k, bool isAbs, Value x) {
  if (isAbs)
    return math::AbsIOp::create(k, x);
  return arith::SubIOp::create(k, k.constant(x.getType(), 0), x);
}

static ElementCode unaryCode(Operation *op) {
  if (graph::isQuantized(op->getOperand(0).getType()))
    return {};
  bool isAbs = isa<graph::AbsOp>(op);
  if (isInteger(op->getOperand(0)))
    return {[=](KernelBuilder &k, ArrayRef<Value> of) { return unaryInteger(k, isAbs, of[0]); }};
  std::string name = op->getName().getStringRef().str();
  float alpha = alphaOf(op);
  return {[=](KernelBuilder &k, ArrayRef<Value> of) { return unaryF32(k, name, alpha, of[0]); },
          takesVectorsF32(name), isLongF32(name)};
}

static void planUnary(Operation *op, Plan &plan) {
  graph::isQuantized(op->getOperand(0).getType()) ? planQuantizedUnary(op, plan)
                                                  : planChain(op, plan);
}

namespace {
using Pair = Value (*)(KernelBuilder &k, Value a, Value b);

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
  Pair real, integer;
  bool ofScalars = false; ///< only; in f64, and long
};
Binary binaryOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, Binary>(op)
      .Case([](graph::AddOp) { return Binary{make<arith::AddFOp>, make<arith::AddIOp>}; })
      .Case([](graph::SubOp) { return Binary{make<arith::SubFOp>, make<arith::SubIOp>}; })
      .Case([](graph::MulOp) { return Binary{make<arith::MulFOp>, make<arith::MulIOp>}; })
      .Case([](graph::DivOp) { return Binary{make<arith::DivFOp>, quotient}; })
      .Case([](graph::FloorDivOp) { return Binary{floorQuotientF32, floorQuotient}; })
      .Case([](graph::FloorModOp) { return Binary{floorRemainderF32, floorRemainder, true}; })
      .Case([](graph::MaximumOp) { return Binary{make<arith::MaximumFOp>, make<arith::MaxSIOp>}; })
      .Case([](graph::MinimumOp) { return Binary{make<arith::MinimumFOp>, make<arith::MinSIOp>}; })
      .Case([](graph::PowOp) { return Binary{powF32, nullptr, true}; })
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
  return isInteger(op->getResult(0)) && binaryOf(op).integer ? Support::yes() : supportsF32(op);
}

static ElementCode binaryCode(Operation *op) {
  if (graph::isQuantized(op->getResult(0).getType()))
    return {};
  Binary compute = binaryOf(op);
  auto [low, high] = clampRange(activationOf(op));
  return {[=, low = low, high = high](KernelBuilder &k, ArrayRef<Value> of) {
            return isa<FloatType>(getElementTypeOrSelf(of[0]))
                       ? k.clampF32(compute.real(k, of[0], of[1]), low, high)
                       : clampInteger(k, compute.integer(k, of[0], of[1]), low, high);
          },
          !compute.ofScalars, compute.ofScalars};
}

static void planBinary(Operation *op, Plan &plan) {
  graph::isQuantized(op->getResult(0).getType()) ? planQuantizedBinary(op, plan)
                                                 : planChain(op, plan);
}

namespace {
/// On elements as they are stored, whatever their width.
template <typename OpT> OpHandler bits() {
  return {supportsAny, planChain, ofAll, [](Operation *) {
            return ElementCode{
                [](KernelBuilder &k, ArrayRef<Value> of) { return make<OpT>(k, of[0], of[1]); }};
          }};
}

/// A negative number of places is a very large one.
template <typename OpT> ElementCode shiftCode(Operation *) {
  return {[](KernelBuilder &k, ArrayRef<Value> of) -> Value {
    Type type = of[1].getType();
    Value last = k.constant(type, static_cast<int>(type.getIntOrFloatBitWidth()) - 1);
    Value places = arith::MinUIOp::create(k, of[1], last);
    Value shifted = make<OpT>(k, of[0], places);
    if (std::is_same_v<OpT, arith::ShRSIOp>) // the sign is in every place then
      return shifted;
    Value allOut = arith::CmpIOp::create(k, arith::CmpIPredicate::ugt, of[1], last);
    return arith::SelectOp::create(k, allOut, k.constant(of[0].getType(), 0), shifted);
  }};
}
ElementCode shiftRightCode(Operation *op) {
  bool isUnsigned = graph::tensorType(op->getResult(0)).getElementType().isUnsignedInteger();
  return (isUnsigned ? shiftCode<arith::ShRUIOp> : shiftCode<arith::ShRSIOp>)(op);
}
} // namespace

void registerElementwise(HandlerTable &table) {
  OpHandler unary{supportsUnary, planUnary, ofAll, unaryCode};
  OpHandler binary{supportsBinary, planBinary, ofAll, binaryCode};
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
  table.add<graph::CeilOp>(unary);
  table.add<graph::RoundOp>(unary);
  table.add<graph::SinOp>(unary);
  table.add<graph::CosOp>(unary);
  table.add<graph::AtanOp>(unary);
  table.add<graph::ErfOp>(unary);
  table.add<graph::LeakyReluOp>(unary);
  table.add<graph::EluOp>(unary);
  table.add<graph::AddOp>(binary);
  table.add<graph::SubOp>(binary);
  table.add<graph::MulOp>(binary);
  table.add<graph::DivOp>(binary);
  table.add<graph::FloorDivOp>(binary);
  table.add<graph::FloorModOp>(binary);
  table.add<graph::MaximumOp>(binary);
  table.add<graph::MinimumOp>(binary);
  table.add<graph::PowOp>(binary);
  table.add<graph::SquaredDifferenceOp>(binary);
  table.add<graph::PreluOp>(binary);
  table.add<graph::BitwiseAndOp>(bits<arith::AndIOp>());
  table.add<graph::BitwiseOrOp>(bits<arith::OrIOp>());
  table.add<graph::BitwiseXorOp>(bits<arith::XOrIOp>());
  table.add<graph::ShiftLeftOp>({supportsAny, planChain, nullptr, shiftCode<arith::ShLIOp>});
  table.add<graph::ShiftRightOp>({supportsAny, planChain, nullptr, shiftRightCode});
}

} // namespace tandem::cpu
