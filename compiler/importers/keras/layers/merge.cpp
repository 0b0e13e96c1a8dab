#include "compiler/importers/common/einsum.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/keras/functions.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Merging layers: https://keras.io/api/layers/merging_layers/
/// Shapes of one rank broadcast as in NumPy. Those of fewer dimensions get some of 1 behind the
/// batch, so that a vector meets all places.
static Values ofOneRank(Layer &layer) {
  size_t rank = 0;
  for (mlir::Value input : layer.inputs())
    rank = std::max(rank, shapeOf(input).size());
  Values result;
  for (mlir::Value input : layer.inputs()) {
    SmallVector<int64_t> shape(shapeOf(input));
    if (shape.size() < rank) {
      shape.insert(shape.empty() ? shape.begin() : shape.begin() + 1, rank - shape.size(), 1);
      MaybeValue expanded = layer.reshape(input, shape);
      if (failed(expanded))
        return {};
      input = *expanded;
    }
    result.push_back(input);
  }
  return result;
}

template <typename OpT>
static MaybeValue combine(Layer &layer, MaybeValue left, mlir::Value right) {
  if constexpr (requires(OpT op) { op.getActivation(); })
    return layer.create<OpT>(left, right, graph::Activation::None);
  else
    return layer.create<OpT>(left, right);
}

template <typename OpT> static MaybeValue importChain(Layer &layer) {
  if (layer.inputs().size() < 2)
    return layer.invalid("has " + Twine(layer.inputs().size()) + " inputs, expected 2 or more");
  Values inputs = ofOneRank(layer);
  if (inputs.empty())
    return failure();
  MaybeValue result = inputs.front();
  for (mlir::Value input : ArrayRef(inputs).drop_front())
    result = combine<OpT>(layer, result, input);
  return result;
}

namespace {
/// An input with its mask, which reaches over the last dimension; null where it has none.
struct Masked {
  MaybeValue value = failure(), mask = mlir::Value();
};

FailureOr<SmallVector<Masked>> maskedInputs(Layer &layer) {
  SmallVector<Masked> all;
  Values inputs = ofOneRank(layer);
  for (auto [i, input] : llvm::enumerate(inputs)) {
    mlir::Value mask = layer.mask(i);
    if (mask && shapeOf(mask) != shapeOf(input).drop_back())
      return layer.unsupported("a mask of shape " + shapeText(shapeOf(mask)) +
                               " for an input of shape " + shapeText(shapeOf(input)));
    MaybeValue wide = mask;
    if (mask) {
      SmallVector<int64_t> shape(shapeOf(mask));
      shape.push_back(1);
      wide = layer.reshape(mask, shape);
      if (failed(wide))
        return failure();
    }
    all.push_back({input, wide});
  }
  if (all.size() < 2)
    return layer.invalid("has " + Twine(all.size()) + " inputs, expected 2 or more");
  return all;
}

MaybeValue eitherMask(Layer &layer, MaybeValue a, MaybeValue b) {
  return layer.createTyped<graph::LogicalOrOp>(layer.builder().getI1Type(), a, b);
}

/// Keras 3 has 1 where a factor does not count, and 0 where none of them does.
MaybeValue importMultiply(Layer &layer) {
  if (layer.kerasMajor() < 3 || !layer.hasMask())
    return importChain<graph::MulOp>(layer);
  FailureOr<SmallVector<Masked>> inputs = maskedInputs(layer);
  if (failed(inputs))
    return failure();
  MaybeValue product = failure(), counts = mlir::Value();
  bool areAllMasked = llvm::all_of(*inputs, [](const Masked &x) { return *x.mask; });
  for (auto [i, input] : llvm::enumerate(*inputs)) {
    MaybeValue factor = *input.mask ? keepWhere(layer, input.mask, input.value, 1) : input.value;
    product = i == 0 ? factor : layer.multiply(product, factor);
    if (areAllMasked)
      counts = i == 0 ? input.mask : eitherMask(layer, counts, input.mask);
  }
  return areAllMasked ? keepWhere(layer, counts, product, 0) : product;
}

/// Maximum and Minimum: where one side does not count Keras 3 takes the other for both.
template <typename OpT> MaybeValue importExtreme(Layer &layer) {
  if (layer.kerasMajor() < 3 || !layer.hasMask())
    return importChain<OpT>(layer);
  FailureOr<SmallVector<Masked>> inputs = maskedInputs(layer);
  if (failed(inputs))
    return failure();
  Masked so = inputs->front();
  for (Masked next : ArrayRef(*inputs).drop_front()) {
    if (*next.mask)
      next.value = layer.select(next.mask, next.value, so.value);
    if (succeeded(so.mask) && *so.mask)
      so.value = layer.select(so.mask, so.value, next.value);
    bool isMasked = succeeded(so.mask) && *so.mask && *next.mask;
    so.mask = isMasked ? eitherMask(layer, so.mask, next.mask) : mlir::Value();
    so.value = layer.create<OpT>(so.value, next.value);
  }
  return so.value;
}
} // namespace

static MaybeValue importSubtract(Layer &layer) {
  if (layer.inputs().size() != 2)
    return layer.invalid("has " + Twine(layer.inputs().size()) + " inputs, expected 2");
  return importChain<graph::SubOp>(layer);
}

static MaybeValue importAverage(Layer &layer) {
  MaybeValue sum = importChain<graph::AddOp>(layer);
  if (failed(sum))
    return failure();
  return layer.create<graph::MulOp>(
      sum, layer.scalarLike(layer.input(), 1.0 / static_cast<double>(layer.inputs().size())),
      graph::Activation::None);
}

static MaybeValue importConcatenate(Layer &layer) {
  for (mlir::Value input : layer.inputs())
    if (shapeOf(input).size() != layer.inputShape().size())
      return layer.invalid("has inputs of shapes " + shapeText(layer.inputShape()) + " and " +
                           shapeText(shapeOf(input)) + ", expected equally many dimensions");
  int64_t axis = layer.axis("axis", -1);
  if (layer.failed())
    return failure();
  return layer.createTyped<graph::ConcatOp>(layer.elementType(), ValueRange(layer.inputs()), axis);
}

/// Dot: products of both inputs summed over one axis of each, for each entry of the batch.
static MaybeValue importDot(Layer &layer) {
  if (layer.inputs().size() != 2)
    return layer.invalid("has " + Twine(layer.inputs().size()) + " inputs, expected 2");
  SmallVector<int64_t> axes = layer.oneOrMore("axes", {});
  bool isNormalized = layer.flag("normalize", false);
  if (layer.failed())
    return failure();
  if (axes.size() == 1)
    axes.push_back(axes[0]);
  std::string equation[2];
  Values operands;
  int64_t rest = 0;
  char next = 'c'; // a is the batch, b what is summed over
  for (int i = 0; i < 2; ++i) {
    MaybeValue operand = layer.inputs()[i];
    auto rank = static_cast<int64_t>(shapeOf(*operand).size());
    std::optional<int64_t> axis =
        axes.size() == 2 ? normalizedAxis(axes[i], rank) : std::optional<int64_t>();
    if (!axis || *axis == 0 || rank > 10)
      return layer.invalid("'axes' is " + shapeText(axes) + " for an input of shape " +
                           shapeText(shapeOf(*operand)));
    if (isNormalized)
      operand = unitNormalized(layer, operand, *axis);
    if (failed(operand))
      return failure();
    operands.push_back(*operand);
    for (int64_t d = 0; d < rank; ++d)
      equation[i] += d == 0 ? 'a' : d == *axis ? 'b' : next++;
    rest += rank - 2;
  }
  std::string result = "a";
  for (char letter = 'c'; letter < next; ++letter)
    result += letter;
  MaybeValue product = einsum(layer, equation[0] + "," + equation[1] + "->" + result, operands);
  return rest == 0 && succeeded(product) ? layer.reshape(product, {shapeOf(*product)[0], 1})
                                         : product;
}

void registerMerge(LayerTable &table) {
  table.add("Add", importChain<graph::AddOp>);
  table.add("Multiply", importMultiply);
  table.add("Maximum", importExtreme<graph::MaximumOp>);
  table.add("Minimum", importExtreme<graph::MinimumOp>);
  table.add("Subtract", importSubtract);
  table.add("Average", importAverage);
  table.add("Concatenate", importConcatenate, Takes::kIntegers);
  table.add("Dot", importDot);
}

} // namespace tandem::keras
