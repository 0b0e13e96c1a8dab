#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// Reshape: one entry of the new shape may be -1, whatever is left.
static MaybeValue importReshape(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> shape = node.integers(1, "the new shape");
  if (failed(input) || failed(shape))
    return failure();
  if (auto *open = llvm::find(*shape, -1); open != shape->end()) {
    *open = 1;
    int64_t count = *elementCount(shapeOf(*input));
    std::optional<int64_t> known = elementCount(*shape);
    if (!known || *known == 0 || count % *known != 0)
      return node.invalid(Twine(count) + " elements do not fit into the new shape");
    *open = count / *known;
  }
  return node.reshape(input, *shape);
}

/// Squeeze drops the dimensions named, or all of 1.
static MaybeValue importSqueeze(TfNode &node) {
  MaybeValue input = node.input(0);
  SmallVector<int64_t> given =
      node.attributeList(node.has("squeeze_dims") ? "squeeze_dims" : "axis");
  if (node.failed() || failed(input))
    return failure();
  ArrayRef<int64_t> before = shapeOf(*input);
  SmallVector<bool> drops(before.size(), false);
  for (int64_t each : given) {
    FailureOr<int64_t> axis = node.axis(each, before.size());
    if (failed(axis))
      return failure();
    if (before[*axis] != 1)
      return node.invalid("dimension " + Twine(*axis) + " is " + Twine(before[*axis]) + ", not 1");
    drops[*axis] = true;
  }
  SmallVector<int64_t> shape;
  for (auto [axis, size] : llvm::enumerate(before))
    if (!(drops[axis] || (given.empty() && size == 1)))
      shape.push_back(size);
  return node.reshape(input, shape);
}

static MaybeValue importExpandDims(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<int64_t> given = node.integer(1, "the dimension");
  if (failed(input) || failed(given))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  FailureOr<int64_t> axis = node.axis(*given, shape.size() + 1);
  if (failed(axis))
    return failure();
  shape.insert(shape.begin() + *axis, 1);
  return node.reshape(input, shape);
}

static MaybeValue importTranspose(TfNode &node) {
  FailureOr<SmallVector<int64_t>> permutation = node.integers(1, "the permutation");
  if (failed(permutation))
    return failure();
  return node.transpose(node.input(0), *permutation);
}

void registerReshape(OpTable &table) {
  table.add("Reshape", importReshape);
  table.add("Squeeze", importSqueeze);
  table.add("ExpandDims", importExpandDims);
  table.add("Transpose", importTranspose);
}

} // namespace tandem::tensorflow
