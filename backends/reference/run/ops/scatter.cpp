// scatter.
#include "backends/reference/run/elements.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tandem::reference {
namespace {

/// Slices of a tensor, which rows of indices name by their places in its first dimensions.
struct NamedSlices {
  Shape named;   ///< those dimensions
  int64_t rows;  ///< of indices
  int64_t slice; ///< elements of a slice

  /// The place of the slice's first element; -1 where an index is outside of its dimension.
  template <typename Index> int64_t place(const Index *row) const {
    int64_t at = 0;
    for (size_t d = 0; d < named.size(); ++d) {
      if (row[d] < 0 || row[d] >= named[d])
        return -1;
      at = at * named[d] + row[d];
    }
    return at * slice;
  }
};

Result<NamedSlices> namedSlices(const Op &op) {
  const Shape &in = op.operand(0).shape, &indices = op.operand(1).shape;
  int64_t depth = indices.empty() ? 0 : indices.back();
  if (depth < 1 || depth > op.operand(0).rank() || op.result().shape != in)
    return op.wrongShape();
  auto unnamed = in.begin() + depth;
  Shape expected(indices.begin(), indices.end() - 1);
  expected.insert(expected.end(), unnamed, in.end());
  if (op.operand(2).shape != expected)
    return op.wrongShape();
  return NamedSlices{Shape(in.begin(), unnamed), op.operand(1).count() / depth,
                     *elementCount(Shape(unnamed, in.end()))};
}

/// Calls `combine` with each element that is named and what comes there.
template <typename T, typename Index, typename Combine>
Kernel scatter(const Op &op, const NamedSlices &slices, Combine combine) {
  return [=, x = op.operand(0).as<const T>(), count = op.operand(0).count(),
          indices = op.operand(1).as<const Index>(), updates = op.operand(2).as<const T>(),
          y = op.result().as<T>()] {
    std::copy_n(x, count, y);
    auto depth = static_cast<int64_t>(slices.named.size());
    for (int64_t row = 0; row < slices.rows; ++row) {
      int64_t place = slices.place(indices + row * depth);
      if (place < 0)
        continue;
      for (int64_t i = 0; i < slices.slice; ++i)
        combine(y[place + i], updates[row * slices.slice + i]);
    }
  };
}

template <typename T, typename Combine>
Kernel scatterAs(const Op &op, const NamedSlices &slices, Combine combine) {
  return op.operand(1).type == ElementType::kI32 ? scatter<T, int32_t>(op, slices, combine)
                                                 : scatter<T, int64_t>(op, slices, combine);
}

template <typename T> bool isNan(T value) {
  if constexpr (std::is_floating_point_v<T>)
    return std::isnan(value);
  return false;
}

/// Integers wrap.
template <typename T> auto wrapping() {
  if constexpr (std::is_integral_v<T>)
    return std::make_unsigned_t<T>();
  else
    return T();
}

template <typename T>
Result<Kernel> combining(const Op &op, const NamedSlices &slices, std::string_view reduction) {
  using Wrapping = decltype(wrapping<T>());
  if (reduction == "add")
    return scatterAs<T>(op, slices, [](T &there, T update) {
      there = static_cast<T>(static_cast<Wrapping>(there) + static_cast<Wrapping>(update));
    });
  if (reduction == "mul")
    return scatterAs<T>(op, slices, [](T &there, T update) {
      there = static_cast<T>(static_cast<Wrapping>(there) * static_cast<Wrapping>(update));
    });
  if (reduction == "min")
    return scatterAs<T>(op, slices, [](T &there, T update) {
      there = there < update || isNan(there) ? there : update;
    });
  if (reduction == "max")
    return scatterAs<T>(op, slices, [](T &there, T update) {
      there = there > update || isNan(there) ? there : update;
    });
  return op.error("reduction '", reduction, "' is unknown");
}

Result<Kernel> prepareScatter(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(NamedSlices slices, namedSlices(op));
  std::string_view reduction = op.keyword("reduction", "none");
  if (reduction == "none")
    return withElementSize(op.result().type, [&]<typename T>(T) {
      return scatterAs<T>(op, slices, [](T &there, T update) { there = update; });
    });
  ElementType type = op.result().type;
  if (type == ElementType::kF32)
    return combining<float>(op, slices, reduction);
  if (type == ElementType::kI32 && !op.result().isCodes())
    return combining<int32_t>(op, slices, reduction);
  if (type == ElementType::kI64)
    return combining<int64_t>(op, slices, reduction);
  return op.error("elements of type ", elementTypeName(type), " are only replaced");
}
} // namespace

void registerScatter(KernelTable &table) {
  table.add("scatter", prepareScatter);
}

} // namespace tandem::reference
