// fully_connected and batch_matmul.
#include "backends/reference/run/product.h"
#include "backends/reference/run/walk.h"

namespace tandem::reference {
namespace {

Result<Kernel> prepareFullyConnected(const Op &op) {
  const Shape &in = op.operand(0).shape, &filter = op.operand(1).shape;
  if (in.size() != 2 || filter.size() != 2 || in[1] != filter[1] ||
      op.result().shape != Shape{in[0], filter[0]})
    return op.wrongShape();
  ProductShape shape = {};
  shape.batches = in[0];
  shape.inHeight = shape.inWidth = shape.outHeight = shape.outWidth = 1;
  shape.kernelHeight = shape.kernelWidth = 1;
  shape.inChannels = shape.channelsOfGroup = in[1];
  shape.outChannels = filter[0];
  shape.groups = 1;
  shape.filterTapStep = shape.filterOutStep = filter[1];
  bool isI8 = op.operand(0).type == ElementType::kI8;
  return prepareProduct(op, shape,
                        {.once = isI8, .productInFloat = !op.operand(1).quantization.perChannel()});
}

/// Batches of `rows x inner` times `inner x columns`, any of both stored transposed.
Result<Kernel> prepareBatchMatmul(const Op &op) {
  const Shape &lhs = op.operand(0).shape, &rhs = op.operand(1).shape, &out = op.result().shape;
  size_t rank = lhs.size();
  if (rank < 2 || rhs.size() != rank || out.size() != rank ||
      !std::equal(lhs.begin(), lhs.end() - 2, rhs.begin()) ||
      !std::equal(lhs.begin(), lhs.end() - 2, out.begin()))
    return op.wrongShape();
  bool turnLhs = op.flag("transpose_lhs"), turnRhs = op.flag("transpose_rhs");
  int64_t rows = lhs[rank - 2 + turnLhs], inner = lhs[rank - 1 - turnLhs];
  int64_t columns = rhs[rank - 1 - turnRhs];
  if (rhs[rank - 2 + turnRhs] != inner || out[rank - 2] != rows || out[rank - 1] != columns)
    return op.wrongShape();
  int64_t batches = op.result().count() / (rows * columns);
  int64_t rowStep = turnLhs ? 1 : inner, lhsStep = turnLhs ? rows : 1;
  int64_t columnStep = turnRhs ? inner : 1, rhsStep = turnRhs ? 1 : columns;
  return [=, a = op.operand(0).as<const float>(), b = op.operand(1).as<const float>(),
          c = op.result().as<float>()] {
    for (int64_t n = 0; n < batches; ++n)
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j) {
          const float *x = a + n * rows * inner + i * rowStep;
          const float *y = b + n * inner * columns + j * columnStep;
          float sum = 0;
          for (int64_t k = 0; k < inner; ++k)
            sum += x[k * lhsStep] * y[k * rhsStep];
          c[(n * rows + i) * columns + j] = sum;
        }
  };
}
} // namespace

void registerMatrixProduct(KernelTable &table) {
  table.add("fully_connected", prepareFullyConnected);
  table.add("batch_matmul", prepareBatchMatmul);
}

} // namespace tandem::reference
