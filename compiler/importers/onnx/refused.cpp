#include "compiler/importers/onnx/node.h"

namespace tandem::onnx {

// clang-format off: one name a line, which tells where it is and merges well
const RefusedOperators &refusedOperators() {
  static const RefusedOperators refused("ONNX", {
    {"random numbers", {
      "Bernoulli",
      "Multinomial",
      "Random*",
    }},
    {"sequences of tensors", {
      "ConcatFromSequence",
      "Sequence*",
      "SplitToSequence",
    }},
    {"optional values", {
      "Optional*",
    }},
    {"strings", {
      "RegexFullMatch",
      "String*",
      "TfIdfVectorizer",
    }},
    {"the size of its result depends on data", {
      "NonMaxSuppression",
      "Unique",
    }},
    {"packed pictures", {
      "ImageDecoder",
    }},
    {"dictionaries: export with 'zipmap' off, which leaves a tensor", {
      "ai.onnx.ml.CastMap",
      "ai.onnx.ml.DictVectorizer",
      "ai.onnx.ml.ZipMap",
    }},
    {"categories that are words", {
      "ai.onnx.ml.CategoryMapper",
      "ai.onnx.ml.LabelEncoder",
    }},
    {"chances by pairs of classes", {
      "ai.onnx.ml.SVMClassifier",
    }},
    {"training only", {
      "ai.onnx.preview.training.*",
    }},
    {"not yet", {
      "ai.onnx.ml.TreeEnsemble",
      "ai.onnx.preview.FlexAttention",
    }},
  });
  return refused;
}
// clang-format on

} // namespace tandem::onnx
