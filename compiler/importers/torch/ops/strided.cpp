// Elements by where they lie in memory.
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

#include "llvm/ADT/DenseMap.h"

using namespace mlir;

namespace tandem::torch {

namespace {

/// Walks an array row by row, and tells where each element lies behind the first.
template <typename Each>
void forEachPlace(ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides, Each each) {
  SmallVector<int64_t> at(sizes.size(), 0);
  int64_t place = 0, count = *elementCount(sizes);
  for (int64_t i = 0; i < count; ++i) {
    each(i, place);
    for (size_t d = at.size(); d-- > 0;) {
      place += strides[d];
      if (++at[d] < sizes[d])
        break;
      place -= strides[d] * sizes[d];
      at[d] = 0;
    }
  }
}

bool isSmall(ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  constexpr int64_t kFarthest = int64_t(1) << 40;
  std::optional<int64_t> count = elementCount(sizes);
  return sizes.size() == strides.size() && count && *count <= NodeBuilder::kMaxFill &&
         llvm::all_of(strides, [](int64_t stride) { return stride >= 0 && stride < kFarthest; });
}

} // namespace

/// How the operand lies in memory, which exported programs tell (parseGraph).
static std::optional<TensorMeta> memoryOf(const AtenNode &node) {
  auto memory = node.record().arguments.find("memory of self");
  return memory == node.record().arguments.end() ? std::nullopt : parseTensorMeta(*memory->second);
}

static MaybeValue importAsStrided(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  SmallVector<int64_t> sizes = node.integers("size"), strides = node.integers("stride");
  std::optional<TensorMeta> meta = memoryOf(node);
  if (node.failed() || failed(x))
    return failure();
  if (!meta || meta->offset < 0 || ArrayRef(meta->sizes) != shapeOf(*x) ||
      !isSmall(meta->sizes, meta->strides))
    return node.unsupported("strides of a memory that is unknown or large");
  int64_t begin = node.has("storage_offset") ? node.integer("storage_offset") : meta->offset;
  if (node.failed() || !hasSaneSize(sizes) || !isSmall(sizes, strides))
    return node.unsupported("a result of shape " + shapeText(sizes));
  llvm::DenseMap<int64_t, int64_t> elementAt;
  forEachPlace(meta->sizes, meta->strides,
               [&](int64_t element, int64_t place) { elementAt.try_emplace(place, element); });
  SmallVector<int64_t> elements;
  bool isInside = true;
  forEachPlace(sizes, strides, [&](int64_t, int64_t place) {
    auto found = elementAt.find(place + begin - meta->offset);
    isInside = isInside && found != elementAt.end();
    elements.push_back(isInside ? found->second : 0);
  });
  if (!isInside)
    return node.unsupported("it reads what is beside its operand in memory");
  return rearranged(node, x, sizes, elements);
}

void registerStrided(OpTable &table) {
  table.addView("aten.as_strided.default", importAsStrided);
}

} // namespace tandem::torch
