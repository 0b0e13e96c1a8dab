// l2_normalization and local_response_norm. Of codes: quantized_l2_normalization.cpp.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/pow.h"
#include "backends/cpu/compile/quantized_l2_normalization.h"
#include "backends/cpu/compile/rows.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
Value square(KernelBuilder &k, Value x) {
  return arith::MulFOp::create(k, x, x);
}

/// The sum of the squares of elements [from, to) of a row that begins at `first`, `step` apart.
Value sumOfSquares(KernelBuilder &k, Value buffer, Value first, Value from, Value to,
                   int64_t step) {
  // reassoc is what lets the sum be split over lanes.
  constexpr auto kReassoc = arith::FastMathFlags::reassoc;
  return k.loop(from, to, 1, k.constant(k.getF32Type(), 0), [&](Value i, ValueRange sum) {
    Value x = k.load(buffer, k.add(first, k.mul(i, step)));
    return Values{arith::AddFOp::create(k, sum[0], square(k, x), kReassoc)};
  })[0];
}

void planL2Normalization(Operation *op, Plan &plan) {
  auto normalization = cast<graph::L2NormalizationOp>(op);
  if (graph::isQuantized(normalization.getInput().getType()))
    return planQuantizedL2Normalization(normalization, plan);
  Rows rows = rowsAlong(graph::tensorType(normalization.getInput()).getShape(),
                        static_cast<int64_t>(normalization.getAxis()));
  Buffers buffers(plan);
  unsigned input = buffers.add(normalization.getInput());
  unsigned output = buffers.add(normalization.getResult());
  auto build = [=](KernelBuilder &k) {
    constexpr double kLeastRoot = 1e-6;
    rows.build(k, [&](Value first, Value) {
      Value sum =
          sumOfSquares(k, k.buffer(input), first, k.index(0), k.index(rows.length), rows.step);
      Value root = arith::MaximumFOp::create(k, math::SqrtOp::create(k, sum),
                                             k.constant(k.getF32Type(), kLeastRoot));
      k.loop(rows.length, [&](Value i) {
        Value place = rows.place(k, first, i);
        Value x = k.load(k.buffer(input), place);
        k.store(arith::DivFOp::create(k, x, root), k.buffer(output), place);
      });
    });
  };
  plan.step({buffers.types, build}, buffers.ids);
}

Support supportsL2Normalization(Operation *op) {
  return graph::isQuantized(op->getOperand(0).getType()) ? supportsQuantizedL2Normalization(op)
                                                         : supportsF32(op);
}

void planLocalResponseNorm(Operation *op, Plan &plan) {
  auto norm = cast<graph::LocalResponseNormOp>(op);
  RankedTensorType type = graph::tensorType(norm.getInput());
  Rows rows = rowsAlong(type.getShape(), type.getRank() - 1);
  // No farther than the row is long, so that no index runs over.
  int64_t radius = std::min<int64_t>(static_cast<int64_t>(norm.getRadius()), rows.length);
  float bias = norm.getBias().convertToFloat(), alpha = norm.getAlpha().convertToFloat(),
        beta = norm.getBeta().convertToFloat();
  Buffers buffers(plan);
  unsigned input = buffers.add(norm.getInput()), output = buffers.add(norm.getResult());
  auto build = [=](KernelBuilder &k) {
    auto real = [&](float value) { return k.constant(k.getF32Type(), value); };
    rows.build(k, [&](Value first, Value) {
      k.loop(rows.length, [&](Value channel) {
        Value from = k.larger(k.add(channel, -radius), k.index(0));
        Value to = k.smaller(k.add(channel, radius + 1), k.index(rows.length));
        Value sum = sumOfSquares(k, k.buffer(input), first, from, to, 1);
        Value base =
            arith::AddFOp::create(k, real(bias), arith::MulFOp::create(k, real(alpha), sum));
        Value place = k.add(first, channel), x = k.load(k.buffer(input), place);
        k.store(arith::MulFOp::create(k, x, powF32(k, base, real(-beta))), k.buffer(output), place);
      });
    });
  };
  plan.step({buffers.types, build}, buffers.ids);
}
} // namespace

void registerNormalization(HandlerTable &table) {
  table.add<graph::L2NormalizationOp>({supportsL2Normalization, planL2Normalization});
  table.add<graph::LocalResponseNormOp>({supportsF32, planLocalResponseNorm});
}

} // namespace tandem::cpu
