#include "backends/cpu/compile/copy.h"

#include "backends/cpu/compile/strided.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

void planCopy(Buffers buffers, const std::vector<int64_t> &box, const Side &from, const Side &to,
              Plan &plan, const Map &map) {
  plan.step({buffers.types,
             [=](KernelBuilder &k) {
               StridedNest nest(box);
               nest.add(from.strides, from.offset);
               nest.add(to.strides, to.offset);
               nest.build(k, [&](ArrayRef<Value> at) {
                 Value element = k.load(k.buffer(0), at[0]);
                 k.store(map ? map(k, element) : element, k.buffer(1), at[1]);
               });
             }},
            buffers.ids);
}

Buffers copyBuffers(Value input, Value output, Plan &plan) {
  Buffers buffers(plan);
  buffers.add(input);
  buffers.add(output);
  return buffers;
}

void planCopy(Value input, Value output, const std::vector<int64_t> &box, const Side &from,
              const Side &to, Plan &plan) {
  planCopy(copyBuffers(input, output, plan), box, from, to, plan);
}

} // namespace tandem::cpu
