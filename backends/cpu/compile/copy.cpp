#include "backends/cpu/compile/copy.h"

#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/strided.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

std::vector<int64_t> dimensionsOf(Value value) {
  return graph::tensorType(value).getShape().vec();
}

/// Of reals that are stored as f32 or in 16 bits, each.
static void copyElement(KernelBuilder &k, Value from, Value at, Value to, Value place) {
  if (cast<MemRefType>(from.getType()).getElementType() ==
      cast<MemRefType>(to.getType()).getElementType())
    k.store(k.load(from, at), to, place);
  else
    storeReal(k, loadReal(k, from, at), to, place);
}

/// From one of the kernel's buffers to another, or inside one.
static void planCopy(const Buffers &buffers, unsigned input, unsigned output,
                     const std::vector<int64_t> &box, const Side &from, const Side &to,
                     const Map &map, Plan &plan) {
  auto build = [=](KernelBuilder &k) {
    StridedNest nest(box);
    nest.add(from.strides, from.offset);
    nest.add(to.strides, to.offset);
    nest.build(k, [&](ArrayRef<Value> at) {
      if (map)
        k.store(map(k, k.load(k.buffer(input), at[0])), k.buffer(output), at[1]);
      else
        copyElement(k, k.buffer(input), at[0], k.buffer(output), at[1]);
    });
  };
  plan.step({buffers.types, build}, buffers.ids);
}

void planCopy(Buffers buffers, const std::vector<int64_t> &box, const Side &from, const Side &to,
              Plan &plan, const Map &map) {
  planCopy(buffers, 0, 1, box, from, to, map, plan);
}

void planCopyWithin(Value value, const std::vector<int64_t> &box, const Side &from, const Side &to,
                    Plan &plan) {
  Buffers buffers(plan);
  unsigned both = buffers.add(value);
  planCopy(buffers, both, both, box, from, to, {}, plan);
}

Buffers copyBuffers(Value input, Value output, Plan &plan) {
  Buffers buffers(plan);
  buffers.add(input);
  buffers.add(output);
  return buffers;
}

void planCopy(TypedBuffer input, TypedBuffer output, const std::vector<int64_t> &box,
              const Side &from, const Side &to, Plan &plan) {
  Buffers buffers(plan);
  buffers.add(input);
  buffers.add(output);
  planCopy(std::move(buffers), box, from, to, plan);
}

void planCopy(Value input, Value output, const std::vector<int64_t> &box, const Side &from,
              const Side &to, Plan &plan) {
  planCopy(plan.typed(input), plan.typed(output), box, from, to, plan);
}

void planFill(TypedBuffer buffer, double stored, Plan &plan) {
  planFill(buffer, stored, {buffer.type.count}, {{1}}, plan);
}

void planFill(TypedBuffer buffer, double stored, const std::vector<int64_t> &box, const Side &side,
              Plan &plan) {
  Buffers buffers(plan);
  buffers.add(buffer);
  auto build = [=, element = buffer.type.element](KernelBuilder &k) {
    StridedNest nest(box);
    nest.add(side.strides, side.offset);
    Value fill = k.constant(k.elementType(element), stored);
    nest.build(k, [&](ArrayRef<Value> at) { k.store(fill, k.buffer(0), at[0]); });
  };
  plan.step({buffers.types, build}, buffers.ids);
}

double storedAs(Value tensor, float real) {
  if (!graph::isQuantized(tensor.getType()))
    return real;
  CodeType codes = codeTypeOf(tensor);
  return quantizeReal(real, codes.element, codes.scale, codes.zeroPoint);
}

Support supportsFill(Operation *op) {
  Type type = graph::tensorType(op->getResult(0)).getElementType();
  if (graph::quantizationOf(type).perChannel())
    return Support::no("pads a tensor quantized per channel, which has no kernel");
  return Support::yes();
}

} // namespace tandem::cpu
