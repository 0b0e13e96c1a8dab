// Operations on one element at a time.
#include "backends/neuron/compile/handlers.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

#include <cmath>

using namespace mlir;

namespace tandem::neuron {
namespace {

/// Two operands and an activation.
template <typename OpT, NeuronOperationType code>
void emitArithmetic(Operation *op, NetworkWriter &network) {
  auto binary = cast<OpT>(op);
  network.add(code,
              {network.tensor(binary.getLhs()), network.tensor(binary.getRhs()),
               network.fuse(binary.getActivation())},
              binary.getResult());
}

/// Operands and nothing else.
template <NeuronOperationType code> void emitPlain(Operation *op, NetworkWriter &network) {
  SmallVector<OperandId> inputs;
  for (Value operand : op->getOperands())
    inputs.push_back(network.tensor(operand));
  network.add(code, inputs, op->getResult(0));
}

void emitSquaredDifference(Operation *op, NetworkWriter &network) {
  network.addExtension("MTKEXT_SQUARED_DIFFERENCE",
                       {network.tensor(op->getOperand(0)), network.tensor(op->getOperand(1))},
                       op->getResult(0));
}

/// A slope for all elements; in codes it is code 1 at the scale of alpha.
void emitLeakyRelu(Operation *op, NetworkWriter &network) {
  auto relu = cast<graph::LeakyReluOp>(op);
  float alpha = relu.getAlpha().convertToFloat();
  OperandType type = network.typeOf(relu.getInput());
  OperandId input = network.tensor(relu.getInput()), slope;
  if (graph::isQuantized(relu.getInput().getType()))
    slope = network.constant({.code = type.code, .dimensions = {1}, .scale = alpha}, {char(1)});
  else
    slope = network.real(alpha, type);
  network.add(NEURON_PRELU, {input, slope}, relu.getResult());
}

/// relu6(x + 3) / 6
void emitHardSigmoid(Operation *op, NetworkWriter &network) {
  auto sigmoid = cast<graph::HardSigmoidOp>(op);
  OperandType type = network.typeOf(sigmoid.getInput());
  OperandId input = network.tensor(sigmoid.getInput()), clamped = network.intermediate(type);
  network.add(NEURON_ADD, {input, network.real(3, type), network.fuse(graph::Activation::Relu6)},
              clamped);
  network.add(NEURON_MUL,
              {clamped, network.real(1.0f / 6, type), network.fuse(graph::Activation::None)},
              sigmoid.getResult());
}

/// -floor(-x)
void emitCeil(Operation *op, NetworkWriter &network) {
  auto ceil = cast<graph::CeilOp>(op);
  OperandType type = network.typeOf(ceil.getInput());
  OperandId negative = network.intermediate(type), floor = network.intermediate(type);
  network.add(NEURON_NEG, {network.tensor(ceil.getInput())}, negative);
  network.add(NEURON_FLOOR, {negative}, floor);
  network.add(NEURON_NEG, {floor}, ceil.getResult());
}

/// Neuron's DIV rounds i32 down by itself.
void emitFloorDiv(Operation *op, NetworkWriter &network) {
  auto div = cast<graph::FloorDivOp>(op);
  SmallVector<OperandId> inputs = {network.tensor(div.getLhs()), network.tensor(div.getRhs()),
                                   network.fuse(graph::Activation::None)};
  OperandType type = network.typeOf(div.getResult());
  if (type.code == NEURON_TENSOR_INT32)
    return network.add(NEURON_DIV, inputs, div.getResult());
  OperandId quotient = network.intermediate(type);
  network.add(NEURON_DIV, inputs, quotient);
  network.add(NEURON_FLOOR, {quotient}, div.getResult());
}

/// lhs - floor(lhs / rhs) * rhs, of i32.
void emitFloorMod(Operation *op, NetworkWriter &network) {
  auto mod = cast<graph::FloorModOp>(op);
  OperandId lhs = network.tensor(mod.getLhs()), rhs = network.tensor(mod.getRhs());
  OperandId none = network.fuse(graph::Activation::None);
  OperandType type = network.typeOf(mod.getResult());
  OperandId quotient = network.intermediate(type), whole = network.intermediate(type);
  network.add(NEURON_DIV, {lhs, rhs, none}, quotient);
  network.add(NEURON_MUL, {quotient, rhs, none}, whole);
  network.add(NEURON_SUB, {lhs, whole, none}, mod.getResult());
}

/// The four parameters of each channel become a factor and a term.
void emitBatchNorm(Operation *op, NetworkWriter &network) {
  auto norm = cast<graph::BatchNormOp>(op);
  auto values = [](Value parameter) {
    graph::ConstantBytes bytes = *graph::constantOf(parameter);
    return SmallVector<float>(bytes.as<float>());
  };
  SmallVector<float> scale = values(norm.getScale()), offset = values(norm.getOffset());
  SmallVector<float> mean = values(norm.getMean()), variance = values(norm.getVariance());
  float epsilon = norm.getEpsilon().convertToFloat();
  for (size_t i = 0; i < scale.size(); ++i) {
    scale[i] /= std::sqrt(variance[i] + epsilon);
    offset[i] -= mean[i] * scale[i];
  }
  OperandType type = network.typeOf(norm.getInput());
  auto parameter = [&](ArrayRef<float> channels) {
    return network.reals({static_cast<uint32_t>(channels.size())}, channels, type);
  };
  OperandId none = network.fuse(graph::Activation::None);
  OperandId input = network.tensor(norm.getInput()), scaled = network.intermediate(type);
  network.add(NEURON_MUL, {input, parameter(scale), none}, scaled);
  network.add(NEURON_ADD, {scaled, parameter(offset), none}, norm.getResult());
}

/// The axis goes with the inputs only where it is not the last one: not every public client sends
/// it.
void addAxis(uint64_t axis, Value input, SmallVectorImpl<OperandId> &inputs,
             NetworkWriter &network) {
  if (static_cast<int64_t>(axis) + 1 != graph::tensorType(input).getRank())
    inputs.push_back(network.integer(static_cast<int64_t>(axis)));
}

void emitSoftmax(Operation *op, NetworkWriter &network) {
  auto softmax = cast<graph::SoftmaxOp>(op);
  SmallVector<OperandId> inputs = {
      network.tensor(softmax.getInput()),
      network.scalar(softmax.getBeta().convertToFloat(), network.typeOf(softmax.getInput()))};
  addAxis(softmax.getAxis(), softmax.getInput(), inputs, network);
  network.add(NEURON_SOFTMAX, inputs, softmax.getResult());
}

void emitL2Normalization(Operation *op, NetworkWriter &network) {
  auto norm = cast<graph::L2NormalizationOp>(op);
  SmallVector<OperandId> inputs = {network.tensor(norm.getInput())};
  addAxis(norm.getAxis(), norm.getInput(), inputs, network);
  network.add(NEURON_L2_NORMALIZATION, inputs, norm.getResult());
}

} // namespace

void registerElementwise(HandlerTable &table) {
  table.add<graph::AddOp>(emitArithmetic<graph::AddOp, NEURON_ADD>);
  table.add<graph::SubOp>(emitArithmetic<graph::SubOp, NEURON_SUB>);
  table.add<graph::MulOp>(emitArithmetic<graph::MulOp, NEURON_MUL>);
  table.add<graph::DivOp>(emitArithmetic<graph::DivOp, NEURON_DIV>);
  table.add<graph::MaximumOp>(emitPlain<NEURON_MAXIMUM>);
  table.add<graph::MinimumOp>(emitPlain<NEURON_MINIMUM>);
  table.add<graph::PowOp>(emitPlain<NEURON_POW>);
  table.add<graph::PreluOp>(emitPlain<NEURON_PRELU>);
  table.add<graph::SquaredDifferenceOp>(emitSquaredDifference);
  table.add<graph::ReluOp>(emitPlain<NEURON_RELU>);
  table.add<graph::Relu6Op>(emitPlain<NEURON_RELU6>);
  table.add<graph::ReluN1To1Op>(emitPlain<NEURON_RELU1>);
  table.add<graph::SigmoidOp>(emitPlain<NEURON_LOGISTIC>);
  table.add<graph::TanhOp>(emitPlain<NEURON_TANH>);
  table.add<graph::HardSwishOp>(emitPlain<NEURON_HARD_SWISH>);
  table.add<graph::AbsOp>(emitPlain<NEURON_ABS>);
  table.add<graph::NegOp>(emitPlain<NEURON_NEG>);
  table.add<graph::ExpOp>(emitPlain<NEURON_EXP>);
  table.add<graph::SqrtOp>(emitPlain<NEURON_SQRT>);
  table.add<graph::RsqrtOp>(emitPlain<NEURON_RSQRT>);
  table.add<graph::FloorOp>(emitPlain<NEURON_FLOOR>);
  table.add<graph::LeakyReluOp>(emitLeakyRelu);
  table.add<graph::HardSigmoidOp>(emitHardSigmoid);
  table.add<graph::BatchNormOp>(emitBatchNorm);
  table.add<graph::SoftmaxOp>(emitSoftmax);
  table.add<graph::L2NormalizationOp>(emitL2Normalization);
  table.add<graph::CeilOp>(emitCeil);
  table.add<graph::FloorDivOp>(emitFloorDiv);
  table.add<graph::FloorModOp>(emitFloorMod);
  table.add<graph::EqualOp>(emitPlain<NEURON_EQUAL>);
  table.add<graph::NotEqualOp>(emitPlain<NEURON_NOT_EQUAL>);
  table.add<graph::LessOp>(emitPlain<NEURON_LESS>);
  table.add<graph::LessEqualOp>(emitPlain<NEURON_LESS_EQUAL>);
  table.add<graph::GreaterOp>(emitPlain<NEURON_GREATER>);
  table.add<graph::GreaterEqualOp>(emitPlain<NEURON_GREATER_EQUAL>);
  table.add<graph::LogicalAndOp>(emitPlain<NEURON_LOGICAL_AND>);
  table.add<graph::LogicalOrOp>(emitPlain<NEURON_LOGICAL_OR>);
  table.add<graph::LogicalNotOp>(emitPlain<NEURON_LOGICAL_NOT>);
  table.add<graph::SelectOp>(emitPlain<NEURON_SELECT>);
}

} // namespace tandem::neuron
