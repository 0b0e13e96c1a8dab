#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/einsum.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Dense: https://keras.io/api/layers/core_layers/dense/
/// Works on the last dimension, whatever is before it. The kernel is [input, output].
static MaybeValue importDense(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  int64_t units = layer.integer("units");
  SmallVector<int64_t> shape(layer.inputShape());
  if (layer.failed() || shape.empty())
    return failure();
  int64_t depth = shape.back();
  MaybeValue filter = layer.weight(0, "kernel", {depth, units}, {1, 0});
  MaybeValue result = multiplyRows(layer, layer.input(), filter, layer.bias(1, units));
  return applyActivation(layer, result);
}

/// EinsumDense: https://keras.io/api/layers/core_layers/einsum_dense/
/// The kernel has the shape that the equation says; the bias one that broadcasts to the result's.
static MaybeValue importEinsumDense(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  StringRef equation = layer.string("equation", "");
  if (layer.failed())
    return failure();
  MaybeValue kernel = layer.weight(0, "kernel");
  if (failed(kernel))
    return failure();
  MaybeValue result = einsum(layer, equation, {layer.input(), *kernel});
  if (layer.find("bias_axes"))
    result = layer.add(result, layer.weight(1, "bias"));
  return applyActivation(layer, result);
}

/// Embedding: https://keras.io/api/layers/core_layers/embedding/
/// A row for each index. 'mask_zero' matters to the layers behind it: masks.cpp.
static MaybeValue importEmbedding(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  int64_t rows = layer.integer("input_dim"), width = layer.integer("output_dim");
  if (layer.failed())
    return failure();
  MaybeValue indices = layer.input();
  if (Type type = layer.elementType(); !type.isInteger(64))
    indices = layer.cast(indices, layer.builder().getI32Type());
  return takeAlong(layer, layer.weight(0, "embeddings", {rows, width}), indices, 0);
}

/// ReversibleEmbedding: https://keras.io/api/layers/core_layers/reversible_embedding/
/// With reverse=True rows times the same table, or one of its own.
static MaybeValue importReversibleEmbedding(Layer &layer) {
  const Json *reverse = layer.argument(1, "reverse");
  if (!reverse || !asBool(*reverse).value_or(false))
    return importEmbedding(layer);
  int64_t rows = layer.integer("input_dim"), width = layer.integer("output_dim");
  bool isTied = layer.flag("tie_weights", true);
  double cap = layer.number("logit_soft_cap", 0);
  if (!layer.hasOneInput() || layer.failed())
    return failure();
  if (layer.find("reverse_dtype") && layer.string("reverse_dtype", "float32") != "float32")
    return layer.unsupported("'reverse_dtype'");
  if (!isa<FloatType>(layer.elementType()))
    return layer.unsupported("reverse=True of integers");
  MaybeValue table = isTied ? layer.weight(0, "embeddings", {rows, width})
                            : layer.weight(1, "reverse_embeddings", {width, rows}, {1, 0});
  MaybeValue logits = multiplyRows(layer, layer.input(), table, Value());
  if (cap == 0)
    return logits;
  return layer.multiply(layer.create<graph::TanhOp>(layer.multiply(logits, 1 / cap)), cap);
}

void registerDense(LayerTable &table) {
  table.add("Dense", importDense);
  table.add("EinsumDense", importEinsumDense);
  table.add("Embedding", importEmbedding, Takes::kIntegers);
  table.add("ReversibleEmbedding", importReversibleEmbedding, Takes::kIntegers);
}

} // namespace tandem::keras
