#include "backends/cpu/compile/rows.h"

#include "backends/cpu/compile/strided.h"

using namespace mlir;

namespace tandem::cpu {

void Rows::build(codegen::KernelBuilder &k, function_ref<void(Value, Value)> body) const {
  StridedNest nest(sizes);
  nest.add(strides);
  nest.addDense(sizes);
  nest.build(k, [&](ArrayRef<Value> at) { body(at[0], at[1]); });
}

Value Rows::reduce(codegen::KernelBuilder &k, Value start,
                   function_ref<Value(Value, Value)> body) const {
  auto next = [&](Value i, ValueRange soFar) {
    return codegen::KernelBuilder::Values{body(i, soFar[0])};
  };
  return k.loop(k.index(0), k.index(length), 1, start, next)[0];
}

codegen::KernelBuilder::Values reduceVectors(codegen::KernelBuilder &k, int64_t length,
                                             ValueRange results,
                                             function_ref<Value(Value, Value)> body) {
  int64_t lanes = k.isa().lanes(), turn = kTurns * lanes, whole = length / turn * turn;
  auto round = [&](Value i, ValueRange soFar) {
    codegen::KernelBuilder::Values next;
    for (Value result : soFar)
      next.push_back(body(k.add(i, static_cast<int64_t>(next.size()) * lanes), result));
    return next;
  };
  codegen::KernelBuilder::Values all = k.loop(k.index(0), k.index(whole), turn, results, round);
  for (int64_t i = whole; i < length; i += lanes) {
    Value &result = all[static_cast<size_t>((i - whole) / lanes)];
    result = body(k.index(std::min(i, length - lanes)), result);
  }
  return all;
}

Value joinTurns(codegen::KernelBuilder::Values results, function_ref<Value(Value, Value)> join) {
  static_assert(kTurns > 0 && (kTurns & (kTurns - 1)) == 0, "pairs of pairs");
  while (results.size() > 1) {
    codegen::KernelBuilder::Values pairs;
    for (size_t i = 0; i < results.size(); i += 2)
      pairs.push_back(join(results[i], results[i + 1]));
    results = std::move(pairs);
  }
  return results[0];
}

Rows rowsAlong(ArrayRef<int64_t> shape, int64_t axis) {
  std::vector<int64_t> strides = denseStrides(shape);
  Rows rows = {{}, {}, shape[static_cast<size_t>(axis)], strides[static_cast<size_t>(axis)]};
  for (size_t d = 0; d < shape.size(); ++d)
    if (d != static_cast<size_t>(axis)) {
      rows.sizes.push_back(shape[d]);
      rows.strides.push_back(strides[d]);
    }
  return rows;
}

} // namespace tandem::cpu
