#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tflite/hybrid.h"
#include "compiler/importers/tflite/sequence.h"

using namespace mlir;

namespace tandem::tflite {

/// SVDF (Nakkiran et al. 2015): features of each run join those of the runs before, and each unit
/// is a sum over the time of `rank` of them. Inputs are the rows, the weights of features and of
/// time, the bias and what is remembered, [batch, features * time].
static LogicalResult importSvdf(Node &node) {
  auto options = node.options<schema::SVDFOptions>();
  FailureOr<Value> input = node.input(0), ofTime = realWeights(node, 2, {-1, -1});
  if (failed(options) || failed(input) || failed(ofTime))
    return failure();
  if (!getElementTypeOrSelf(*input).isF32())
    return node.unsupported() << "an input that is not float32";
  NodeBuilder &build = node.build();
  auto activation = functionOf(build, (*options)->fused_activation_function());
  if (!activation)
    return node.unsupported() << "its activation";
  int64_t features = shapeOf(*ofTime)[0], times = shapeOf(*ofTime)[1], rank = (*options)->rank();
  if (shapeOf(*input).size() != 2 || rank < 1 || times < 1 || features % rank != 0)
    return node.invalid() << "an input of shape " << shapeText(shapeOf(*input)) << " for "
                          << features << " features of rank " << rank;
  int64_t batch = shapeOf(*input)[0], units = features / rank;
  constexpr size_t kBias = 3, kState = 4;
  FailureOr<Value> ofFeatures = weights(node, 1, {features, shapeOf(*input)[1]});
  FailureOr<Value> before = realWeights(node, kState, {batch, features * times});
  if (failed(ofFeatures) || failed(before))
    return failure();
  MaybeValue now =
      hybridProduct(build, input, ofFeatures, Value(), (*options)->asymmetric_quantize_inputs());
  MaybeValue all = build.reshape(now, {batch, features, 1});
  if (times > 1) {
    MaybeValue remembered =
        sliceAlong(build, build.reshape(before, {batch, features, times}), 2, 1, times - 1);
    if (failed(all) || failed(remembered))
      return failure();
    all = concatAlong(build, {*remembered, *all}, 2);
  }
  MaybeValue kept = build.reshape(all, {batch, features * times});
  if (failed(kept))
    return failure();
  node.keepState(kState, *kept);
  MaybeValue weighted = build.reshape(build.multiply(all, ofTime), {batch, units, rank * times});
  MaybeValue sums = build.create<graph::SumOp>(weighted, ArrayRef<int64_t>{2}, /*keepDims=*/false);
  if (node.hasInput(kBias))
    sums = build.add(sums, realWeights(node, kBias, units));
  return node.setOutput(activation(sums));
}

void registerSvdf(OpTable &table) {
  table.add(schema::BuiltinOperator::SVDF, importSvdf);
}

} // namespace tandem::tflite
