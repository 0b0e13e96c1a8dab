#include "backends/neuron/compile/product_with_ones.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

constexpr size_t kHeight = 1, kWidth = 2, kChannels = 3;

OperandType withShape(OperandType type, ImageShape shape) {
  type.dimensions.assign(shape.begin(), shape.end());
  return type;
}

} // namespace

void addProductWithOnes(Value input, ImageShape from, ImageShape to, float scale, Value result,
                        NetworkWriter &network) {
  OperandType inputType = network.typeOf(input), resultType = network.typeOf(result);
  OperandType fromType = withShape(inputType, from), toType = withShape(resultType, to);
  OperandId image = network.tensor(input);
  if (inputType.dimensions != fromType.dimensions) {
    OperandId reshaped = network.intermediate(fromType);
    network.add(NEURON_RESHAPE, {image, network.vector(from)}, reshaped);
    image = reshaped;
  }
  int64_t height = from[kHeight] / to[kHeight], width = from[kWidth] / to[kWidth];
  OperandType ones =
      withShape({.code = inputType.code, .scale = scale}, {1, height, width, from[kChannels]});
  OperandType bias = {.code = NEURON_TENSOR_INT32,
                      .dimensions = {static_cast<uint32_t>(from[kChannels])},
                      .scale = inputType.scale * scale};
  size_t channels = from[kChannels];
  SmallVector<OperandId> inputs = {
      image, network.constant(ones, SmallVector<char>(height * width * channels, 1)),
      network.constant(bias, SmallVector<char>(channels * sizeof(int32_t), 0))};
  for (int64_t value : {int64_t(0), int64_t(0), int64_t(0), int64_t(0), // pads
                        width, height,                                  // strides
                        int64_t(1)})                                    // multiplier
    inputs.push_back(network.integer(value));
  inputs.push_back(network.fuse(graph::Activation::None));
  if (resultType.dimensions == toType.dimensions)
    return network.add(NEURON_DEPTHWISE_CONV_2D, inputs, result);
  OperandId product = network.intermediate(toType);
  network.add(NEURON_DEPTHWISE_CONV_2D, inputs, product);
  network.add(NEURON_RESHAPE, {product, network.shapeOf(result)}, result);
}

} // namespace tandem::neuron
