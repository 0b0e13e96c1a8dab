#include "compiler/graph/types.h"
#include "compiler/importers/common/bits.h"
#include "compiler/importers/onnx/evaluate.h"
#include "compiler/importers/onnx/tensors.h"

using namespace mlir;

namespace tandem::onnx {

static MaybeValue castTo(OnnxNode &node, Type type) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  if (graph::isQuantized(input->getType()))
    return node.unsupported("of codes that have a scale");
  if (getElementTypeOrSelf(*input) == type)
    return input;
  return node.createTyped<graph::CastOp>(type, input);
}

static MaybeValue importCast(OnnxNode &node) {
  FailureOr<Type> to = node.elementType("to");
  return failed(to) ? MaybeValue(failure()) : castTo(node, *to);
}

static MaybeValue importCastLike(OnnxNode &node) {
  MaybeValue like = node.input(1);
  return failed(like) ? MaybeValue(failure()) : castTo(node, getElementTypeOrSelf(*like));
}

static MaybeValue importBitCast(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<Type> to = node.elementType("to");
  if (failed(input) || failed(to))
    return failure();
  std::optional<MaybeValue> bits = bitsAs(node, *input, *to);
  if (!bits)
    return node.unsupported("between reals and integers, of what is no constant");
  return *bits;
}

/// A known tensor may be cast to DOUBLE, which f32 stands for; shapes are computed with it. Weights
/// in 16 bits are left to the handler, whose cast keeps them so.
static std::optional<Elements> evaluateCast(OnnxNode &node, ArrayRef<Elements> in) {
  constexpr int64_t kDouble = 11;
  int64_t to = node.integer("to");
  std::optional<ElementType> type = to == kDouble ? ElementType::kF32 : elementTypeOf(to);
  constexpr size_t kWeights = 1 << 12; // bytes
  bool widens = in.size() == 1 && in[0].isReal() && in[0].size() == 2 && type == ElementType::kF32;
  if (widens && in[0].bytes().size() > kWeights)
    return std::nullopt;
  return in.size() != 1 || !type ? std::nullopt : std::optional(in[0].cast(*type));
}

void registerCast(OpTable &table) {
  table.add("Cast", importCast);
  table.add("CastLike", importCastLike);
  table.add("BitCast", importBitCast);
  table.addEvaluation("Cast", evaluateCast);
}

} // namespace tandem::onnx
