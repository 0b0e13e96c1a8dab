#include "compiler/importers/tflite/hybrid.h"
#include "compiler/importers/tflite/window.h"

using namespace mlir;

namespace tandem::tflite {

/// FULLY_CONNECTED: the input is taken as rows of the filter's length, whatever its rank. The
/// result has rank 2, or with keep_num_dims the input's dimensions but for the last.
static LogicalResult importFullyConnected(Node &node) {
  auto options = node.options<schema::FullyConnectedOptions>();
  FailureOr<Value> input = node.input(0), filter = node.input(1), bias = biasOf(node);
  if (failed(options) || failed(input) || failed(filter) || failed(bias))
    return failure();
  if ((*options)->weights_format() != schema::FullyConnectedOptionsWeightsFormat::DEFAULT)
    return node.unsupported() << "shuffled weights";
  auto activation = node.activation((*options)->fused_activation_function());
  FailureOr<Type> type = node.outputType();
  if (failed(activation) || failed(type))
    return failure();
  ArrayRef<int64_t> weights = shapeOf(*filter);
  int64_t count = graph::tensorType(*input).getNumElements();
  if (weights.size() != 2 || weights[1] < 1 || count % weights[1] != 0)
    return node.invalid() << "a filter of " << shapeText(weights) << " does not fit an input of "
                          << shapeText(shapeOf(*input));
  SmallVector<int64_t> kept(shapeOf(*input));
  NodeBuilder &build = node.build();
  FailureOr<Value> rows =
      build.create<graph::ReshapeOp>(*input, ArrayRef<int64_t>({count / weights[1], weights[1]}));
  bool isHybrid = type->isF32() && graph::isQuantized(filter->getType());
  FailureOr<Value> result =
      isHybrid
          ? hybridProduct(build, rows, *filter, *bias, (*options)->asymmetric_quantize_inputs(),
                          *activation)
          : build.createTyped<graph::FullyConnectedOp>(*type, rows, *filter, *bias, *activation);
  if ((*options)->keep_num_dims() && !kept.empty()) {
    kept.back() = weights[0];
    result = build.create<graph::ReshapeOp>(result, ArrayRef<int64_t>(kept));
  }
  return node.setOutput(result);
}

void registerFullyConnected(OpTable &table) {
  table.add(schema::BuiltinOperator::FULLY_CONNECTED, importFullyConnected);
}

} // namespace tandem::tflite
