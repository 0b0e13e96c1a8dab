// Functions that Neuron has no operation for, put together from those it has.
#include "backends/neuron/compile/handlers.h"
#include "compiler/graph/types.h"

#include <cmath>

using namespace mlir;

namespace tandem::neuron {
namespace {

/// One after another, all of the type that the first value has.
class Chain {
public:
  Chain(Value first, NetworkWriter &network) : network_(network), type_(network.typeOf(first)) {}

  OperandId unary(NeuronOperationType code, OperandId x) { return apply(code, {x}); }
  OperandId add(OperandId x, double number) { return binary(NEURON_ADD, x, constant(number)); }
  OperandId multiply(OperandId x, double number) { return binary(NEURON_MUL, x, constant(number)); }
  OperandId multiply(OperandId x, OperandId y) { return binary(NEURON_MUL, x, y); }
  OperandId binary(NeuronOperationType code, OperandId x, OperandId y) {
    return apply(code, {x, y, none()});
  }
  OperandId constant(double number) { return network_.real(static_cast<float>(number), type_); }
  OperandId none() { return network_.fuse(graph::Activation::None); }
  OperandId apply(NeuronOperationType code, ArrayRef<OperandId> inputs) {
    OperandId result = network_.intermediate(type_);
    network_.add(code, inputs, result);
    return result;
  }

private:
  NetworkWriter &network_;
  OperandType type_;
};

/// factor * (1 - erf(scale * |x|)) for x and |x|, within 1.5e-7 * factor: formula 7.1.26 of
/// Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), from Hastings (1955):
/// (a1 t + ... + a5 t^5) exp(-z^2) with t = 1 / (1 + p z), z >= 0.
OperandId complementOfErf(OperandId x, OperandId size, double scale, double factor, Chain &chain) {
  constexpr double kP = 0.3275911;
  constexpr double kA[] = {0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429};
  OperandId t =
      chain.binary(NEURON_DIV, chain.constant(1), chain.add(chain.multiply(size, kP * scale), 1));
  OperandId sum = chain.multiply(t, kA[4] * factor);
  for (int i = 3; i >= 0; --i)
    sum = chain.multiply(chain.add(sum, kA[i] * factor), t);
  OperandId exponent = chain.multiply(chain.multiply(x, x), -scale * scale);
  return chain.multiply(sum, chain.unary(NEURON_EXP, exponent));
}

/// x * (1 + erf(x / sqrt(2))) / 2 = relu(x) - |x| * (1 - erf(|x| / sqrt(2))) / 2, which loses
/// nothing where it is small.
void emitGelu(Operation *op, NetworkWriter &network) {
  auto gelu = cast<graph::GeluOp>(op);
  Chain chain(gelu.getInput(), network);
  OperandId x = network.tensor(gelu.getInput()), size = chain.unary(NEURON_ABS, x);
  OperandId tail = complementOfErf(x, size, std::sqrt(0.5), 0.5, chain);
  network.add(NEURON_SUB, {chain.unary(NEURON_RELU, x), chain.multiply(size, tail), chain.none()},
              gelu.getResult());
}

/// 1 less the complement, with the sign of x.
void emitErf(Operation *op, NetworkWriter &network) {
  auto erf = cast<graph::ErfOp>(op);
  Chain chain(erf.getInput(), network);
  OperandId x = network.tensor(erf.getInput()), size = chain.unary(NEURON_ABS, x);
  OperandId ofSize =
      chain.binary(NEURON_SUB, chain.constant(1), complementOfErf(x, size, 1, 1, chain));
  OperandType truth = network.typeOf(erf.getInput());
  truth.code = NEURON_TENSOR_BOOL8;
  OperandId isNegative = network.intermediate(truth);
  network.add(NEURON_LESS, {x, chain.constant(0)}, isNegative);
  network.add(NEURON_SELECT, {isNegative, chain.unary(NEURON_NEG, ofSize), ofSize},
              erf.getResult());
}

/// relu(x) + alpha * (exp(min(x, 0)) - 1)
void emitElu(Operation *op, NetworkWriter &network) {
  auto elu = cast<graph::EluOp>(op);
  Chain chain(elu.getInput(), network);
  OperandId x = network.tensor(elu.getInput());
  OperandId below = chain.apply(NEURON_MINIMUM, {x, chain.constant(0)});
  OperandId decay = chain.add(chain.unary(NEURON_EXP, below), -1);
  double alpha = elu.getAlpha().convertToDouble();
  if (alpha != 1)
    decay = chain.multiply(decay, alpha);
  network.add(NEURON_ADD, {chain.unary(NEURON_RELU, x), decay, chain.none()}, elu.getResult());
}

/// x * (bias + alpha * sum of the squares near)^-beta. The sum is a product of one pixel with a
/// band of alphas.
void emitLocalResponseNorm(Operation *op, NetworkWriter &network) {
  auto norm = cast<graph::LocalResponseNormOp>(op);
  Chain chain(norm.getInput(), network);
  OperandId x = network.tensor(norm.getInput());
  OperandType type = network.typeOf(norm.getInput());
  uint32_t channels = type.dimensions.back();
  auto radius = static_cast<int64_t>(norm.getRadius());
  SmallVector<float> band(size_t(channels) * channels),
      bias(channels, norm.getBias().convertToFloat());
  for (int64_t to = 0; to < channels; ++to)
    for (int64_t from = 0; from < channels; ++from)
      if (std::abs(to - from) <= radius)
        band[to * channels + from] = norm.getAlpha().convertToFloat();
  SmallVector<OperandId> inputs = {chain.multiply(x, x),
                                   network.reals({channels, 1, 1, channels}, band, type),
                                   network.reals({channels}, bias, type)};
  for (int64_t value : {0, 0, 0, 0, 1, 1}) // pads, strides
    inputs.push_back(network.integer(value));
  inputs.push_back(chain.none());
  OperandId sum = chain.apply(NEURON_CONV_2D, inputs);
  OperandId divisor =
      chain.apply(NEURON_POW, {sum, chain.constant(-norm.getBeta().convertToDouble())});
  network.add(NEURON_MUL, {x, divisor, chain.none()}, norm.getResult());
}

} // namespace

void registerComposites(HandlerTable &table) {
  table.add<graph::GeluOp>(emitGelu);
  table.add<graph::ErfOp>(emitErf);
  table.add<graph::EluOp>(emitElu);
  table.add<graph::LocalResponseNormOp>(emitLocalResponseNorm);
}

} // namespace tandem::neuron
