#include "compiler/importers/tensorflow/graph_import.h"

using namespace mlir;

namespace tandem::tensorflow {

static Slots importConst(GraphImport &import, const FlatNode &node) {
  auto value = node.record->attr().find("value");
  if (value == node.record->attr().end() || !value->second.has_tensor())
    return import.fail(node, "has no value");
  return {{Slot::kStored, {}, &value->second.tensor()}};
}

static bool isSmall(TfNode &node, ArrayRef<int64_t> shape) {
  std::optional<int64_t> count = elementCount(shape);
  if (count && *count <= Numbers::kMost)
    return true;
  (void)node.invalid("a result of shape " + shapeText(shape) + " is too large");
  return false;
}

/// Fill: a shape, and the element.
static std::optional<Numbers> foldFill(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 2 || inputs[1].count() != 1 || inputs[0].isReal())
    return std::nullopt;
  if (!isSmall(node, inputs[0].integers))
    return std::nullopt;
  Numbers result = Numbers::zeros(inputs[1].type, inputs[0].integers);
  if (result.isReal())
    llvm::fill(result.reals, inputs[1].reals[0]);
  else
    llvm::fill(result.integers, inputs[1].integers[0]);
  return result;
}

/// Range: start, limit (left out), step.
static std::optional<Numbers> foldRange(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 3 || llvm::any_of(inputs, [](const Numbers &n) { return n.count() != 1; }))
    return std::nullopt;
  auto at = [&](size_t i) {
    return inputs[i].isReal() ? inputs[i].reals[0] : static_cast<double>(inputs[i].integers[0]);
  };
  double count = std::ceil((at(1) - at(0)) / at(2));
  if (!(std::abs(count) <= static_cast<double>(Numbers::kMost))) {
    (void)node.invalid("a range of too many elements");
    return std::nullopt;
  }
  Numbers result = Numbers::zeros(inputs[0].type, static_cast<int64_t>(std::max(count, 0.0)));
  for (size_t i = 0; i < result.count(); ++i) {
    if (result.isReal())
      result.reals[i] = inputs[0].reals[0] + static_cast<float>(i) * inputs[2].reals[0];
    else
      result.integers[i] = inputs[0].integers[0] + static_cast<int64_t>(i) * inputs[2].integers[0];
  }
  return result;
}

/// LinSpace: the first, the last and how many.
static std::optional<Numbers> foldLinSpace(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 3 || !inputs[0].isReal() || !inputs[1].isReal() || inputs[2].isReal() ||
      llvm::any_of(inputs, [](const Numbers &n) { return n.count() != 1; }))
    return std::nullopt;
  int64_t count = inputs[2].integers[0];
  if (count < 1 || !isSmall(node, count))
    return std::nullopt;
  Numbers result = Numbers::zeros(inputs[0].type, count);
  float first = inputs[0].reals[0], last = inputs[1].reals[0];
  float step = count > 1 ? (last - first) / static_cast<float>(count - 1) : 0;
  for (int64_t i = 0; i < count; ++i)
    result.reals[i] = first + step * static_cast<float>(i);
  if (count > 1)
    result.reals.back() = last;
  return result;
}

/// Equal elements.
static MaybeValue filledWith(TfNode &node, Type type, ArrayRef<int64_t> shape, int64_t element) {
  if (!isSmall(node, shape))
    return failure();
  if (!Numbers::isComputable(type))
    return node.fill(type, shape, static_cast<float>(element));
  Numbers numbers = Numbers::zeros(type, shape);
  llvm::fill(numbers.reals, static_cast<float>(element));
  llvm::fill(numbers.integers, element);
  return constantFrom(node, numbers);
}

/// ZerosLike and OnesLike need only the shape of what they are like.
template <int64_t Element> static MaybeValue importLike(TfNode &node) {
  MaybeValue like = node.input(0);
  return failed(like) ? like
                      : filledWith(node, getElementTypeOrSelf(*like), shapeOf(*like), Element);
}

/// Empty: elements that may be anything, which are zeros here, as 'init' asks for.
static MaybeValue importEmpty(TfNode &node) {
  FailureOr<SmallVector<int64_t>> shape = node.integers(0, "the shape");
  FailureOr<Type> type = node.elementType("dtype");
  return failed(shape) || failed(type) ? MaybeValue(failure()) : filledWith(node, *type, *shape, 0);
}

void registerConstant(OpTable &table) {
  table.addSlots("Const", importConst);
  table.addFold("Fill", foldFill);
  table.addFold("Range", foldRange);
  table.addFold("LinSpace", foldLinSpace);
  table.add("ZerosLike", importLike<0>);
  table.add("OnesLike", importLike<1>);
  table.add("Empty", importEmpty);
}

} // namespace tandem::tensorflow
