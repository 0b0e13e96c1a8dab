#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/mxnet/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::mxnet {

static MaybeValue softsign(SymbolNode &node, MaybeValue x) {
  if (failed(x))
    return failure();
  MaybeValue below = node.create<graph::AddOp>(node.create<graph::AbsOp>(x), node.scalarLike(*x, 1),
                                               kNoActivation);
  return node.create<graph::DivOp>(x, below, kNoActivation);
}
static MaybeValue importSoftsign(SymbolNode &node) {
  return softsign(node, node.input(0));
}

/// log(1 / (1 + exp(-x))).
static MaybeValue logSigmoid(SymbolNode &node, MaybeValue x) {
  return node.create<graph::NegOp>(softplus(node, node.create<graph::NegOp>(x)));
}

static MaybeValue importActivation(SymbolNode &node) {
  MaybeValue x = node.input(0);
  StringRef type = node.string("act_type", "");
  if (type == "relu")
    return node.create<graph::ReluOp>(x);
  if (type == "sigmoid")
    return node.create<graph::SigmoidOp>(x);
  if (type == "tanh")
    return node.create<graph::TanhOp>(x);
  if (type == "softrelu")
    return softplus(node, x);
  if (type == "softsign")
    return softsign(node, x);
  if (type == "log_sigmoid")
    return logSigmoid(node, x);
  if (type == "mish")
    return mish(node, x);
  return node.unsupported("'act_type' '" + type + "'");
}

/// The slopes are one number, or one for each entry of dimension 1.
static MaybeValue prelu(SymbolNode &node, Value x) {
  MaybeValue slope = node.input(1);
  if (failed(slope))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(x);
  int64_t count = *elementCount(shapeOf(*slope));
  if (count != 1 && (shape.size() < 2 || count != shape[1]))
    return node.invalid("its slopes have shape " + shapeText(shapeOf(*slope)) +
                        " for an input of shape " + shapeText(shape));
  Ints aligned(shape.size() < 2 ? 1 : shape.size() - 1, 1);
  aligned.front() = count;
  return node.create<graph::PreluOp>(x, node.reshape(slope, aligned));
}

/// LeakyReLU, the name of several functions. The random slope of 'rrelu' is its mean in inference.
static MaybeValue importLeakyRelu(SymbolNode &node) {
  MaybeValue x = node.input(0);
  StringRef type = node.string("act_type", "leaky");
  double slope = node.number("slope", 0.25), lower = node.number("lower_bound", 0.125),
         upper = node.number("upper_bound", 0.334);
  if (node.failed() || failed(x))
    return failure();
  auto leaky = [&](double alpha) {
    return node.create<graph::LeakyReluOp>(x, llvm::APFloat(static_cast<float>(alpha)));
  };
  if (type == "leaky")
    return leaky(slope);
  if (type == "rrelu")
    return leaky((lower + upper) / 2);
  if (type == "prelu")
    return prelu(node, *x);
  if (type == "elu")
    return node.create<graph::EluOp>(x, llvm::APFloat(static_cast<float>(slope)));
  if (type == "selu")
    return selu(node, x);
  if (type == "gelu")
    return node.create<graph::GeluOp>(x);
  return node.unsupported("'act_type' '" + type + "'");
}

static MaybeValue importClip(SymbolNode &node) {
  MaybeValue x = node.input(0);
  double low = node.number("a_min", -INFINITY), high = node.number("a_max", INFINITY);
  if (node.failed() || failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  return clampBetween(node, x, low, high);
}

/// clip(alpha * x + beta, 0, 1).
static MaybeValue importHardSigmoid(SymbolNode &node) {
  MaybeValue x = node.input(0);
  double alpha = node.number("alpha", 0.2), beta = node.number("beta", 0.5);
  if (node.failed() || failed(x))
    return failure();
  MaybeValue scaled = node.create<graph::MulOp>(x, node.scalarLike(*x, alpha), kNoActivation);
  return clampBetween(
      node, node.create<graph::AddOp>(scaled, node.scalarLike(*x, beta), kNoActivation), 0, 1);
}

void registerActivation(OpTable &table) {
  table.add("Activation", importActivation);
  table.add("LeakyReLU", importLeakyRelu);
  table.add("clip", importClip);
  table.add("hard_sigmoid", importHardSigmoid);
  table.add("softsign", importSoftsign);
}

} // namespace tandem::mxnet
