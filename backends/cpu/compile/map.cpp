#include "backends/cpu/compile/map.h"

#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/strided.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

void planMap(Value input, Value result, const Map &map, Buffers buffers, Plan &plan) {
  plan.takeMemory(result, input, result.getDefiningOp());
  unsigned in = buffers.add(input), out = buffers.addOnce(result);
  int64_t row = rowOf(result), rows = graph::tensorType(result).getNumElements() / row;
  int64_t inStep = plan.stepOf(input), outStep = plan.stepOf(result);
  auto build = [=](KernelBuilder &k) {
    StridedNest nest({rows, row});
    nest.add({inStep, 1});
    nest.add({outStep, 1});
    nest.build(k, [&](ArrayRef<Value> at) {
      storeReal(k, map(k, loadReal(k, k.buffer(in), at[0])), k.buffer(out), at[1]);
    });
  };
  plan.step({buffers.types, build}, buffers.ids);
}

} // namespace tandem::cpu
