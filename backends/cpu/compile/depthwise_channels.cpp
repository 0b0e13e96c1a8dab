#include "backends/cpu/compile/copy.h"
#include "backends/cpu/compile/depthwise.h"

namespace tandem::cpu {

TypedBuffer planChannels(TypedBuffer input, ConvShape &shape, Plan &plan) {
  int64_t times = shape.outChannels / shape.inChannels;
  if (times == 1)
    return input;
  int64_t pixels = input.type.count / shape.inChannels;
  TypedBuffer wide = plan.scratch({input.type.element, input.type.count * times});
  Buffers buffers(plan);
  buffers.add(input);
  buffers.add(wide);
  planCopy(buffers, {pixels, shape.inChannels, times}, {{shape.inChannels, 1, 0}},
           {{shape.outChannels, times, 1}}, plan);
  shape.inChannels = shape.outChannels;
  return wide;
}

} // namespace tandem::cpu
