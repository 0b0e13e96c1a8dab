#include "backends/cpu/compile/copy.h"
#include "backends/cpu/compile/depthwise.h"

namespace tandem::cpu {

TypedBuffer planChannels(TypedBuffer input, int64_t &step, ConvShape &shape, Plan &plan) {
  int64_t times = shape.outChannels / shape.inChannels;
  if (times == 1)
    return input;
  int64_t pixels = shape.batch * shape.inHeight * shape.inWidth;
  TypedBuffer wide = plan.scratch({input.type.element, pixels * shape.outChannels});
  Buffers buffers(plan);
  buffers.add(input);
  buffers.add(wide);
  planCopy(buffers, {pixels, shape.inChannels, times}, {{step, 1, 0}},
           {{shape.outChannels, times, 1}}, plan);
  shape.inChannels = step = shape.outChannels;
  return wide;
}

} // namespace tandem::cpu
