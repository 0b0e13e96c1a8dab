#include "compiler/graph/folding.h"

#include "base/element_type.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

#include <cmath>
#include <cstring>

using namespace mlir;

namespace tandem::graph {
namespace {

/// Which slices of a tensor the indices name.
class NamedSlices {
public:
  NamedSlices(ArrayRef<char> indices, RankedTensorType indexType, ArrayRef<int64_t> shape)
      : indices_(indices.data()), isLong_(indexType.getElementType().isInteger(64)),
        named_(shape.take_front(indexType.getShape().back())),
        rows_(indexType.getNumElements() / indexType.getShape().back()) {}

  int64_t rows() const { return rows_; }
  /// The number of the slice that a row names; nothing when there is none.
  std::optional<int64_t> slice(int64_t row) const {
    int64_t slice = 0, first = row * static_cast<int64_t>(named_.size());
    for (auto [d, size] : llvm::enumerate(named_)) {
      int64_t index = at(first + static_cast<int64_t>(d));
      if (index < 0 || index >= size)
        return std::nullopt;
      slice = slice * size + index;
    }
    return slice;
  }

private:
  int64_t at(int64_t i) const { return isLong_ ? read<int64_t>(i) : read<int32_t>(i); }
  template <typename T> T read(int64_t i) const {
    T value;
    std::memcpy(&value, indices_ + i * static_cast<int64_t>(sizeof value), sizeof value);
    return value;
  }

  const char *indices_;
  bool isLong_;
  ArrayRef<int64_t> named_;
  int64_t rows_;
};

template <typename T> T combined(T there, T update, Reduction reduction) {
  auto wraps = [&](auto compute) {
    if constexpr (std::is_integral_v<T>) {
      using Unsigned = std::make_unsigned_t<T>;
      return static_cast<T>(compute(static_cast<Unsigned>(there), static_cast<Unsigned>(update)));
    } else {
      return compute(there, update);
    }
  };
  bool isNan = false; // which stays, whichever of both it is
  if constexpr (std::is_floating_point_v<T>)
    isNan = std::isnan(there);
  switch (reduction) {
  case Reduction::Add:
    return wraps([](auto a, auto b) { return a + b; });
  case Reduction::Mul:
    return wraps([](auto a, auto b) { return a * b; });
  case Reduction::Min:
    return there < update || isNan ? there : update;
  case Reduction::Max:
    return there > update || isNan ? there : update;
  case Reduction::None:
    break;
  }
  return update;
}

template <typename T>
void combineSlice(char *to, const char *from, int64_t count, Reduction reduction) {
  for (int64_t i = 0; i < count; ++i, to += sizeof(T), from += sizeof(T)) {
    T there, update;
    std::memcpy(&there, to, sizeof there);
    std::memcpy(&update, from, sizeof update);
    there = combined(there, update, reduction);
    std::memcpy(to, &there, sizeof there);
  }
}
} // namespace

OpFoldResult foldScatter(Attribute input, Attribute indices, Attribute updates,
                         RankedTensorType indexType, Reduction reduction, RankedTensorType type) {
  std::optional<ConstantBytes> bytes = ConstantBytes::of(input, type.getElementType()),
                               comes = ConstantBytes::of(updates, type.getElementType()),
                               places = ConstantBytes::of(indices, indexType.getElementType());
  std::optional<ElementType> element = elementTypeOf(type.getElementType());
  if (!bytes || !comes || !places || !element)
    return {};
  NamedSlices slices(places->raw(), indexType, type.getShape());
  int64_t count = 1;
  for (int64_t size : type.getShape().drop_front(indexType.getShape().back()))
    count *= size;
  int64_t size = count * static_cast<int64_t>(elementSize(*element));
  SmallVector<char, 0> result(bytes->raw());
  for (int64_t row = 0; row < slices.rows(); ++row) {
    std::optional<int64_t> slice = slices.slice(row);
    if (!slice)
      continue;
    char *to = result.data() + *slice * size;
    const char *from = comes->raw().data() + row * size;
    if (reduction == Reduction::None)
      std::memcpy(to, from, static_cast<size_t>(size));
    else if (*element == ElementType::kF32)
      combineSlice<float>(to, from, count, reduction);
    else if (*element == ElementType::kI32)
      combineSlice<int32_t>(to, from, count, reduction);
    else
      combineSlice<int64_t>(to, from, count, reduction);
  }
  return takeElements(type, std::move(result));
}

} // namespace tandem::graph
