#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

static constexpr auto kNone = graph::Activation::None;

static MaybeValue importLeakyRelu(OnnxNode &node) {
  auto alpha = static_cast<float>(node.number("alpha", 0.01));
  return node.failed() ? MaybeValue(failure())
                       : node.create<graph::LeakyReluOp>(node.input(0), llvm::APFloat(alpha));
}

static MaybeValue importPRelu(OnnxNode &node) {
  return node.create<graph::PreluOp>(node.input(0), node.input(1));
}

static MaybeValue importElu(OnnxNode &node) {
  auto alpha = static_cast<float>(node.number("alpha", 1));
  return node.failed() ? MaybeValue(failure())
                       : node.create<graph::EluOp>(node.input(0), llvm::APFloat(alpha));
}

static MaybeValue importSelu(OnnxNode &node) {
  double alpha = node.number("alpha", 1.67326319217681884765625);
  double gamma = node.number("gamma", 1.05070102214813232421875);
  return node.failed() ? MaybeValue(failure()) : selu(node, node.input(0), alpha, gamma);
}

/// Celu: alpha * elu(x / alpha), which is x where it is not negative.
static MaybeValue importCelu(OnnxNode &node) {
  double alpha = node.number("alpha", 1);
  MaybeValue x = node.input(0);
  if (node.failed() || failed(x))
    return failure();
  if (alpha == 0)
    return node.invalid("'alpha' is 0");
  auto times = [&](MaybeValue value, double factor) {
    return node.create<graph::MulOp>(value, node.scalarLike(*x, factor), kNone);
  };
  return times(node.create<graph::EluOp>(times(x, 1 / alpha), llvm::APFloat(1.0f)), alpha);
}

/// HardSigmoid: alpha * x + beta between 0 and 1.
static MaybeValue importHardSigmoid(OnnxNode &node) {
  double alpha = node.number("alpha", 0.2), beta = node.number("beta", 0.5);
  MaybeValue x = node.input(0);
  if (node.failed() || failed(x))
    return failure();
  constexpr double kClose = 1e-6; // of 1/6 as files have it
  if (std::abs(alpha - 1.0 / 6) < kClose && beta == 0.5)
    return node.create<graph::HardSigmoidOp>(x);
  MaybeValue line =
      node.create<graph::AddOp>(node.create<graph::MulOp>(x, node.scalarLike(*x, alpha), kNone),
                                node.scalarLike(*x, beta), kNone);
  return clampBetween(node, line, 0, 1);
}

static MaybeValue importSoftplus(OnnxNode &node) {
  return softplus(node, node.input(0));
}
static MaybeValue importMish(OnnxNode &node) {
  return mish(node, node.input(0));
}
static MaybeValue importSwish(OnnxNode &node) {
  double alpha = node.number("alpha", 1);
  return node.failed() ? MaybeValue(failure()) : swish(node, node.input(0), alpha);
}

/// SwiGLU: the second input, weighed by the swish of the first.
static MaybeValue importSwiGlu(OnnxNode &node) {
  return node.multiply(importSwish(node), node.input(1));
}

static MaybeValue importGelu(OnnxNode &node) {
  std::string approximate = node.string("approximate", "none");
  if (node.failed())
    return failure();
  if (approximate == "none")
    return node.create<graph::GeluOp>(node.input(0));
  if (approximate != "tanh")
    return node.invalid("'approximate' is '" + approximate + "'");
  return geluTanh(node, node.input(0));
}

/// An end of Clip: an attribute before opset 11, then an input. Absent, it is no limit.
static FailureOr<double> clipEnd(OnnxNode &node, StringRef name, size_t index, double absent) {
  if (node.opset() < 11)
    return node.number(name, absent);
  return node.has(index) ? node.scalar(index, ("'" + name + "'").str()) : FailureOr<double>(absent);
}

/// Clip to ends that are computed, or of a tensor of integers.
static MaybeValue clipByOps(OnnxNode &node, MaybeValue x) {
  MaybeValue low = node.optionalInput(1), high = node.optionalInput(2);
  if (failed(x) || failed(low) || failed(high))
    return failure();
  if (*low)
    x = node.create<graph::MaximumOp>(x, low);
  if (*high)
    x = node.create<graph::MinimumOp>(x, high);
  return x;
}

static MaybeValue importClip(OnnxNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  bool isKnown = (!node.has(1) || node.known(1)) && (!node.has(2) || node.known(2));
  if (node.opset() >= 11 && (!isKnown || !isa<FloatType>(getElementTypeOrSelf(*x))))
    return clipByOps(node, x);
  constexpr double kLargest = 3.4028234663852886e38; // what files say for no limit
  FailureOr<double> low = clipEnd(node, "min", 1, -INFINITY),
                    high = clipEnd(node, "max", 2, INFINITY);
  if (failed(low) || failed(high) || node.failed())
    return failure();
  return clampBetween(node, x, *low <= -kLargest ? -INFINITY : *low,
                      *high >= kLargest ? INFINITY : *high);
}

void registerActivation(OpTable &table) {
  table.add("LeakyRelu", importLeakyRelu, Takes::kReals);
  table.add("PRelu", importPRelu, Takes::kReals);
  table.add("Elu", importElu, Takes::kReals);
  table.add("Selu", importSelu, Takes::kReals);
  table.add("Celu", importCelu, Takes::kReals);
  table.add("HardSigmoid", importHardSigmoid, Takes::kReals);
  table.add("Softplus", importSoftplus, Takes::kReals);
  table.add("Mish", importMish, Takes::kReals);
  table.add("Swish", importSwish, Takes::kReals);
  table.add("SwiGLU", importSwiGlu, Takes::kReals);
  table.add("Gelu", importGelu, Takes::kReals);
  table.add("com.microsoft.Gelu", importGelu, Takes::kReals);
  table.add("Clip", importClip, Takes::kNumbers);
}

} // namespace tandem::onnx
