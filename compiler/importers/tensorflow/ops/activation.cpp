#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

static constexpr auto kNone = graph::Activation::None;

static MaybeValue importLeakyRelu(TfNode &node) {
  double alpha = node.number("alpha", 0.2);
  return node.create<graph::LeakyReluOp>(node.input(0), llvm::APFloat(static_cast<float>(alpha)));
}
static MaybeValue importElu(TfNode &node) {
  return node.create<graph::EluOp>(node.input(0), llvm::APFloat(1.0f));
}
static MaybeValue importSelu(TfNode &node) {
  return selu(node, node.input(0));
}
static MaybeValue importSoftplus(TfNode &node) {
  return softplus(node, node.input(0));
}

/// x / (1 + |x|)
static MaybeValue importSoftsign(TfNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  MaybeValue size = node.create<graph::AbsOp>(x);
  return node.create<graph::DivOp>(
      x, node.create<graph::AddOp>(size, node.scalarLike(*x, 1), kNone), kNone);
}

/// Over the last dimension, as TensorFlow's is.
template <typename OpT, typename... Rest>
static MaybeValue importSoftmax(TfNode &node, const Rest &...rest) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  if (shapeOf(*x).empty())
    return node.invalid("its input is a scalar");
  auto last = static_cast<int64_t>(shapeOf(*x).size()) - 1;
  return node.create<OpT>(x, last, rest...);
}
static MaybeValue importPlainSoftmax(TfNode &node) {
  return importSoftmax<graph::SoftmaxOp>(node, llvm::APFloat(1.0f));
}
static MaybeValue importLogSoftmax(TfNode &node) {
  return importSoftmax<graph::LogSoftmaxOp>(node);
}

/// ClipByValue: the value, the least and the most.
static MaybeValue importClip(TfNode &node) {
  return node.create<graph::MinimumOp>(node.create<graph::MaximumOp>(node.input(0), node.input(1)),
                                       node.input(2));
}

/// LRN over the last dimension.
static MaybeValue importLrn(TfNode &node) {
  auto number = [&](StringRef name, double absent) {
    return llvm::APFloat(static_cast<float>(node.number(name, absent)));
  };
  int64_t radius = node.attribute("depth_radius", 5);
  llvm::APFloat bias = number("bias", 1), alpha = number("alpha", 1), beta = number("beta", 0.5);
  MaybeValue input = node.input(0);
  if (node.failed() || failed(input))
    return failure();
  return node.create<graph::LocalResponseNormOp>(input, radius, bias, alpha, beta);
}

void registerActivation(OpTable &table) {
  table.add("LeakyRelu", importLeakyRelu);
  table.add("Elu", importElu);
  table.add("Selu", importSelu);
  table.add("Softplus", importSoftplus);
  table.add("Softsign", importSoftsign);
  table.add("Softmax", importPlainSoftmax);
  table.add("LogSoftmax", importLogSoftmax);
  table.add("ClipByValue", importClip);
  table.add("LRN", importLrn);
}

} // namespace tandem::tensorflow
