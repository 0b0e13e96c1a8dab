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

  const void *indices;
  bool areShort; ///< i32, else i64

  int64_t index(int64_t at) const {
    return areShort ? static_cast<const int32_t *>(indices)[at]
                    : static_cast<const int64_t *>(indices)[at];
  }
  /// The place of the slice's first element; -1 where an index is outside of its dimension.
  int64_t place(int64_t row) const {
    auto depth = static_cast<int64_t>(named.size());
    int64_t at = 0;
    for (int64_t d = 0; d < depth; ++d) {
      int64_t size = named[static_cast<size_t>(d)], i = index(row * depth + d);
      if (i < 0 || i >= size)
        return -1;
      at = at * size + i;
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
                     *elementCount(Shape(unnamed, in.end())), op.operand(1).as<const std::byte>(),
                     op.operand(1).type == ElementType::kI32};
}

/// Calls `combine` with each element that is named and what comes there.
template <typename T>
Kernel scatter(const Op &op, const NamedSlices &slices, void (*combine)(T &there, T update)) {
  return [=, x = op.operand(0).as<const T>(), count = op.operand(0).count(),
          updates = op.operand(2).as<const T>(), y = op.result().as<T>()] {
    std::copy_n(x, count, y);
    for (int64_t row = 0; row < slices.rows; ++row) {
      int64_t place = slices.place(row);
      for (int64_t i = 0; place >= 0 && i < slices.slice; ++i)
        combine(y[place + i], updates[row * slices.slice + i]);
    }
  };
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
    return scatter<T>(op, slices, [](T &there, T update) {
      there = static_cast<T>(static_cast<Wrapping>(there) + static_cast<Wrapping>(update));
    });
  if (reduction == "mul")
    return scatter<T>(op, slices, [](T &there, T update) {
      there = static_cast<T>(static_cast<Wrapping>(there) * static_cast<Wrapping>(update));
    });
  if (reduction == "min")
    return scatter<T>(op, slices, [](T &there, T update) {
      there = there < update || isNan(there) ? there : update;
    });
  if (reduction == "max")
    return scatter<T>(op, slices, [](T &there, T update) {
      there = there > update || isNan(there) ? there : update;
    });
  return op.error("reduction '", reduction, "' is unknown");
}

Result<Kernel> prepareScatter(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(NamedSlices slices, namedSlices(op));
  std::string_view reduction = op.keyword("reduction", "none");
  if (reduction == "none")
    return withElementSize(op.result().type, [&]<typename T>(T) {
      return scatter<T>(op, slices, [](T &there, T update) { there = update; });
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
