#include "backends/reference/run/op.h"

#include <cmath>

namespace tandem::reference {

static Result<Kernel> prepareBatchNorm(const Op &op) {
  const Shape &shape = op.operand(0).shape;
  bool fits = !shape.empty() && op.result().shape == shape;
  for (size_t i = 1; i < 5; ++i)
    fits = fits && op.operand(i).shape == Shape{shape.back()};
  if (!fits)
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(float epsilon, op.real("epsilon"));
  auto parameter = [&](size_t i) { return op.operand(i).as<const float>(); };
  return Kernel([=, count = op.result().count(), channels = shape.back(),
                 x = op.operand(0).as<const float>(), y = op.result().as<float>(),
                 scale = parameter(1), offset = parameter(2), mean = parameter(3),
                 variance = parameter(4)] {
    for (int64_t i = 0; i < count; ++i) {
      int64_t c = i % channels;
      y[i] = (x[i] - mean[c]) * (scale[c] / std::sqrt(variance[c] + epsilon)) + offset[c];
    }
  });
}

void registerBatchNorm(KernelTable &table) {
  table.add("batch_norm", prepareBatchNorm);
}

} // namespace tandem::reference
