// Comparisons, logic on their results, and select. A truth value is a byte, true if not 0.

#include "backends/cpu/compile/chains.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
Value asByte(KernelBuilder &k, Value truth) {
  return arith::ExtUIOp::create(k, k.getI8Type(), truth);
}
Value isByte(KernelBuilder &k, arith::CmpIPredicate predicate, Value byte) {
  return arith::CmpIOp::create(k, predicate, byte, k.constant(byte.getType(), 0));
}
Value isTrue(KernelBuilder &k, Value byte) {
  return isByte(k, arith::CmpIPredicate::ne, byte);
}

/// What elements of a tensor are compared as: f32, or signed integers.
struct Comparable {
  ElementType element;
  std::optional<CodeType> codes;

  explicit Comparable(Value tensor)
      : element(*graph::elementTypeOf(graph::tensorType(tensor).getElementType())) {
    if (graph::isQuantized(tensor.getType()))
      codes = codeTypeOf(tensor);
  }
  /// Codes as TFLite compares them: in steps of 1/256, rounded.
  Value of(KernelBuilder &k, Value x) const {
    constexpr int kLeftShift = 8;
    if (codes) {
      Value steps =
          arith::ShLIOp::create(k, centred(k, x, *codes), k.constant(k.getI32Type(), kLeftShift));
      FixedMultiplier by = quantizeMultiplier(double(codes->scale));
      return multiplyRoundingTwice(k, steps, multiplierConstant(k, by, steps.getType()));
    }
    bool isWhole = element == ElementType::kF32 || element == ElementType::kI64;
    return isWhole ? x : k.toI32(x, element);
  }
};

Support supportsComparison(Operation *op) {
  for (Value operand : op->getOperands()) {
    Type type = graph::tensorType(operand).getElementType();
    ElementType element = *graph::elementTypeOf(type);
    if (element == ElementType::kF16 || element == ElementType::kBF16)
      return Support::no("compares elements of a type that has no kernel");
    if (graph::isQuantized(type) &&
        (graph::quantizationOf(type).perChannel() || elementSize(element) > 2))
      return Support::no(
          "compares codes of 32 bits, or quantized per channel, which has no kernel");
  }
  return Support::yes();
}

/// `real` and `integer` say the same of their numbers.
template <arith::CmpFPredicate real, arith::CmpIPredicate integer>
ElementCode comparisonCode(Operation *op) {
  Comparable lhs(op->getOperand(0)), rhs(op->getOperand(1));
  return {[=](KernelBuilder &k, ArrayRef<Value> elements) {
    Value a = lhs.of(k, elements[0]), b = rhs.of(k, elements[1]);
    return asByte(k, isa<FloatType>(a.getType()) ? Value(arith::CmpFOp::create(k, real, a, b))
                                                 : Value(arith::CmpIOp::create(k, integer, a, b)));
  }};
}

template <typename LogicOp> ElementCode logicCode(Operation *) {
  return {[](KernelBuilder &k, ArrayRef<Value> bytes) {
    return asByte(k, LogicOp::create(k, isTrue(k, bytes[0]), isTrue(k, bytes[1])));
  }};
}

ElementCode notCode(Operation *) {
  return {[](KernelBuilder &k, ArrayRef<Value> bytes) {
    return asByte(k, isByte(k, arith::CmpIPredicate::eq, bytes[0]));
  }};
}

ElementCode selectCode(Operation *) {
  return {[](KernelBuilder &k, ArrayRef<Value> elements) -> Value {
    return arith::SelectOp::create(k, isTrue(k, elements[0]), elements[1], elements[2]);
  }};
}

template <typename OpT, arith::CmpFPredicate real, arith::CmpIPredicate integer>
void addComparison(HandlerTable &table) {
  table.add<OpT>({supportsComparison, planChain, nullptr, comparisonCode<real, integer>});
}
} // namespace

void registerComparison(HandlerTable &table) {
  using Real = arith::CmpFPredicate;
  using Integer = arith::CmpIPredicate;
  addComparison<graph::EqualOp, Real::OEQ, Integer::eq>(table);
  addComparison<graph::NotEqualOp, Real::UNE, Integer::ne>(table);
  addComparison<graph::LessOp, Real::OLT, Integer::slt>(table);
  addComparison<graph::LessEqualOp, Real::OLE, Integer::sle>(table);
  addComparison<graph::GreaterOp, Real::OGT, Integer::sgt>(table);
  addComparison<graph::GreaterEqualOp, Real::OGE, Integer::sge>(table);
  table.add<graph::LogicalAndOp>({supportsAny, planChain, nullptr, logicCode<arith::AndIOp>});
  table.add<graph::LogicalOrOp>({supportsAny, planChain, nullptr, logicCode<arith::OrIOp>});
  table.add<graph::LogicalNotOp>({supportsAny, planChain, nullptr, notCode});
  table.add<graph::SelectOp>({supportsAny, planChain, nullptr, selectCode});
}

} // namespace tandem::cpu
