// How far a result is from what it should be, which models of autoencoders return beside it:
// https://docs.pytorch.org/docs/stable/nn.functional.html#loss-functions
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

namespace {

enum Whole { kEach, kMean, kSum }; ///< 'reduction'

MaybeValue sumOf(AtenNode &node, MaybeValue x) {
  if (failed(x))
    return failure();
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  return all.empty() ? x : node.create<graph::SumOp>(x, all, /*keepDims=*/false);
}

/// All of the losses, their mean or their sum.
MaybeValue whole(AtenNode &node, MaybeValue losses) {
  int64_t reduction = node.integer("reduction", kMean);
  if (node.failed() || failed(losses) || reduction == kEach)
    return losses;
  auto count = static_cast<double>(*elementCount(shapeOf(*losses)));
  MaybeValue sum = sumOf(node, losses);
  return reduction == kMean ? node.multiply(sum, 1 / count) : sum;
}

/// 'target' in the type of `x`: it may be of integers.
MaybeValue targetLike(AtenNode &node, MaybeValue x) {
  return failed(x) ? x : node.cast(node.tensor("target"), getElementTypeOrSelf(*x));
}
MaybeValue distanceOf(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  return node.create<graph::AbsOp>(node.subtract(x, targetLike(node, x)));
}
MaybeValue negated(AtenNode &node, MaybeValue x) {
  return node.create<graph::NegOp>(x);
}
MaybeValue weighted(AtenNode &node, MaybeValue losses) {
  return node.has("weight") ? node.multiply(losses, node.tensor("weight")) : losses;
}

} // namespace

static MaybeValue importL1(AtenNode &node) {
  return whole(node, distanceOf(node));
}
static MaybeValue importMse(AtenNode &node) {
  return whole(node, square(node, distanceOf(node)));
}
/// Squares below a distance, straight on from there.
static MaybeValue importSmoothL1(AtenNode &node) {
  double beta = node.number("beta", 1);
  MaybeValue distance = distanceOf(node);
  if (beta <= 0)
    return whole(node, distance);
  return whole(node, node.select(node.compare<graph::LessOp>(distance, beta),
                                 node.multiply(square(node, distance), 0.5 / beta),
                                 node.add(distance, -0.5 * beta)));
}
static MaybeValue importHuber(AtenNode &node) {
  double delta = node.number("delta", 1);
  MaybeValue distance = distanceOf(node);
  return whole(node, node.select(node.compare<graph::LessEqualOp>(distance, delta),
                                 node.multiply(square(node, distance), 0.5),
                                 node.multiply(node.add(distance, -0.5 * delta), delta)));
}

/// aten.binary_cross_entropy: logarithms are at least -100.
static MaybeValue importBinaryCrossEntropy(AtenNode &node) {
  MaybeValue x = node.tensor("self"), target = node.tensor("target");
  auto heldLog = [&](MaybeValue of) {
    return clampBetween(node, node.create<graph::LogOp>(of), -100, INFINITY);
  };
  auto rest = [&](MaybeValue of) { return node.add(negated(node, of), 1); };
  MaybeValue likelihood =
      node.add(node.multiply(target, heldLog(x)), node.multiply(rest(target), heldLog(rest(x))));
  return whole(node, weighted(node, negated(node, likelihood)));
}
/// (1 - t) x + (1 + (p - 1) t) softplus(-x) with the weight p of what is true.
static MaybeValue importBinaryCrossEntropyWithLogits(AtenNode &node) {
  MaybeValue x = node.tensor("self"), target = node.tensor("target");
  MaybeValue soft = softplus(node, negated(node, x));
  if (node.has("pos_weight"))
    soft = node.multiply(
        soft, node.add(node.multiply(node.add(node.tensor("pos_weight"), -1), target), 1));
  MaybeValue losses = node.add(node.multiply(node.add(negated(node, target), 1), x), soft);
  return whole(node, weighted(node, losses));
}

/// aten.kl_div: t (log(t) - x), 0 where t is.
static MaybeValue importKlDiv(AtenNode &node) {
  MaybeValue x = node.tensor("self"), target = node.tensor("target");
  if (node.flag("log_target", false))
    return whole(node, node.multiply(node.create<graph::ExpOp>(target), node.subtract(target, x)));
  MaybeValue own = node.multiply(target, node.create<graph::LogOp>(target));
  own = keepWhere(node, node.compare<graph::NotEqualOp>(target, 0.0), own, 0);
  return whole(node, node.subtract(own, node.multiply(target, x)));
}

static MaybeValue importSoftMargin(AtenNode &node) {
  MaybeValue x = node.tensor("self"), agreement = node.multiply(x, targetLike(node, x));
  return whole(node, softplus(node, negated(node, agreement)));
}
static MaybeValue importMarginRanking(AtenNode &node) {
  MaybeValue lead = node.subtract(node.tensor("input1"), node.tensor("input2"));
  MaybeValue missing = negated(node, node.multiply(lead, targetLike(node, lead)));
  return whole(node, node.create<graph::ReluOp>(node.add(missing, node.number("margin", 0))));
}

/// Of logarithms of probabilities in dimension 1 (of one row 0) that of the class which is right;
/// the mean is over the classes' weights.
static MaybeValue lossOfClass(AtenNode &node, MaybeValue logs) {
  MaybeValue target = node.tensor("target");
  if (failed(logs) || failed(target))
    return failure();
  int64_t ignored = node.integer("ignore_index", -100),
          reduction = node.integer("reduction", kMean);
  ArrayRef<int64_t> shape = shapeOf(*logs);
  int64_t dim = shape.size() > 1 ? 1 : 0;
  if (node.failed() || shape.empty() || shapeOf(*target).size() + 1 != shape.size())
    return node.unsupported("a target of shape " + shapeText(shapeOf(*target)));
  SmallVector<int64_t> places(shape), counted(shapeOf(*target));
  places[dim] = 1;
  MaybeValue isCounted = node.compare<graph::NotEqualOp>(target, static_cast<double>(ignored));
  MaybeValue classes = keepWhere(node, isCounted, target, 0);
  MaybeValue picked =
      node.reshape(gatherElements(node, logs, node.reshape(classes, places), dim), counted);
  Type type = getElementTypeOrSelf(*logs);
  MaybeValue weights = node.cast(isCounted, type);
  if (node.has("weight"))
    weights = node.multiply(weights, takeAlong(node, node.tensor("weight"), classes, 0));
  MaybeValue losses = negated(node, node.multiply(picked, weights));
  if (reduction == kEach)
    return losses;
  MaybeValue sum = sumOf(node, losses);
  return reduction == kMean ? node.divide(sum, sumOf(node, weights)) : sum;
}
static MaybeValue importNll(AtenNode &node) {
  return lossOfClass(node, node.tensor("self"));
}
static MaybeValue importCrossEntropy(AtenNode &node) {
  MaybeValue x = node.tensor("self"), target = node.tensor("target");
  if (failed(x) || failed(target))
    return failure();
  if (node.number("label_smoothing", 0) != 0)
    return node.unsupported("'label_smoothing'");
  if (isa<FloatType>(getElementTypeOrSelf(*target)))
    return node.unsupported("probabilities of classes");
  int64_t dim = shapeOf(*x).size() > 1 ? 1 : 0;
  return lossOfClass(node, node.create<graph::LogSoftmaxOp>(x, dim));
}

void registerLosses(OpTable &table) {
  table.add("aten.l1_loss.default", importL1);
  table.add("aten.mse_loss.default", importMse);
  table.add("aten.smooth_l1_loss.default", importSmoothL1);
  table.add("aten.huber_loss.default", importHuber);
  table.add("aten.binary_cross_entropy.default", importBinaryCrossEntropy);
  table.add("aten.binary_cross_entropy_with_logits.default", importBinaryCrossEntropyWithLogits);
  table.add("aten.kl_div.default", importKlDiv);
  table.add("aten.soft_margin_loss.default", importSoftMargin);
  table.add("aten.margin_ranking_loss.default", importMarginRanking);
  table.add("aten.nll_loss_nd.default", importNll);
  table.add("aten.cross_entropy_loss.default", importCrossEntropy);
}

} // namespace tandem::torch
