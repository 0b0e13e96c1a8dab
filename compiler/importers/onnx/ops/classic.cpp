// Operators of ai.onnx.ml on numbers: what stands before and behind a network, and small models of
// other kinds.
#include "compiler/importers/onnx/ml.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

/// (x - offset) * scale, of numbers for all features or for each.
static MaybeValue importScaler(OnnxNode &node) {
  SmallVector<double> offset = node.numbers("offset"), scale = node.numbers("scale");
  MaybeValue x = realInput(node, 0);
  if (failed(x) || node.failed())
    return failure();
  auto fits = [&](ArrayRef<double> list) {
    return list.size() <= 1 || static_cast<int64_t>(list.size()) == shapeOf(*x).back();
  };
  if (shapeOf(*x).empty() || !fits(offset) || !fits(scale))
    return node.invalid(Twine(offset.size()) + " offsets and " + Twine(scale.size()) +
                        " scales for an input of shape " + shapeText(shapeOf(*x)));
  if (!offset.empty())
    x = node.subtract(x, listOf(node, offset));
  return scale.empty() ? x : node.multiply(x, listOf(node, scale));
}

/// Each row divided by its norm, one of zeros left as it is.
static MaybeValue importNormalizer(OnnxNode &node) {
  std::string norm = node.string("norm", "MAX");
  MaybeValue x = realInput(node, 0);
  if (failed(x) || node.failed())
    return failure();
  if (shapeOf(*x).empty())
    return node.invalid("a number alone");
  SmallVector<int64_t> last = {static_cast<int64_t>(shapeOf(*x).size()) - 1};
  auto reduced = [&](MaybeValue value, bool isLargest) {
    return isLargest ? node.create<graph::ReduceMaxOp>(value, last, /*keepDims=*/true)
                     : node.create<graph::SumOp>(value, last, /*keepDims=*/true);
  };
  MaybeValue size = failure();
  if (norm == "MAX")
    size = reduced(x, true);
  else if (norm == "L1")
    size = reduced(node.create<graph::AbsOp>(x), false);
  else if (norm == "L2")
    size = node.create<graph::SqrtOp>(reduced(square(node, x), false));
  else
    return node.invalid("'norm' is '" + norm + "', which the format does not have");
  if (failed(size))
    return failure();
  MaybeValue divisor =
      node.select(node.compare<graph::EqualOp>(size, 0.0), node.scalarLike(*size, 1), size);
  return node.divide(x, divisor);
}

/// 1 above the threshold, else 0.
static MaybeValue importBinarizer(OnnxNode &node) {
  double threshold = node.number("threshold", 0);
  MaybeValue x = node.input(0);
  if (failed(x) || node.failed())
    return failure();
  return node.cast(node.compare<graph::GreaterOp>(realInput(node, 0), threshold),
                   getElementTypeOrSelf(*x));
}

/// Other numbers for those that are missing, which is NaN or one that is named.
static MaybeValue importImputer(OnnxNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  Type type = getElementTypeOrSelf(*x);
  if (!type.isF32())
    return node.unsupported("a tensor of integers");
  SmallVector<double> values = node.numbers("imputed_value_floats");
  double replaced = node.number("replaced_value_float", 0);
  if (node.failed())
    return failure();
  if (values.empty() ||
      (values.size() != 1 && static_cast<int64_t>(values.size()) != shapeOf(*x).back()))
    return node.invalid(Twine(values.size()) + " values for an input of shape " +
                        shapeText(shapeOf(*x)));
  MaybeValue isMissing =
      std::isnan(replaced) ? isNan(node, x) : node.compare<graph::EqualOp>(x, replaced);
  return node.select(isMissing, listOf(node, values), x);
}

/// Inputs side by side, as reals.
static MaybeValue importFeatureVectorizer(OnnxNode &node) {
  SmallVector<Value> parts;
  for (size_t i = 0; i < node.inputCount(); ++i) {
    MaybeValue rows = asRows(node, realInput(node, i));
    if (failed(rows))
      return failure();
    parts.push_back(*rows);
  }
  return parts.empty() ? MaybeValue(node.invalid("it has no inputs")) : concatAlong(node, parts, 1);
}

/// The entries of the last dimension at the places that a second input names.
static MaybeValue importArrayFeatureExtractor(OnnxNode &node) {
  MaybeValue x = node.input(0), places = node.input(1);
  if (failed(x) || failed(places))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  if (shape.empty())
    return node.invalid("a number alone");
  if (shape.size() == 1)
    x = node.reshape(x, {1, shape[0]});
  int64_t axis = std::max<int64_t>(static_cast<int64_t>(shape.size()) - 1, 1);
  return takeAlong(node, x, node.reshape(places, *elementCount(shapeOf(*places))), axis);
}

/// In a new last dimension 1 at the place of the category that an integer is.
static MaybeValue importOneHotEncoder(OnnxNode &node) {
  SmallVector<int64_t> categories = node.integers("cats_int64s", SmallVector<int64_t>());
  MaybeValue x = node.input(0);
  if (failed(x) || node.failed())
    return failure();
  if (categories.empty() || !node.flag("zeros", true))
    return node.unsupported("categories that are words, or inputs that must be one of them");
  SmallVector<int64_t> shape(shapeOf(*x));
  shape.push_back(1);
  Type whole = node.builder().getI64Type();
  MaybeValue table =
      node.integerConstant(whole, {static_cast<int64_t>(categories.size())}, categories);
  return node.cast(node.compare<graph::EqualOp>(node.cast(node.reshape(x, shape), whole), table),
                   node.builder().getF32Type());
}

namespace {
/// Rows times coefficients, one list of them for each output, and what is added.
MaybeValue linear(OnnxNode &node, int64_t outputs) {
  MaybeValue rows = asRows(node, realInput(node, 0));
  SmallVector<double> factors = node.numbers("coefficients"), added = node.numbers("intercepts");
  if (failed(rows) || node.failed())
    return failure();
  int64_t features = shapeOf(*rows)[1];
  auto given = static_cast<int64_t>(factors.size());
  if (outputs < 1 || outputs > given || given != outputs * features ||
      (!added.empty() && static_cast<int64_t>(added.size()) != outputs))
    return node.invalid(Twine(factors.size()) + " coefficients and " + Twine(added.size()) +
                        " intercepts for " + Twine(features) + " features and " + Twine(outputs) +
                        " outputs");
  MaybeValue filter = node.constantOf(Elements::ofReals(ElementType::kF32, {outputs, features},
                                                        [&](int64_t i) { return factors[i]; }));
  return multiplyRows(node, rows, filter,
                      added.empty() ? MaybeValue(Value()) : listOf(node, added));
}
} // namespace

static MaybeValue importLinearRegressor(OnnxNode &node) {
  int64_t targets = node.integer("targets", 1);
  if (node.failed())
    return failure();
  return postTransform(node, linear(node, targets));
}

static FailureOr<Values> importLinearClassifier(OnnxNode &node) {
  FailureOr<SmallVector<int64_t>> labels = classLabels(node);
  if (failed(labels))
    return failure();
  auto outputs = static_cast<int64_t>(std::max<size_t>(node.numbers("intercepts").size(), 1));
  if (outputs != static_cast<int64_t>(labels->size()))
    return FailureOr<Values>(
        node.unsupported(Twine(outputs) + " scores for " + Twine(labels->size()) + " classes"));
  MaybeValue scores = linear(node, outputs), label = labelOfLargest(node, scores, *labels),
             result = postTransform(node, scores);
  return failed(label) || failed(result) ? FailureOr<Values>(failure()) : Values{*label, *result};
}

namespace {
/// How near rows are to each support vector, [row, vector].
MaybeValue kernelOf(OnnxNode &node, Value rows, ArrayRef<double> vectors, int64_t count) {
  std::string kind = node.string("kernel_type", "LINEAR");
  SmallVector<double> parameters = node.numbers("kernel_params"); // gamma, coef0, degree
  int64_t features = shapeOf(rows)[1];
  auto matrix = [&](ArrayRef<int64_t> shape) {
    return node.constantOf(
        Elements::ofReals(ElementType::kF32, shape, [&](int64_t i) { return vectors[i]; }));
  };
  if (kind != "LINEAR" && parameters.size() != 3)
    return node.invalid(Twine(parameters.size()) + " 'kernel_params', expected 3");
  if (kind == "RBF") { // by differences, since squares of large numbers cancel out
    constexpr int64_t kMost = int64_t(1) << 26;
    if (shapeOf(rows)[0] * count > kMost / features)
      return node.unsupported(Twine(count) + " support vectors of " + Twine(features) +
                              " features for " + Twine(shapeOf(rows)[0]) + " rows");
    MaybeValue apart = node.subtract(node.reshape(rows, {shapeOf(rows)[0], 1, features}),
                                     matrix({count, features}));
    MaybeValue distance =
        node.create<graph::SumOp>(square(node, apart), ArrayRef<int64_t>{2}, /*keepDims=*/false);
    return node.create<graph::ExpOp>(node.multiply(distance, -parameters[0]));
  }
  MaybeValue products = multiplyRows(node, rows, matrix({count, features}), Value());
  if (kind == "LINEAR")
    return products;
  MaybeValue inner = node.add(node.multiply(products, parameters[0]), parameters[1]);
  if (kind == "POLY")
    return powScalar(node, inner, parameters[2]);
  if (kind == "SIGMOID")
    return node.create<graph::TanhOp>(inner);
  return node.invalid("'kernel_type' is '" + kind + "', which the format does not have");
}
} // namespace

static MaybeValue importSvmRegressor(OnnxNode &node) {
  MaybeValue rows = asRows(node, realInput(node, 0));
  SmallVector<double> vectors = node.numbers("support_vectors"), rho = node.numbers("rho"),
                      factors = node.numbers("coefficients");
  int64_t count = node.integer("n_supports", 0);
  bool isOneClass = node.flag("one_class", false);
  if (failed(rows) || node.failed())
    return failure();
  int64_t features = shapeOf(*rows)[1];
  bool isLinear = count == 0; // the coefficients are of features
  if (rho.empty() || static_cast<int64_t>(factors.size()) != (isLinear ? features : count) ||
      (!isLinear && static_cast<int64_t>(vectors.size()) / count != features))
    return node.invalid(Twine(factors.size()) + " coefficients and " + Twine(vectors.size()) +
                        " numbers of support vectors for " + Twine(features) + " features");
  MaybeValue near = isLinear ? rows : kernelOf(node, *rows, vectors, count);
  MaybeValue filter = node.constantOf(Elements::ofReals(ElementType::kF32,
                                                        {1, static_cast<int64_t>(factors.size())},
                                                        [&](int64_t i) { return factors[i]; }));
  MaybeValue sum = node.add(multiplyRows(node, near, filter, Value()), rho[0]);
  if (!isOneClass)
    return postTransform(node, sum);
  if (failed(sum))
    return failure();
  return node.select(node.compare<graph::GreaterOp>(sum, 0.0), node.scalarLike(*sum, 1),
                     node.scalarLike(*sum, -1));
}

void registerClassic(OpTable &table) {
  table.add("ai.onnx.ml.Scaler", importScaler);
  table.add("ai.onnx.ml.Normalizer", importNormalizer);
  table.add("ai.onnx.ml.Binarizer", importBinarizer);
  table.add("ai.onnx.ml.Imputer", importImputer);
  table.add("ai.onnx.ml.FeatureVectorizer", importFeatureVectorizer);
  table.add("ai.onnx.ml.ArrayFeatureExtractor", importArrayFeatureExtractor);
  table.add("ai.onnx.ml.OneHotEncoder", importOneHotEncoder);
  table.add("ai.onnx.ml.LinearRegressor", importLinearRegressor);
  table.addList("ai.onnx.ml.LinearClassifier", importLinearClassifier);
  table.add("ai.onnx.ml.SVMRegressor", importSvmRegressor);
}

} // namespace tandem::onnx
