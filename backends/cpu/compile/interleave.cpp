#include "backends/cpu/compile/interleave.h"

using namespace mlir;

namespace tandem::cpu {

Value interleave(codegen::KernelBuilder &k, Value a, Value b, bool upper) {
  constexpr int64_t kParts = 4; // of 128 bits
  int64_t elements = cast<VectorType>(a.getType()).getNumElements(), part = elements / kParts;
  SmallVector<int64_t> order;
  for (int64_t first = 0; first < elements; first += part)
    for (int64_t i = 0; i < part / 2; ++i) {
      int64_t from = first + i + (upper ? part / 2 : 0);
      order.append({from, elements + from});
    }
  return vector::ShuffleOp::create(k, a, b, order);
}

} // namespace tandem::cpu
