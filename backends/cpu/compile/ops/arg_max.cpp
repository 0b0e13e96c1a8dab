// arg_max and arg_min: the first of the largest, or smallest, elements along an axis.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/rows.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
struct ArgBest {
  bool smallest; ///< else the largest
  Rows rows;
  ElementType element; ///< of the input
  bool isLong;         ///< the result is i64, else i32
  unsigned input, output;
};

void buildArgBest(KernelBuilder &k, const ArgBest &a) {
  bool isFloat = a.element == ElementType::kF32;
  auto real = a.smallest ? arith::CmpFPredicate::OLT : arith::CmpFPredicate::OGT;
  auto integer = a.smallest ? arith::CmpIPredicate::slt : arith::CmpIPredicate::sgt;
  a.rows.build(k, [&](Value first, Value row) {
    auto element = [&](Value i) {
      Value x = k.load(k.buffer(a.input), a.rows.place(k, first, i));
      return isFloat ? x : k.toI32(x, a.element);
    };
    Value zero = k.index(0);
    Values best = k.loop(k.index(1), k.index(a.rows.length), 1, {element(zero), zero},
                         [&](Value i, ValueRange carried) {
                           Value x = element(i);
                           Value better =
                               isFloat ? Value(arith::CmpFOp::create(k, real, x, carried[0]))
                                       : Value(arith::CmpIOp::create(k, integer, x, carried[0]));
                           return Values{arith::SelectOp::create(k, better, x, carried[0]),
                                         arith::SelectOp::create(k, better, i, carried[1])};
                         });
    Type type = a.isLong ? k.getI64Type() : k.getI32Type();
    k.store(arith::IndexCastOp::create(k, type, best[1]), k.buffer(a.output), row);
  });
}

Support supportsArgBest(Operation *op) {
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

template <typename OpT> void planArgBest(Operation *op, Plan &plan) {
  auto arg = cast<OpT>(op);
  Buffers buffers(plan);
  ArgBest a = {};
  a.smallest = std::is_same_v<OpT, graph::ArgMinOp>;
  a.rows =
      rowsAlong(graph::tensorType(arg.getInput()).getShape(), static_cast<int64_t>(arg.getAxis()));
  a.input = buffers.add(arg.getInput());
  a.output = buffers.add(arg.getResult());
  a.element = buffers.types[a.input].element;
  a.isLong = buffers.types[a.output].element == ElementType::kI64;
  plan.step({buffers.types, [=](KernelBuilder &k) { buildArgBest(k, a); }}, buffers.ids);
}
} // namespace

void registerArgMax(HandlerTable &table) {
  table.add<graph::ArgMaxOp>({supportsArgBest, planArgBest<graph::ArgMaxOp>});
  table.add<graph::ArgMinOp>({supportsArgBest, planArgBest<graph::ArgMinOp>});
}

} // namespace tandem::cpu
