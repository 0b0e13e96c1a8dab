#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

// Operators that give the same elements another shape or order, and those that tell a shape.

/// Reshape: 0 keeps the dimension (unless 'allowzero'), one -1 is whatever is left.
static MaybeValue importReshape(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> shape = node.ints(1, "the new shape");
  bool allowZero = node.flag("allowzero", false);
  if (failed(input) || failed(shape) || node.failed())
    return failure();
  ArrayRef<int64_t> before = shapeOf(*input);
  int64_t known = 1, open = -1;
  for (auto [index, size] : llvm::enumerate(*shape)) {
    if (size == 0 && !allowZero && index < before.size())
      size = before[index];
    if (size == -1 && open < 0)
      open = static_cast<int64_t>(index);
    else if (size < 0 || __builtin_mul_overflow(known, size, &known))
      return node.invalid("the new shape is " + shapeText(*shape));
  }
  int64_t count = *elementCount(before);
  if (open >= 0 && (known == 0 || count % known != 0))
    return node.invalid("a tensor of shape " + shapeText(before) + " has no " + Twine(known) +
                        " equal parts");
  if (open >= 0)
    (*shape)[open] = count / known;
  return node.reshape(input, *shape);
}

static MaybeValue importFlatten(OnnxNode &node) {
  MaybeValue input = node.input(0);
  int64_t given = node.integer("axis", 1);
  if (failed(input) || node.failed())
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  auto rank = static_cast<int64_t>(shape.size());
  int64_t axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis > rank)
    return node.invalid("'axis' is " + Twine(given) + ", outside rank " + Twine(rank));
  return node.reshape(
      input, {*elementCount(shape.take_front(axis)), *elementCount(shape.drop_front(axis))});
}

/// Squeeze: the dimensions named go, or all of 1 when none is.
static MaybeValue importSqueeze(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> before = shapeOf(*input);
  FailureOr<SmallVector<int64_t>> axes = node.axes(1, before.size());
  if (failed(axes))
    return failure();
  bool takesAll = axes->empty();
  SmallVector<int64_t> shape;
  for (auto [index, size] : llvm::enumerate(before)) {
    bool isNamed = llvm::is_contained(*axes, static_cast<int64_t>(index));
    if (isNamed && size != 1)
      return node.invalid("dimension " + Twine(index) + " is " + Twine(size) + ", not 1");
    if (!isNamed && !(takesAll && size == 1))
      shape.push_back(size);
  }
  return node.reshape(input, shape);
}

/// Unsqueeze: the axes are those of the result.
static MaybeValue importUnsqueeze(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  SmallVector<int64_t> given;
  if (node.hasAttribute("axes")) {
    given = node.integers("axes");
  } else {
    FailureOr<SmallVector<int64_t>> fromInput = node.ints(1, "the list of axes");
    if (failed(fromInput))
      return failure();
    given = *fromInput;
  }
  SmallVector<int64_t> shape(shapeOf(*input));
  FailureOr<SmallVector<int64_t>> axes = node.normalized(given, shape.size() + given.size());
  if (node.failed() || failed(axes))
    return failure();
  llvm::sort(*axes);
  for (int64_t axis : *axes)
    shape.insert(shape.begin() + axis, 1);
  return node.reshape(input, shape);
}

/// Transpose: the dimensions backwards when no order is given.
static MaybeValue importTranspose(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  auto backwards = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, shapeOf(*input).size())));
  SmallVector<int64_t> permutation = node.integers("perm", backwards);
  if (node.failed())
    return failure();
  for (int64_t &axis : permutation) // the op itself refuses what is no permutation
    axis = normalizedAxis(axis, shapeOf(*input).size()).value_or(-1);
  return node.transpose(input, permutation);
}

static MaybeValue importIdentity(OnnxNode &node) {
  return node.input(0);
}

/// Dropout does nothing at inference; its mask keeps everything.
static FailureOr<Values> importDropout(OnnxNode &node) {
  if (node.has(2)) {
    FailureOr<Elements> isTraining = node.constant(2, "'training_mode'");
    if (failed(isTraining))
      return failure();
    if (isTraining->count() != 1 || isTraining->integer(0) != 0)
      return node.unsupported("in training mode");
  }
  MaybeValue input = node.input(0);
  if (failed(input) || !node.isRead(1))
    return failed(input) ? FailureOr<Values>(failure()) : Values{*input};
  // Truth values from opset 10 on.
  Type kept = node.opset() < 10 ? getElementTypeOrSelf(*input) : node.builder().getI1Type();
  MaybeValue mask = node.fill(kept, shapeOf(*input), 1);
  return failed(mask) ? FailureOr<Values>(failure()) : Values{*input, *mask};
}

/// Shape: of dimensions from 'start' to 'end'.
static MaybeValue importShape(OnnxNode &node) {
  MaybeValue input = node.input(0);
  int64_t start = node.integer("start", 0), end = node.integer("end", INT64_MAX);
  if (failed(input) || node.failed())
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  auto rank = static_cast<int64_t>(shape.size());
  auto bound = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  int64_t first = bound(start), last = std::max(bound(end), first);
  return node.constantOf(Elements::ofShape(shape.slice(first, last - first)));
}

static MaybeValue importSize(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t count = *elementCount(shapeOf(*input));
  return node.constantOf(
      Elements::ofIntegers(ElementType::kI64, {}, [&](int64_t) { return count; }));
}

void registerShape(OpTable &table) {
  table.add("Reshape", importReshape);
  table.add("Flatten", importFlatten);
  table.add("Squeeze", importSqueeze);
  table.add("Unsqueeze", importUnsqueeze);
  table.add("Transpose", importTranspose);
  table.add("Identity", importIdentity);
  table.addList("Dropout", importDropout);
  table.add("Shape", importShape);
  table.add("Size", importSize);
}

} // namespace tandem::onnx
