// softmax and log_softmax.
#include "backends/reference/run/rows.h"
#include "base/quantized_softmax.h"

#include <cmath>

namespace tandem::reference {
namespace {

float largestOf(const float *x, const Rows &rows) {
  float largest = x[0];
  for (int64_t i = 1; i < rows.length; ++i)
    largest = std::max(largest, x[i * rows.inner]);
  return largest;
}

void softmaxRow(const float *x, float *y, const Rows &rows, float beta) {
  float largest = largestOf(x, rows), sum = 0;
  for (int64_t i = 0; i < rows.length; ++i) {
    float power = std::exp((x[i * rows.inner] - largest) * beta);
    y[i * rows.inner] = power;
    sum += power;
  }
  for (int64_t i = 0; i < rows.length; ++i)
    y[i * rows.inner] /= sum;
}

void logSoftmaxRow(const float *x, float *y, const Rows &rows) {
  float largest = largestOf(x, rows), sum = 0;
  for (int64_t i = 0; i < rows.length; ++i)
    sum += std::exp(x[i * rows.inner] - largest);
  float logarithm = std::log(sum);
  for (int64_t i = 0; i < rows.length; ++i)
    y[i * rows.inner] = x[i * rows.inner] - largest - logarithm;
}

Result<Kernel> prepareSoftmax(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Rows rows, rowsOf(op));
  TANDEM_ASSIGN_OR_RETURN(float beta, op.real("beta", 1.0f));
  const Tensor &in = op.operand(0), &out = op.result();
  if (in.isFloat())
    return Kernel([=, x = in.as<const float>(), y = out.as<float>()] {
      rows.forEach([&](int64_t at) { softmaxRow(x + at, y + at, rows, beta); });
    });
  if (!(beta > 0))
    return op.error("beta is ", beta, ", expected positive");
  return Kernel([=, softmax = QuantizedSoftmax(in.type, in.scale(), beta),
                 x = in.as<const uint8_t>(), y = out.as<uint8_t>()] {
    rows.forEach([&](int64_t at) { softmax.row(x + at, y + at, rows.length, rows.inner); });
  });
}

Result<Kernel> prepareLogSoftmax(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Rows rows, rowsOf(op));
  return Kernel([=, x = op.operand(0).as<const float>(), y = op.result().as<float>()] {
    rows.forEach([&](int64_t at) { logSoftmaxRow(x + at, y + at, rows); });
  });
}
} // namespace

void registerSoftmax(KernelTable &table) {
  table.add("softmax", prepareSoftmax);
  table.add("log_softmax", prepareLogSoftmax);
}

} // namespace tandem::reference
