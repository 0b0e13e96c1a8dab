#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

static MaybeValue softmaxOver(SymbolNode &node, MaybeValue x, int64_t axis) {
  return node.create<graph::SoftmaxOp>(x, axis, llvm::APFloat(1.0f));
}

/// Over all but the first dimension.
static MaybeValue softmaxOverRest(SymbolNode &node, Value x) {
  Ints shape(shapeOf(x));
  if (shape.size() < 2)
    return softmaxOver(node, x, static_cast<int64_t>(shape.size()) - 1);
  if (shape.size() == 2)
    return softmaxOver(node, x, 1);
  int64_t rest = *elementCount(ArrayRef(shape).drop_front());
  return node.reshape(softmaxOver(node, node.reshape(x, {shape.front(), rest}), 1), shape);
}

namespace {
struct Scores {
  Value x;
  int64_t axis;
  double factor; ///< 1 / 'temperature'
};

FailureOr<Scores> readScores(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*x).size()), -1);
  double temperature = node.number("temperature", 1);
  bool hasLength = node.flag("use_length", false);
  if (node.failed())
    return failure();
  if (hasLength)
    return node.unsupported("'use_length'");
  return Scores{*x, axis, 1 / temperature};
}
} // namespace

static MaybeValue importSoftmax(SymbolNode &node) {
  FailureOr<Scores> scores = readScores(node);
  if (failed(scores))
    return failure();
  return node.create<graph::SoftmaxOp>(scores->x, scores->axis,
                                       llvm::APFloat(static_cast<float>(scores->factor)));
}

/// softmin: softmax of the negative.
static MaybeValue importSoftmin(SymbolNode &node) {
  FailureOr<Scores> scores = readScores(node);
  if (failed(scores))
    return failure();
  return softmaxOver(node, node.multiply(scores->x, -scores->factor), scores->axis);
}

static MaybeValue importLogSoftmax(SymbolNode &node) {
  FailureOr<Scores> scores = readScores(node);
  if (failed(scores))
    return failure();
  MaybeValue x = scores->x;
  if (scores->factor != 1)
    x = node.create<graph::MulOp>(x, node.scalarLike(scores->x, scores->factor), kNoActivation);
  return node.create<graph::LogSoftmaxOp>(x, scores->axis);
}

/// SoftmaxOutput is softmax in inference; its label is not read.
static MaybeValue importSoftmaxOutput(SymbolNode &node) {
  MaybeValue x = node.input(0);
  bool isMultiOutput = node.flag("multi_output", false),
       keepsShape = node.flag("preserve_shape", false);
  if (node.failed() || failed(x))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*x).size());
  if (isMultiOutput && rank > 1)
    return softmaxOver(node, x, 1);
  return keepsShape ? softmaxOver(node, x, rank - 1) : softmaxOverRest(node, *x);
}

static MaybeValue importSoftmaxActivation(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  return node.string("mode", "instance") == "channel" ? softmaxOver(node, x, 1)
                                                      : softmaxOverRest(node, *x);
}

static MaybeValue importLogistic(SymbolNode &node) {
  return node.create<graph::SigmoidOp>(node.input(0));
}
static MaybeValue importUnchanged(SymbolNode &node) {
  return node.input(0);
}

void registerSoftmax(OpTable &table) {
  table.add("softmax", importSoftmax);
  table.add("log_softmax", importLogSoftmax);
  table.add("softmin", importSoftmin);
  table.add("SoftmaxActivation", importSoftmaxActivation);
  table.addLoss("SoftmaxOutput", importSoftmaxOutput);
  table.addLoss("Softmax", importSoftmaxOutput); // its name before 0.9
  table.addLoss("LogisticRegressionOutput", importLogistic);
  for (StringRef op : {"LinearRegressionOutput", "MAERegressionOutput", "SVMOutput"})
    table.addLoss(op, importUnchanged);
}

} // namespace tandem::mxnet
