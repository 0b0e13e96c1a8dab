#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tflite/fixed_point.h"
#include "compiler/importers/tflite/hybrid.h"
#include "compiler/importers/tflite/sequence.h"

using namespace mlir;

namespace tandem::tflite {

// SVDF (Nakkiran et al. 2015): features of each run join those of the runs before, and each unit is
// a sum over the time of `rank` of them. Inputs are the rows, the weights of features and of time,
// the bias and what is remembered, [batch, features * time].
static constexpr size_t kOfFeatures = 1, kOfTime = 2, kBias = 3, kState = 4;

namespace {
struct Sizes {
  int64_t batch = 0, depth = 0, features = 0, times = 0, rank = 0, units = 0;
};
} // namespace

static FailureOr<Sizes> sizesOf(Node &node, ArrayRef<int64_t> input, ArrayRef<int64_t> ofTime,
                                int64_t rank) {
  bool fits = input.size() == 2 && ofTime.size() == 2 && rank > 0 && ofTime[1] > 0 &&
              ofTime[0] % rank == 0 && !llvm::is_contained(input, 0) &&
              hasSaneSize({input[0], ofTime[0], ofTime[1]});
  if (!fits)
    return node.invalid() << "an input of shape " << shapeText(input) << " for weights of shape "
                          << shapeText(ofTime) << " of rank " << rank;
  return Sizes{input[0], input[1], ofTime[0], ofTime[1], rank, ofTime[0] / rank};
}

/// The features of all times, [batch, features, time]: those of the last run without their first,
/// and the new ones, [batch, features].
static MaybeValue withFeatures(NodeBuilder &build, const Sizes &sizes, MaybeValue before,
                               MaybeValue now) {
  MaybeValue all = build.reshape(now, {sizes.batch, sizes.features, 1});
  if (sizes.times == 1)
    return all;
  MaybeValue remembered =
      sliceAlong(build, build.reshape(before, {sizes.batch, sizes.features, sizes.times}), 2, 1,
                 sizes.times - 1);
  if (failed(all) || failed(remembered))
    return failure();
  return concatAlong(build, {*remembered, *all}, 2);
}

/// Sums over the time and the rank, [batch, units].
static MaybeValue unitSums(NodeBuilder &build, const Sizes &sizes, MaybeValue all,
                           MaybeValue ofTime) {
  MaybeValue weighted = build.reshape(build.multiply(all, ofTime),
                                      {sizes.batch, sizes.units, sizes.rank * sizes.times});
  return build.create<graph::SumOp>(weighted, ArrayRef<int64_t>{2}, /*keepDims=*/false);
}

static LogicalResult keepState(Node &node, const Sizes &sizes, MaybeValue all) {
  MaybeValue kept = node.build().reshape(all, {sizes.batch, sizes.features * sizes.times});
  if (failed(kept))
    return failure();
  node.keepState(kState, *kept);
  return success();
}

/// On codes of 8 bits, with weights of time and a state of 16, as LiteRT's kernel has it: its only
/// activation is RELU, and what is below 0 has no code.
static LogicalResult importOnCodes(Node &node, Value input, const schema::SVDFOptions &options) {
  auto ofTime = constantCodes(node, kOfTime, ElementType::kI16, {-1, -1});
  FailureOr<Type> stateType = node.inputType(kState), type = node.outputType();
  FailureOr<Value> before = node.input(kState);
  if (failed(ofTime) || failed(stateType) || failed(type) || failed(before))
    return failure();
  if (options.fused_activation_function() != schema::ActivationFunctionType::RELU)
    return node.unsupported() << "codes with another activation than RELU";
  FailureOr<Sizes> sizes = sizesOf(node, shapeOf(input), ofTime->shape, options.rank());
  auto ofInput = oneScale(node, getElementTypeOrSelf(input), ElementType::kI8, "its input");
  auto ofState = oneScale(node, *stateType, ElementType::kI16, "its state");
  auto ofOutput = oneScale(node, *type, ElementType::kI8, "its output");
  if (failed(sizes) || failed(ofInput) || failed(ofState) || failed(ofOutput))
    return failure();
  if (elementCount(shapeOf(*before)) != sizes->batch * sizes->features * sizes->times)
    return node.invalid() << "a state of shape " << shapeText(shapeOf(*before));
  auto ofFeatures =
      constantCodes(node, kOfFeatures, ElementType::kI8, {sizes->features, sizes->depth});
  if (failed(ofFeatures))
    return failure();
  NodeBuilder &build = node.build();
  MaybeValue now = wholeProduct(build, stepsOfCodes(build, input), wholeMatrix(build, *ofFeatures));
  now =
      rescaled(build, now, quantizeMultiplier(ofInput->scale * ofFeatures->scale / ofState->scale));
  now = heldWithin(build, now, ElementType::kI16);
  MaybeValue all = withFeatures(build, *sizes, whole(build, stepsOfCodes(build, before)), now);
  if (failed(keepState(node, *sizes, codesOfSteps(build, all, *stateType))))
    return failure();
  MaybeValue sums =
      unitSums(build, *sizes, all, wholeConstant(build, ofTime->shape, ofTime->codes));
  if (node.hasInput(kBias)) {
    auto bias = constantCodes(node, kBias, ElementType::kI32, sizes->units);
    if (failed(bias))
      return failure();
    sums = build.add(sums, wholeConstant(build, bias->shape, bias->codes));
  }
  sums =
      rescaled(build, sums, quantizeMultiplier(ofState->scale * ofTime->scale / ofOutput->scale));
  return node.setOutput(codesOfSteps(build, sums, *type));
}

static LogicalResult importSvdf(Node &node) {
  auto options = node.options<schema::SVDFOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  if (graph::isQuantized(getElementTypeOrSelf(*input)))
    return importOnCodes(node, *input, **options);
  FailureOr<Value> ofTime = realWeights(node, kOfTime, {-1, -1});
  if (failed(ofTime))
    return failure();
  if (!getElementTypeOrSelf(*input).isF32())
    return node.unsupported() << "an input that is not float32";
  NodeBuilder &build = node.build();
  auto activation = functionOf(build, (*options)->fused_activation_function());
  if (!activation)
    return node.unsupported() << "its activation";
  FailureOr<Sizes> sizes = sizesOf(node, shapeOf(*input), shapeOf(*ofTime), (*options)->rank());
  if (failed(sizes))
    return failure();
  FailureOr<Value> ofFeatures = weights(node, kOfFeatures, {sizes->features, sizes->depth});
  FailureOr<Value> before =
      realWeights(node, kState, {sizes->batch, sizes->features * sizes->times});
  if (failed(ofFeatures) || failed(before))
    return failure();
  MaybeValue now =
      hybridProduct(build, input, ofFeatures, Value(), (*options)->asymmetric_quantize_inputs());
  MaybeValue all = withFeatures(build, *sizes, before, now);
  if (failed(keepState(node, *sizes, all)))
    return failure();
  MaybeValue sums = unitSums(build, *sizes, all, ofTime);
  if (node.hasInput(kBias))
    sums = build.add(sums, realWeights(node, kBias, sizes->units));
  return node.setOutput(activation(sums));
}

void registerSvdf(OpTable &table) {
  table.add(schema::BuiltinOperator::SVDF, importSvdf);
}

} // namespace tandem::tflite
