// Functions that a model calls between its layers, element by element, as in "x * 2": nodes of
// Keras 3 (https://keras.io/api/ops/numpy/), and of TensorFlow in Keras 2. They have no weights,
// and arguments that are tensors or numbers.
#include "compiler/importers/keras/functions.h"
#include "compiler/importers/common/unary.h"
#include "compiler/importers/keras/layer.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace mlir;

namespace tandem::keras {

namespace {
struct Both {
  MaybeValue left = failure(), right = failure();
};

/// Two operands in one type: that of real numbers where one is real.
Both readBoth(Layer &layer, size_t first = 0) {
  Both both = {layer.operand(first, "x"), layer.operand(first + 1, "y")};
  if (failed(both.left) || failed(both.right))
    return {};
  if (getElementTypeOrSelf(*both.left) == getElementTypeOrSelf(*both.right))
    return both;
  Type f32 = layer.builder().getF32Type();
  return {layer.cast(both.left, f32), layer.cast(both.right, f32)};
}

template <typename OpT> MaybeValue importBinary(Layer &layer) {
  auto [left, right] = readBoth(layer);
  if constexpr (requires(OpT op) { op.getActivation(); })
    return layer.create<OpT>(left, right, graph::Activation::None);
  else
    return layer.create<OpT>(left, right);
}

/// Of integers too it gives real numbers.
MaybeValue importDivide(Layer &layer) {
  auto [left, right] = readBoth(layer);
  Type f32 = layer.builder().getF32Type();
  return layer.divide(layer.cast(left, f32), layer.cast(right, f32));
}

MaybeValue importPower(Layer &layer) {
  const Json *exponent = layer.argument(1, "y");
  if (std::optional<double> known = exponent ? asNumber(*exponent) : std::nullopt)
    return powScalar(layer, layer.operand(0, "x"), *known);
  return importBinary<graph::PowOp>(layer);
}

template <typename OpT> MaybeValue importComparison(Layer &layer) {
  auto [left, right] = readBoth(layer);
  return layer.compare<OpT>(left, right);
}

MaybeValue importWhere(Layer &layer) {
  MaybeValue condition = layer.operand(0, "condition");
  auto [left, right] = readBoth(layer, 1);
  if (failed(condition))
    return failure();
  return layer.select(layer.cast(condition, layer.builder().getI1Type()), left, right);
}

template <UnaryFunction function> MaybeValue importUnary(Layer &layer) {
  return function(layer, layer.operand(0, "x"));
}

/// "Arcsin" of ATen's "asin".
std::string opsName(StringRef name) {
  if (name == "abs")
    return "Absolute";
  if (name == "neg")
    return "Negative";
  return name.starts_with("a") ? "Arc" + name.drop_front().str() : capitalized(name);
}
std::string tfName(StringRef name) {
  return "tf.math." + (name == "neg" ? "negative" : name.str());
}

/// A function with a number in its configuration.
template <MaybeValue (*function)(NodeBuilder &, MaybeValue, double)>
MaybeValue withNumber(Layer &layer, StringRef key, double absent) {
  double number = layer.number(key, absent);
  return layer.failed() ? MaybeValue(failure()) : function(layer, layer.operand(0, "x"), number);
}
MaybeValue elu(NodeBuilder &build, MaybeValue x, double alpha) {
  return build.create<graph::EluOp>(x, llvm::APFloat(static_cast<float>(alpha)));
}
MaybeValue leakyRelu(NodeBuilder &build, MaybeValue x, double slope) {
  return build.create<graph::LeakyReluOp>(x, llvm::APFloat(static_cast<float>(slope)));
}

MaybeValue importLeakyRelu(Layer &layer) {
  return layer.find("alpha") ? withNumber<leakyRelu>(layer, "alpha", 0.2)
                             : withNumber<leakyRelu>(layer, "negative_slope", 0.2);
}

MaybeValue importGelu(Layer &layer) {
  bool isApproximate = layer.flag("approximate", layer.className() == "ops.Gelu");
  MaybeValue x = layer.operand(0, "features");
  if (layer.failed())
    return failure();
  return isApproximate ? geluTanh(layer, x) : layer.create<graph::GeluOp>(x);
}

MaybeValue importThreshold(Layer &layer) {
  double threshold = layer.number("threshold"), otherwise = layer.number("default_value");
  if (layer.failed())
    return failure();
  return thresholded(layer, layer.operand(0, "x"), threshold, otherwise);
}

MaybeValue importClip(Layer &layer) {
  bool isTf = layer.find("clip_value_min");
  double low = layer.number(isTf ? "clip_value_min" : "x_min"),
         high = layer.number(isTf ? "clip_value_max" : "x_max");
  if (layer.failed())
    return failure();
  return clampBetween(layer, layer.operand(0, "t"), low, high);
}

MaybeValue importCast(Layer &layer) {
  StringRef name = layer.string("dtype", "");
  OpBuilder &b = layer.builder();
  Type type = llvm::StringSwitch<Type>(name)
                  .Case("float32", b.getF32Type())
                  .Case("int32", b.getI32Type())
                  .Case("int64", b.getI64Type())
                  .Case("bool", b.getI1Type())
                  .Default(nullptr);
  if (!type)
    return layer.unsupported("to '" + name + "', only to float32, int32, int64 and bool");
  return layer.cast(layer.operand(0, "x"), type);
}

MaybeValue importConvertToTensor(Layer &layer) {
  return layer.find("dtype") ? importCast(layer) : layer.operand(0, "x");
}

MaybeValue importSame(Layer &layer) {
  return layer.operand(0, "input");
}

/// An activation function of the table of activation.cpp, by its name there.
MaybeValue importNamed(Layer &layer, StringRef name) {
  const Json function = name.str();
  return applyActivation(layer, layer.operand(0, "features"), &function);
}
MaybeValue importHardSigmoid(Layer &layer) {
  return importNamed(layer, "hard_sigmoid");
}

void registerArithmetic(LayerTable &table) {
  auto add = [&](StringRef ops, StringRef tf, Handler handler) {
    table.add(("ops." + ops).str(), handler, Takes::kIntegers);
    table.add(("tf.math." + tf).str(), handler, Takes::kIntegers);
  };
  add("Add", "add", importBinary<graph::AddOp>);
  add("Subtract", "subtract", importBinary<graph::SubOp>);
  add("Multiply", "multiply", importBinary<graph::MulOp>);
  add("TrueDivide", "truediv", importDivide);
  add("Divide", "divide", importDivide);
  add("FloorDivide", "floordiv", importBinary<graph::FloorDivOp>);
  add("Mod", "floormod", importBinary<graph::FloorModOp>);
  add("Power", "pow", importPower);
  add("Maximum", "maximum", importBinary<graph::MaximumOp>);
  add("Minimum", "minimum", importBinary<graph::MinimumOp>);
  add("Equal", "equal", importComparison<graph::EqualOp>);
  add("NotEqual", "not_equal", importComparison<graph::NotEqualOp>);
  add("Less", "less", importComparison<graph::LessOp>);
  add("LessEqual", "less_equal", importComparison<graph::LessEqualOp>);
  add("Greater", "greater", importComparison<graph::GreaterOp>);
  add("GreaterEqual", "greater_equal", importComparison<graph::GreaterEqualOp>);
  add("LogicalAnd", "logical_and", importBinary<graph::LogicalAndOp>);
  add("LogicalOr", "logical_or", importBinary<graph::LogicalOrOp>);
  add("LogicalNot", "logical_not", importUnary<oneOp<graph::LogicalNotOp>>);
  table.add("tf.__operators__.add", importBinary<graph::AddOp>, Takes::kIntegers);
}
} // namespace

void registerFunctions(LayerTable &table) {
  registerArithmetic(table);
  auto unary = [&]<UnaryFunction function>(StringRef name, UnaryTakes) {
    table.add("ops." + opsName(name), importUnary<function>);
    table.add(tfName(name), importUnary<function>);
  };
  forEachUnary(unary);
  forEachFusedUnary(unary);
  for (StringRef prefix : {"ops.", "tf.nn."}) {
    auto add = [&](StringRef name, Handler handler) {
      table.add((prefix + (prefix == "ops." ? capitalized(name) : name.str())).str(), handler);
    };
    add("relu", importUnary<oneOp<graph::ReluOp>>);
    add("relu6", importUnary<oneOp<graph::Relu6Op>>);
    add("elu", [](Layer &layer) { return withNumber<elu>(layer, "alpha", 1); });
    add("selu", [](Layer &layer) { return selu(layer, layer.operand(0, "features")); });
    add("gelu", importGelu);
    add("silu", [](Layer &layer) { return swish(layer, layer.operand(0, "features")); });
    add("softsign", [](Layer &layer) { return importNamed(layer, "softsign"); });
  }
  for (StringRef name : {"ops.LeakyRelu", "tf.nn.leaky_relu"})
    table.add(name, importLeakyRelu);
  for (StringRef name : {"ops.Softplus", "tf.math.softplus"})
    table.add(name, importUnary<softplus>);
  table.add("ops.Celu", [](Layer &layer) { return withNumber<celu>(layer, "alpha", 1); });
  table.add("ops.HardSigmoid", importHardSigmoid);
  table.add("ops.HardSilu", importUnary<oneOp<graph::HardSwishOp>>);
  table.add("ops.HardTanh", importUnary<oneOp<graph::ReluN1To1Op>>);
  table.add("ops.HardShrink",
            [](Layer &layer) { return withNumber<hardShrink>(layer, "threshold", 0.5); });
  table.add("ops.SoftShrink",
            [](Layer &layer) { return withNumber<softShrink>(layer, "threshold", 0.5); });
  table.add("ops.Squareplus", [](Layer &layer) { return withNumber<squarePlus>(layer, "b", 4); });
  table.add("ops.LogSigmoid", importUnary<logSigmoid>);
  table.add("ops.Mish", importUnary<mish>);
  table.add("ops.SparsePlus", importUnary<sparsePlus>);
  table.add("ops.SparseSigmoid", importUnary<sparseSigmoid>);
  table.add("ops.TanhShrink", importUnary<tanhShrink>);
  table.add("ops.Threshold", importThreshold);
  for (StringRef name : {"ops.Clip", "tf.clip_by_value"})
    table.add(name, importClip);
  for (StringRef name : {"ops.Cast", "tf.cast"})
    table.add(name, importCast, Takes::kIntegers);
  table.add("ops.ConvertToTensor", importConvertToTensor, Takes::kIntegers);
  for (StringRef name : {"ops.Where", "tf.where"})
    table.add(name, importWhere, Takes::kIntegers);
  for (StringRef name : {"ops.Copy", "ops.StopGradient", "tf.identity", "tf.stop_gradient"})
    table.add(name, importSame, Takes::kIntegers);
}

} // namespace tandem::keras
