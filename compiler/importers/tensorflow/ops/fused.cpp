// What TensorFlow's optimizer makes of several operators, in graphs that were saved after it.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tensorflow/products.h"

using namespace mlir;

namespace tandem::tensorflow {

namespace {
/// A function of one tensor by the name that the optimizer has for it; nothing for other names.
std::optional<MaybeValue> activated(TfNode &node, StringRef name, MaybeValue x) {
  if (name == "Identity" || name.empty())
    return x;
  if (name == "Relu")
    return node.create<graph::ReluOp>(x);
  if (name == "Relu6")
    return node.create<graph::Relu6Op>(x);
  if (name == "Elu")
    return node.create<graph::EluOp>(x, llvm::APFloat(1.0f));
  if (name == "LeakyRelu")
    return node.create<graph::LeakyReluOp>(
        x, llvm::APFloat(static_cast<float>(node.number("leakyrelu_alpha", 0.2))));
  if (name == "Tanh")
    return node.create<graph::TanhOp>(x);
  if (name == "Sigmoid")
    return node.create<graph::SigmoidOp>(x);
  if (name == "GeluApproximate")
    return geluTanh(node, x);
  if (name == "GeluExact")
    return node.create<graph::GeluOp>(x);
  return std::nullopt;
}

/// The operators of 'fused_ops' in turn, whose own inputs begin with the third.
MaybeValue withFused(TfNode &node, MaybeValue x) {
  std::vector<std::string> names = node.stringList("fused_ops");
  auto epsilon = static_cast<float>(node.number("epsilon", 1e-4));
  bool isImage = succeeded(x) && shapeOf(*x).size() == 4;
  auto inLast = [&](auto function) {
    return isImage ? node.fromNhwc(function(node.toNhwc(x))) : function(x);
  };
  size_t next = 2;
  for (const std::string &name : names) {
    if (node.failed() || failed(x))
      return failure();
    if (name == "BiasAdd") {
      x = inLast([&](MaybeValue value) { return node.add(value, node.input(next)); });
      next += 1;
    } else if (name == "Add") {
      x = node.add(x, node.input(next));
      next += 1;
    } else if (name == "FusedBatchNorm") {
      x = inLast([&](MaybeValue value) {
        return node.create<graph::BatchNormOp>(value, node.input(next), node.input(next + 1),
                                               node.input(next + 2), node.input(next + 3),
                                               llvm::APFloat(epsilon));
      });
      next += 4;
    } else if (auto result = activated(node, name, x)) {
      x = *result;
    } else {
      return node.unsupported("with '" + name + "' behind it");
    }
  }
  return node.failed() ? MaybeValue(failure()) : x;
}
} // namespace

template <MaybeValue (*product)(TfNode &)> static MaybeValue importFused(TfNode &node) {
  return withFused(node, product(node));
}

void registerFused(OpTable &table) {
  table.add("_FusedConv2D", importFused<importConv2d>);
  table.add("_FusedDepthwiseConv2dNative", importFused<importDepthwise>);
  table.add("_FusedMatMul", importFused<importMatMul>);
}

} // namespace tandem::tensorflow
