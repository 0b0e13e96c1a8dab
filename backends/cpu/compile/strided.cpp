#include "backends/cpu/compile/strided.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

/// Elements that a unit of a one-dimensional loop has: enough to be worth a thread's attention.
constexpr int64_t kChunk = 4096;

int64_t Chunks::perRow() const {
  return (elements + kChunk - 1) / kChunk;
}

void Chunks::build(KernelBuilder &k, function_ref<void(Value, Value, Value, Value)> body) const {
  k.units = rows * perRow();
  k.loop(k.begin(), k.end(), 1, [&](Value chunk) {
    Value row = rows == 1 ? k.index(0) : k.div(chunk, perRow());
    Value inRow = k.mul(k.sub(chunk, k.mul(row, perRow())), kChunk);
    Value start = k.mul(row, elements);
    Value end = k.smaller(k.add(inRow, kChunk), k.index(elements));
    body(chunk, row, k.add(start, inRow), k.add(start, end));
  });
}

std::vector<int64_t> denseStrides(ArrayRef<int64_t> shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

unsigned StridedNest::add(ArrayRef<int64_t> strides, int64_t offset) {
  strides_.emplace_back(strides.begin(), strides.end());
  offsets_.push_back(offset);
  return static_cast<unsigned>(strides_.size() - 1);
}

std::vector<int64_t> broadcastStrides(ArrayRef<int64_t> box, ArrayRef<int64_t> shape,
                                      ArrayRef<int64_t> strides) {
  std::vector<int64_t> all(box.size(), 0);
  size_t missing = box.size() - shape.size();
  for (size_t i = 0; i < shape.size(); ++i)
    all[missing + i] = shape[i] == 1 ? 0 : strides[i];
  return all;
}

unsigned StridedNest::addBroadcast(ArrayRef<int64_t> shape, ArrayRef<int64_t> own) {
  return add(broadcastStrides(sizes_, shape, own));
}

unsigned StridedNest::addDense(ArrayRef<int64_t> shape) {
  return addBroadcast(shape, denseStrides(shape));
}

/// Leaves out dimensions of 1 and joins neighbours that all operands walk as one.
void StridedNest::simplify() {
  std::vector<int64_t> sizes;
  std::vector<std::vector<int64_t>> strides(strides_.size());
  for (size_t d = 0; d < sizes_.size(); ++d) {
    if (sizes_[d] == 1)
      continue;
    bool joins = !sizes.empty();
    for (size_t o = 0; o < strides.size() && joins; ++o)
      joins = strides[o].back() == strides_[o][d] * sizes_[d];
    if (joins)
      sizes.back() *= sizes_[d];
    else
      sizes.push_back(sizes_[d]);
    for (size_t o = 0; o < strides.size(); ++o) {
      if (joins)
        strides[o].back() = strides_[o][d];
      else
        strides[o].push_back(strides_[o][d]);
    }
  }
  sizes_ = std::move(sizes);
  strides_ = std::move(strides);
}

void StridedNest::build(KernelBuilder &k, function_ref<void(ArrayRef<Value>)> body) {
  simplify();
  KernelBuilder::Values bases;
  for (int64_t offset : offsets_)
    bases.push_back(k.index(offset));
  std::function<void(size_t, ArrayRef<Value>)> nest = [&](size_t d, ArrayRef<Value> at) {
    if (d == sizes_.size())
      return body(at);
    Value from = k.index(0), to = k.index(sizes_[d]);
    if (d == 0 && sizes_.size() == 1) {
      k.units = (sizes_[0] + kChunk - 1) / kChunk;
      from = k.units == 1 ? from : k.mul(k.begin(), kChunk);
      to = k.units == 1 ? to : k.smaller(k.mul(k.end(), kChunk), to);
    } else if (d == 0) {
      k.units = sizes_[0];
      from = k.begin();
      to = k.end();
    }
    k.loop(from, to, 1, [&](Value i) {
      KernelBuilder::Values next;
      for (auto [base, strides] : llvm::zip_equal(at, strides_))
        next.push_back(k.add(base, k.mul(i, strides[d])));
      nest(d + 1, next);
    });
  };
  nest(0, bases);
}

} // namespace tandem::cpu
