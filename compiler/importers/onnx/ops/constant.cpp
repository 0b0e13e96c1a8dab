#include "compiler/importers/onnx/evaluate.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

/// Constant: one of several attributes has the value.
static MaybeValue importConstant(OnnxNode &node) {
  if (node.hasAttribute("value")) {
    FailureOr<Elements> value = node.tensor("value");
    return failed(value) ? MaybeValue(failure()) : node.constantOf(*value);
  }
  if (node.hasAttribute("value_int") || node.hasAttribute("value_float")) {
    bool isInt = node.hasAttribute("value_int");
    int64_t integer = isInt ? node.integer("value_int") : 0;
    double number = isInt ? 0 : node.number("value_float");
    if (node.failed())
      return failure();
    return node.constantOf(
        isInt ? Elements::ofIntegers(ElementType::kI64, {}, [&](int64_t) { return integer; })
              : Elements::ofReals(ElementType::kF32, {}, [&](int64_t) { return number; }));
  }
  if (node.hasAttribute("value_ints"))
    return node.constantOf(Elements::ofShape(node.integers("value_ints")));
  if (node.hasAttribute("value_floats")) {
    SmallVector<double> numbers = node.numbers("value_floats");
    return node.constantOf(Elements::ofReals(ElementType::kF32,
                                             static_cast<int64_t>(numbers.size()),
                                             [&](int64_t i) { return numbers[i]; }));
  }
  return node.unsupported("a sparse tensor, or strings");
}

/// ConstantOfShape: zeros of f32 when no value is given.
static MaybeValue importConstantOfShape(OnnxNode &node) {
  FailureOr<SmallVector<int64_t>> shape = node.ints(0, "the shape");
  FailureOr<Elements> value =
      node.hasAttribute("value")
          ? node.tensor("value")
          : FailureOr<Elements>(Elements::ofReals(ElementType::kF32, 1, [](int64_t) { return 0; }));
  if (failed(shape) || failed(value))
    return failure();
  if (value->count() != 1)
    return node.invalid("'value' has " + Twine(value->count()) + " elements, expected 1");
  if (!hasSaneSize(*shape))
    return node.invalid("the shape " + shapeText(*shape) + " makes no sense");
  return node.constantOf(Elements::splat(*value, *shape));
}

/// Range: from the first number on, by steps of the third, before the second.
static std::optional<Elements> evaluateRange(OnnxNode &node, ArrayRef<Elements> in) {
  if (in.size() != 3 || in[0].count() != 1 || in[1].count() != 1 || in[2].count() != 1 ||
      in[0].type() != in[1].type() || in[0].type() != in[2].type())
    return std::nullopt;
  double start = in[0].real(0), limit = in[1].real(0), delta = in[2].real(0);
  if (delta == 0) {
    (void)node.invalid("its step is 0");
    return std::nullopt;
  }
  double steps = std::ceil((limit - start) / delta);
  if (!(steps <= NodeBuilder::kMaxFill)) {
    (void)node.invalid("it has too many steps");
    return std::nullopt;
  }
  auto count = static_cast<int64_t>(std::max(steps, 0.0));
  if (in[0].isReal())
    return Elements::ofReals(in[0].type(), count,
                             [&](int64_t i) { return start + static_cast<double>(i) * delta; });
  int64_t first = in[0].integer(0), step = in[2].integer(0);
  return Elements::ofIntegers(in[0].type(), count, [&](int64_t i) { return first + i * step; });
}

void registerConstant(OpTable &table) {
  table.add("Constant", importConstant);
  table.add("ConstantOfShape", importConstantOfShape);
  table.addEvaluation("Range", evaluateRange);
}

} // namespace tandem::onnx
