#include "compiler/graph/permute.h"

#include "llvm/ADT/SmallVector.h"

#include <algorithm>
#include <cstring>

namespace tandem::graph {

namespace {

struct Walk {
  llvm::SmallVector<int64_t> extent, step; ///< of the result's dimensions, in the source
};

/// The result's two last dimensions in tiles, so that neither side runs through memory in strides
/// for long; the others one index at a time. A file may have the source at any address.
template <typename T> void gather(const char *source, T *result, const Walk &walk) {
  auto copy = [](const char *from, T &to) { std::memcpy(&to, from, sizeof(T)); };
  constexpr int64_t kSize = sizeof(T);
  constexpr int64_t kTile = 32;
  size_t outer = walk.extent.size() - 2;
  int64_t rows = walk.extent[outer], columns = walk.extent[outer + 1];
  int64_t rowStep = walk.step[outer], columnStep = walk.step[outer + 1];
  llvm::SmallVector<int64_t> index(outer, 0);
  while (true) {
    for (int64_t top = 0; top < rows; top += kTile)
      for (int64_t left = 0; left < columns; left += kTile)
        for (int64_t i = top; i < std::min(top + kTile, rows); ++i)
          for (int64_t j = left; j < std::min(left + kTile, columns); ++j)
            copy(source + (i * rowStep + j * columnStep) * kSize, result[i * columns + j]);
    result += rows * columns;
    size_t d = outer;
    for (; d > 0; --d) {
      source += walk.step[d - 1] * kSize;
      if (++index[d - 1] < walk.extent[d - 1])
        break;
      source -= walk.step[d - 1] * walk.extent[d - 1] * kSize;
      index[d - 1] = 0;
    }
    if (d == 0)
      return;
  }
}

template <typename T> std::vector<char> gathered(llvm::ArrayRef<char> elements, const Walk &walk) {
  std::vector<char> result(elements.size());
  if (!result.empty())
    gather(elements.data(), reinterpret_cast<T *>(result.data()), walk);
  return result;
}
} // namespace

bool movesNothing(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> permutation) {
  int64_t previous = -1;
  for (int64_t from : permutation) {
    if (shape[from] == 1)
      continue;
    if (from < previous)
      return false;
    previous = from;
  }
  return true;
}

std::vector<char> permuted(llvm::ArrayRef<char> elements, size_t size,
                           llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> permutation) {
  if (movesNothing(shape, permutation))
    return std::vector<char>(elements.begin(), elements.end());
  llvm::SmallVector<int64_t> steps(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    steps[d - 1] = steps[d] * shape[d];
  Walk walk;
  for (int64_t from : permutation) { // at least two dimensions, or nothing would move
    walk.extent.push_back(shape[from]);
    walk.step.push_back(steps[from]);
  }
  switch (size) {
  case 1:
    return gathered<uint8_t>(elements, walk);
  case 2:
    return gathered<uint16_t>(elements, walk);
  case 4:
    return gathered<uint32_t>(elements, walk);
  default:
    return gathered<uint64_t>(elements, walk);
  }
}

} // namespace tandem::graph
