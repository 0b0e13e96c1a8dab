// batch_norm whose parameters the model computes; of constant ones fold-batch-norm leaves nothing.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/strided.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

/// A step that writes scale / sqrt(variance + epsilon) of every channel.
static BufferId planFactors(graph::BatchNormOp op, int64_t channels, Plan &plan) {
  Buffers buffers(plan);
  unsigned scale = buffers.add(op.getScale()), variance = buffers.add(op.getVariance());
  BufferId factors = plan.scratch(channels * 4);
  unsigned output = buffers.add(factors, {ElementType::kF32, channels});
  float epsilon = op.getEpsilon().convertToFloat();
  plan.step({buffers.types,
             [=](KernelBuilder &k) {
               StridedNest nest({channels});
               nest.addDense({channels});
               nest.build(k, [&](ArrayRef<Value> at) {
                 Value sum = arith::AddFOp::create(k, k.load(k.buffer(variance), at[0]),
                                                   k.constant(k.getF32Type(), epsilon));
                 Value factor = arith::DivFOp::create(k, k.load(k.buffer(scale), at[0]),
                                                      math::SqrtOp::create(k, sum));
                 k.store(factor, k.buffer(output), at[0]);
               });
             }},
            buffers.ids);
  return factors;
}

static void planBatchNorm(Operation *generic, Plan &plan) {
  auto op = cast<graph::BatchNormOp>(generic);
  std::vector<int64_t> shape = graph::tensorType(op.getResult()).getShape().vec();
  int64_t channels = shape.back();
  BufferId factors = planFactors(op, channels, plan);
  Buffers buffers(plan);
  unsigned input = buffers.add(op.getInput()), mean = buffers.add(op.getMean());
  unsigned factor = buffers.add(factors, {ElementType::kF32, channels});
  unsigned offset = buffers.add(op.getOffset()), output = buffers.add(op.getResult());
  plan.step({buffers.types,
             [=](KernelBuilder &k) {
               StridedNest nest(shape);
               nest.addDense(shape);
               nest.addDense({channels});
               nest.build(k, [&](ArrayRef<Value> at) {
                 Value centred = arith::SubFOp::create(k, k.load(k.buffer(input), at[0]),
                                                       k.load(k.buffer(mean), at[1]));
                 Value scaled = arith::MulFOp::create(k, centred, k.load(k.buffer(factor), at[1]));
                 k.store(arith::AddFOp::create(k, scaled, k.load(k.buffer(offset), at[1])),
                         k.buffer(output), at[0]);
               });
             }},
            buffers.ids);
}

void registerBatchNorm(HandlerTable &table) {
  table.add<graph::BatchNormOp>({supportsF32, planBatchNorm});
}

} // namespace tandem::cpu
