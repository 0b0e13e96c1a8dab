#include "backends/cpu/compile/f16_products.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

VectorType typeOfF16(KernelBuilder &k) {
  return k.vector(k.getF16Type(), k.isa().lanes());
}

Value zeroF16(KernelBuilder &k) {
  return k.constant(typeOfF16(k), 0);
}

Value plusF16(KernelBuilder &k, Value sum, Value products) {
  return arith::AddFOp::create(k, sum, arith::ExtFOp::create(k, sum.getType(), products));
}

F16Runs::F16Runs(int64_t products, int64_t activationsPerLoad) {
  int64_t runs = (products + kMostF16Sums - 1) / kMostF16Sums;
  int64_t even = (products + runs - 1) / runs;
  length = (even + activationsPerLoad - 1) / activationsPerLoad * activationsPerLoad;
  whole = products / length * length;
}

} // namespace tandem::cpu
