// select, gather, top_k_values, top_k_indices.
#include "backends/reference/run/broadcast.h"
#include "backends/reference/run/elements.h"
#include "backends/reference/run/rows.h"

#include <cstring>
#include <memory>
#include <numeric>

namespace tandem::reference {
namespace {

Result<Kernel> prepareSelect(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(auto steps, broadcast<3>(op));
  return withElementSize(op.result().type, [&]<typename T>(T) {
    return Kernel([=, shape = op.result().shape, condition = op.operand(0).as<const uint8_t>(),
                   a = op.operand(1).as<const T>(), b = op.operand(2).as<const T>(),
                   y = op.result().as<T>()] {
      walk(shape, steps,
           [&](const auto &at) { y[at[3]] = condition[at[0]] ? a[at[1]] : b[at[2]]; });
    });
  });
}

/// Copies slices, whatever is in them.
template <typename Index>
Kernel gatherSlices(const Op &op, Rows rows, int64_t count, size_t sliceBytes) {
  return
      [=, x = op.operand(0).data, indices = op.operand(1).as<const Index>(), y = op.result().data] {
        std::byte *to = y;
        for (int64_t outer = 0; outer < rows.outer; ++outer)
          for (int64_t i = 0; i < count; ++i, to += sliceBytes) {
            int64_t index = std::clamp<int64_t>(indices[i], 0, rows.length - 1);
            std::memcpy(to, x + static_cast<size_t>(outer * rows.length + index) * sliceBytes,
                        sliceBytes);
          }
      };
}

Result<Kernel> prepareGather(const Op &op) {
  const Tensor &in = op.operand(0), &indices = op.operand(1);
  TANDEM_ASSIGN_OR_RETURN(int64_t axis, op.integer("axis", 0, in.rank() - 1));
  Shape expected(in.shape.begin(), in.shape.begin() + axis);
  expected.insert(expected.end(), indices.shape.begin(), indices.shape.end());
  expected.insert(expected.end(), in.shape.begin() + axis + 1, in.shape.end());
  if (op.result().shape != expected)
    return op.wrongShape();
  Rows rows = rowsAlong(in.shape, axis);
  size_t sliceBytes = static_cast<size_t>(rows.inner) * elementSize(in.type);
  return indices.type == ElementType::kI32
             ? gatherSlices<int32_t>(op, rows, indices.count(), sliceBytes)
             : gatherSlices<int64_t>(op, rows, indices.count(), sliceBytes);
}

/// Calls `put(place in the result, element, its index in the row)` for the `k` largest of each row.
template <typename T, typename Put>
Kernel topK(const Op &op, const Rows &rows, int64_t k, Put put) {
  // Room for one row's indices, so that running allocates nothing.
  auto order = std::make_shared<std::vector<int32_t>>(static_cast<size_t>(rows.length));
  return [=, x = op.operand(0).as<const T>()] {
    for (int64_t row = 0; row < rows.outer; ++row) {
      const T *elements = x + row * rows.length;
      std::iota(order->begin(), order->end(), 0);
      std::partial_sort(order->begin(), order->begin() + k, order->end(), [&](int a, int b) {
        return elements[a] > elements[b] || (elements[a] == elements[b] && a < b);
      });
      for (int64_t i = 0; i < k; ++i)
        put(row * k + i, elements[(*order)[i]], (*order)[i]);
    }
  };
}

Result<Kernel> prepareTopK(const Op &op, bool values) {
  const Tensor &in = op.operand(0);
  if (in.shape.empty() || in.shape.back() > INT32_MAX)
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(int64_t k, op.integer("k", 1, in.shape.back()));
  Shape expected = in.shape;
  expected.back() = k;
  if (op.result().shape != expected)
    return op.wrongShape();
  Rows rows = rowsAlong(in.shape, in.rank() - 1);
  return withComparable(op, [&]<typename T>(T) -> Result<Kernel> {
    if (values)
      return topK<T>(op, rows, k, [y = op.result().as<T>()](int64_t at, T element, int32_t) {
        y[at] = element;
      });
    return topK<T>(op, rows, k, [y = op.result().as<int32_t>()](int64_t at, T, int32_t index) {
      y[at] = index;
    });
  });
}
Result<Kernel> prepareTopKValues(const Op &op) {
  return prepareTopK(op, true);
}
Result<Kernel> prepareTopKIndices(const Op &op) {
  return prepareTopK(op, false);
}
} // namespace

void registerSelection(KernelTable &table) {
  table.add("select", prepareSelect);
  table.add("gather", prepareGather);
  table.add("top_k_values", prepareTopKValues);
  table.add("top_k_indices", prepareTopKIndices);
}

} // namespace tandem::reference
