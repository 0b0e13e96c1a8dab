// arg_max: the first of the largest elements along an axis.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/rows.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
struct ArgMax {
  Rows rows;
  ElementType element; ///< of the input
  bool isLong;         ///< the result is i64, else i32
  unsigned input, output;
};

void buildArgMax(KernelBuilder &k, const ArgMax &a) {
  bool isFloat = a.element == ElementType::kF32;
  a.rows.build(k, [&](Value first, Value row) {
    auto element = [&](Value i) {
      Value x = k.load(k.buffer(a.input), k.add(first, k.mul(i, a.rows.step)));
      return isFloat ? x : k.toI32(x, a.element);
    };
    Value zero = k.index(0);
    Values best = k.loop(
        k.index(1), k.index(a.rows.length), 1, {element(zero), zero},
        [&](Value i, ValueRange carried) {
          Value x = element(i);
          Value larger =
              isFloat ? Value(arith::CmpFOp::create(k, arith::CmpFPredicate::OGT, x, carried[0]))
                      : Value(arith::CmpIOp::create(k, arith::CmpIPredicate::sgt, x, carried[0]));
          return Values{arith::SelectOp::create(k, larger, x, carried[0]),
                        arith::SelectOp::create(k, larger, i, carried[1])};
        });
    Type type = a.isLong ? k.getI64Type() : k.getI32Type();
    k.store(arith::IndexCastOp::create(k, type, best[1]), k.buffer(a.output), row);
  });
}

Support supportsArgMax(Operation *op) {
  switch (*graph::elementTypeOf(graph::tensorType(op->getOperand(0)).getElementType())) {
  case ElementType::kF32:
  case ElementType::kI8:
  case ElementType::kU8:
  case ElementType::kI16:
  case ElementType::kI32:
    return Support::yes();
  default:
    return Support::no("compares elements of a type that has no kernel");
  }
}

void planArgMax(Operation *op, Plan &plan) {
  auto argMax = cast<graph::ArgMaxOp>(op);
  Buffers buffers(plan);
  ArgMax a = {rowsAlong(graph::tensorType(argMax.getInput()).getShape(),
                        static_cast<int64_t>(argMax.getAxis())),
              {},
              false,
              0,
              0};
  a.input = buffers.add(argMax.getInput());
  a.output = buffers.add(argMax.getResult());
  a.element = buffers.types[a.input].element;
  a.isLong = buffers.types[a.output].element == ElementType::kI64;
  plan.step({buffers.types, [=](KernelBuilder &k) { buildArgMax(k, a); }}, buffers.ids);
}
} // namespace

void registerArgMax(HandlerTable &table) {
  table.add<graph::ArgMaxOp>({supportsArgMax, planArgMax});
}

} // namespace tandem::cpu
