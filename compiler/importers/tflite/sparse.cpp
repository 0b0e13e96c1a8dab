#include "compiler/importers/tflite/sparse.h"

#include <cstring>
#include <optional>

namespace tandem::tflite {

namespace {

/// One level of the tree in which the format walks the elements: a dimension, or the inside of a
/// block along one.
struct Level {
  int64_t dimension; ///< of the dense tensor
  int64_t step;      ///< elements of that dimension between neighbours on this level
  int64_t size;      ///< neighbours on this level, when all of them are stored
  bool isDense;
  llvm::SmallVector<int64_t> segments, indices; ///< when they are not: those that are
};

/// One of the three widths in which the format stores a list.
llvm::SmallVector<int64_t> readVector(schema::SparseIndexVector type, const void *table) {
  llvm::SmallVector<int64_t> result;
  auto copy = [&](auto *vector) {
    if (vector && vector->values())
      result.append(vector->values()->begin(), vector->values()->end());
  };
  if (type == schema::SparseIndexVector::Int32Vector)
    copy(static_cast<const schema::Int32Vector *>(table));
  else if (type == schema::SparseIndexVector::Uint16Vector)
    copy(static_cast<const schema::Uint16Vector *>(table));
  else if (type == schema::SparseIndexVector::Uint8Vector)
    copy(static_cast<const schema::Uint8Vector *>(table));
  return result;
}

class Densifier {
public:
  Densifier(llvm::ArrayRef<int64_t> shape, size_t elementSize, llvm::ArrayRef<char> values)
      : shape_(shape), elementSize_(elementSize), values_(values), position_(shape.size(), 0) {}

  llvm::Expected<llvm::SmallVector<char, 0>> run(const schema::SparsityParameters &sparsity) {
    if (!readLevels(sparsity))
      return llvm::createStringError("its sparsity does not fit its shape");
    size_t count = 1;
    for (int64_t size : shape_)
      count *= size;
    dense_.resize(count * elementSize_, 0);
    if (!walk(0, 0))
      return llvm::createStringError("its sparse indices lead outside");
    return std::move(dense_);
  }

private:
  bool readLevels(const schema::SparsityParameters &sparsity);
  bool readLevel(const schema::DimensionMetadata &metadata, Level &level);
  bool walk(size_t depth, int64_t stored);
  bool store(int64_t stored);

  llvm::ArrayRef<int64_t> shape_;
  size_t elementSize_;
  llvm::ArrayRef<char> values_;
  llvm::SmallVector<Level> levels_;
  llvm::SmallVector<int64_t> position_; ///< in the dense tensor
  llvm::SmallVector<char, 0> dense_;
};

bool Densifier::readLevel(const schema::DimensionMetadata &metadata, Level &level) {
  level.isDense = metadata.format() == schema::DimensionType::DENSE;
  if (level.isDense)
    return metadata.dense_size() == level.size;
  level.segments = readVector(metadata.array_segments_type(), metadata.array_segments());
  level.indices = readVector(metadata.array_indices_type(), metadata.array_indices());
  return llvm::is_sorted(level.segments) && (level.segments.empty() || level.segments[0] >= 0);
}

/// The first levels of the file's order are dimensions (of whole blocks), those from the rank on
/// are the insides of blocks.
bool Densifier::readLevels(const schema::SparsityParameters &sparsity) {
  auto *order = sparsity.traversal_order();
  auto *metadata = sparsity.dim_metadata();
  auto *blockMap = sparsity.block_map();
  size_t rank = shape_.size(), blocks = blockMap ? blockMap->size() : 0;
  if (!order || !metadata || order->size() != rank + blocks || metadata->size() != order->size())
    return false;

  llvm::SmallVector<int64_t> blockSize(rank, 1);
  llvm::SmallVector<bool> seen(order->size(), false);
  for (size_t i = 0; i < order->size(); ++i) {
    int64_t place = order->Get(i);
    if (place < 0 || place >= static_cast<int64_t>(order->size()) || seen[place])
      return false;
    seen[place] = true;
    if (place < static_cast<int64_t>(rank))
      continue;
    int64_t dimension = blockMap->Get(place - rank), size = metadata->Get(i)->dense_size();
    if (dimension < 0 || dimension >= static_cast<int64_t>(rank) || blockSize[dimension] != 1 ||
        size < 1 || shape_[dimension] % size != 0)
      return false;
    blockSize[dimension] = size;
  }
  for (size_t i = 0; i < order->size(); ++i) {
    int64_t place = order->Get(i);
    bool inBlock = place >= static_cast<int64_t>(rank);
    Level level;
    level.dimension = inBlock ? blockMap->Get(place - rank) : place;
    int64_t block = blockSize[level.dimension];
    level.step = inBlock ? 1 : block;
    level.size = inBlock ? block : shape_[level.dimension] / block;
    if (!readLevel(*metadata->Get(i), level))
      return false;
    levels_.push_back(std::move(level));
  }
  return true;
}

/// `stored` is the place of this branch among those that are stored on the level above. Recursion
/// is as deep as the rank and the blocks together. Segments grow, and indices within one do, so
/// that no element is reached twice: there are never more branches than dense elements.
bool Densifier::walk(size_t depth, int64_t stored) {
  if (depth == levels_.size())
    return store(stored);
  const Level &level = levels_[depth];
  auto enter = [&](int64_t index, int64_t child) {
    position_[level.dimension] += index * level.step;
    bool ok = walk(depth + 1, child);
    position_[level.dimension] -= index * level.step;
    return ok;
  };
  if (level.isDense) {
    for (int64_t index = 0; index < level.size; ++index)
      if (!enter(index, stored * level.size + index))
        return false;
    return true;
  }
  if (stored + 1 >= static_cast<int64_t>(level.segments.size()))
    return false;
  int64_t first = level.segments[stored], last = level.segments[stored + 1];
  if (last > static_cast<int64_t>(level.indices.size()))
    return false;
  int64_t previous = -1;
  for (int64_t child = first; child < last; ++child) {
    int64_t index = level.indices[child];
    if (index <= previous || index >= level.size || !enter(index, child))
      return false;
    previous = index;
  }
  return true;
}

bool Densifier::store(int64_t stored) {
  if (stored < 0 || static_cast<size_t>(stored) >= values_.size() / elementSize_)
    return false;
  int64_t offset = 0;
  for (size_t d = 0; d < shape_.size(); ++d)
    offset = offset * shape_[d] + position_[d];
  std::memcpy(dense_.data() + offset * elementSize_, values_.data() + stored * elementSize_,
              elementSize_);
  return true;
}

} // namespace

llvm::Expected<llvm::SmallVector<char, 0>> densify(const schema::SparsityParameters &sparsity,
                                                   llvm::ArrayRef<int64_t> shape,
                                                   size_t elementSize,
                                                   llvm::ArrayRef<char> values) {
  return Densifier(shape, elementSize, values).run(sparsity);
}

} // namespace tandem::tflite
