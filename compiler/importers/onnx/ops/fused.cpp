// What ONNX Runtime's optimizers make of several operators, as they are saved in optimized models:
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/convolution.h"
#include "compiler/importers/onnx/gemm.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

/// What 'activation' says is done with a result; `parameters` are its numbers where they are given.
static MaybeValue activated(OnnxNode &node, MaybeValue x, ArrayRef<double> parameters) {
  std::string name = node.string("activation", "");
  if (failed(x) || node.failed())
    return failure();
  auto parameter = [&](size_t index, double absent) {
    return index < parameters.size() ? parameters[index] : absent;
  };
  if (name.empty())
    return x;
  if (name == "Relu")
    return node.create<graph::ReluOp>(x);
  if (name == "Sigmoid")
    return node.create<graph::SigmoidOp>(x);
  if (name == "Tanh")
    return node.create<graph::TanhOp>(x);
  if (name == "LeakyRelu")
    return node.create<graph::LeakyReluOp>(x,
                                           llvm::APFloat(static_cast<float>(parameter(0, 0.01))));
  if (name == "Clip")
    return clampBetween(node, x, parameter(0, -INFINITY), parameter(1, INFINITY));
  if (name == "HardSigmoid")
    return clampBetween(node, node.add(node.multiply(x, parameter(0, 0.2)), parameter(1, 0.5)), 0,
                        1);
  return node.unsupported("activation '" + name + "'");
}

/// com.microsoft.FusedConv: a convolution, a tensor added to it, and an activation.
static MaybeValue importFusedConv(OnnxNode &node) {
  MaybeValue added = node.optionalInput(3);
  if (failed(added))
    return failure();
  MaybeValue result = importConv(node);
  return activated(node, *added ? node.add(result, added) : result,
                   node.numbers("activation_params"));
}

/// com.microsoft.FusedGemm.
static MaybeValue importFusedGemm(OnnxNode &node) {
  SmallVector<double> parameters;
  for (const char *name : {"activation_alpha", "activation_beta", "activation_gamma"})
    if (node.hasAttribute(name))
      parameters.push_back(node.number(name));
  return activated(node, importGemm(node), parameters);
}

/// The last two dimensions of an operand in the other order; with `turnsBatch` the first dimension
/// comes before the last one instead: [b, m, ..., k] is [m, ..., b, k].
static MaybeValue turnedBatch(OnnxNode &node, MaybeValue x, bool turnsBatch) {
  if (failed(x) || !turnsBatch)
    return x;
  auto rank = static_cast<int64_t>(shapeOf(*x).size());
  if (rank < 3)
    return node.invalid("a batch of shape " + shapeText(shapeOf(*x)));
  auto order = llvm::to_vector(llvm::seq<int64_t>(1, rank - 1));
  order.append({0, rank - 1});
  return node.transpose(x, order);
}

/// com.microsoft.FusedMatMul (TransposeMatMul before it): alpha * A' B', of which either may be
/// turned, and its batch dimension moved.
static MaybeValue importFusedMatMul(OnnxNode &node) {
  double alpha = node.number("alpha", 1);
  bool turnA = node.flag("transA", false), turnB = node.flag("transB", false);
  MaybeValue lhs = turnedBatch(node, node.input(0), node.flag("transBatchA", false)),
             rhs = turnedBatch(node, node.input(1), node.flag("transBatchB", false));
  if (node.failed() || failed(lhs) || failed(rhs))
    return failure();
  return node.multiply(matrixProduct(node, lhs, rhs, turnA && shapeOf(*lhs).size() > 1,
                                     turnB && shapeOf(*rhs).size() > 1),
                       alpha);
}

/// com.microsoft.BiasGelu, and FastGelu by the approximation, whose bias may be left out.
template <bool isFast> static MaybeValue importBiasGelu(OnnxNode &node) {
  MaybeValue bias = node.optionalInput(1);
  if (failed(bias))
    return failure();
  MaybeValue x = *bias ? node.add(node.input(0), bias) : node.input(0);
  return isFast ? geluTanh(node, x) : node.create<graph::GeluOp>(x);
}

/// com.microsoft.QuickGelu: x * sigmoid(alpha * x).
static MaybeValue importQuickGelu(OnnxNode &node) {
  double alpha = node.number("alpha", 1.702);
  return node.failed() ? MaybeValue(failure()) : swish(node, node.input(0), alpha);
}

void registerFused(OpTable &table) {
  table.add("com.microsoft.FusedConv", importFusedConv, Takes::kReals);
  table.add("com.microsoft.FusedGemm", importFusedGemm, Takes::kReals);
  table.add("com.microsoft.FusedMatMul", importFusedMatMul, Takes::kReals);
  table.add("com.microsoft.TransposeMatMul", importFusedMatMul, Takes::kReals);
  table.add("com.microsoft.BiasGelu", importBiasGelu</*isFast=*/false>, Takes::kReals);
  table.add("com.microsoft.FastGelu", importBiasGelu</*isFast=*/true>, Takes::kReals);
  table.add("com.microsoft.QuickGelu", importQuickGelu, Takes::kReals);
}

} // namespace tandem::onnx
