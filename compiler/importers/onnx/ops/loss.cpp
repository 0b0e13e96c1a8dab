#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

// Losses, which models exported in the middle of their training carry.

/// NegativeLogLikelihoodLoss of logarithms [batch, class, ...] with input 1 the classes and input 2
/// a weight for each class.
static MaybeValue negativeLogLikelihood(OnnxNode &node, MaybeValue logarithms) {
  MaybeValue target = node.input(1), weights = node.optionalInput(2);
  std::string reduction = node.string("reduction", "mean");
  int64_t ignored = node.integer("ignore_index", -1);
  bool ignores = node.hasAttribute("ignore_index");
  if (node.failed() || failed(logarithms) || failed(target) || failed(weights))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*logarithms)), classes(shapeOf(*target));
  if (shape.size() < 2 || classes.size() + 1 != shape.size())
    return node.invalid("classes of shape " + shapeText(classes) + " for an input of shape " +
                        shapeText(shape));
  Type real = getElementTypeOrSelf(*logarithms);
  MaybeValue isCounted;
  if (ignores) {
    isCounted = node.compare<graph::NotEqualOp>(target, static_cast<double>(ignored));
    target = keepWhere(node, isCounted, target, 0);
  }
  SmallVector<int64_t> apart(classes);
  apart.insert(apart.begin() + 1, 1);
  MaybeValue picked =
      node.reshape(gatherElements(node, logarithms, node.reshape(target, apart), 1), classes);
  MaybeValue weight;
  if (*weights)
    weight = takeAlong(node, weights, target, 0);
  else if (ignores)
    weight = node.cast(isCounted, real);
  else
    weight = Value();
  if (ignores && *weights)
    weight = keepWhere(node, isCounted, weight, 0);
  if (failed(weight))
    return failure();
  MaybeValue loss = node.create<graph::NegOp>(picked);
  if (*weight)
    loss = node.multiply(loss, weight);
  if (reduction == "none")
    return loss;
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, classes.size()));
  auto sum = [&](MaybeValue x) { return node.create<graph::SumOp>(x, axes, /*keepDims=*/false); };
  if (reduction == "sum")
    return sum(loss);
  if (reduction != "mean")
    return node.invalid("'reduction' is '" + reduction + "', which the format does not have");
  if (*weight)
    return node.divide(sum(loss), sum(weight));
  return node.create<graph::MeanOp>(loss, axes, /*keepDims=*/false);
}

static MaybeValue importNegativeLogLikelihood(OnnxNode &node) {
  return negativeLogLikelihood(node, node.input(0));
}

static FailureOr<Values> importSoftmaxCrossEntropy(OnnxNode &node) {
  MaybeValue logarithms = node.create<graph::LogSoftmaxOp>(node.input(0), /*axis=*/1);
  MaybeValue loss = negativeLogLikelihood(node, logarithms);
  return failed(loss) ? FailureOr<Values>(failure()) : Values{*loss, *logarithms};
}

void registerLoss(OpTable &table) {
  table.add("NegativeLogLikelihoodLoss", importNegativeLogLikelihood, Takes::kReals);
  table.addList("SoftmaxCrossEntropyLoss", importSoftmaxCrossEntropy, Takes::kReals);
}

} // namespace tandem::onnx
