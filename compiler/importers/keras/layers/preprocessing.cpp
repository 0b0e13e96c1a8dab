#include "compiler/importers/keras/layer.h"

#include <cmath>

using namespace mlir;

namespace tandem::keras {

/// A number, or numbers along the last dimension (in any nesting, as NumPy arrays are written).
static bool collectNumbers(const Json &value, SmallVectorImpl<float> &numbers) {
  if (std::optional<double> number = asNumber(value)) {
    numbers.push_back(static_cast<float>(*number));
    return true;
  }
  return value.is_array() &&
         llvm::all_of(value, [&](const Json &element) { return collectNumbers(element, numbers); });
}

static MaybeValue readVector(Layer &layer, StringRef key, std::optional<float> absent) {
  SmallVector<float> numbers;
  const Json *value = layer.find(key);
  if (!value && absent)
    numbers.push_back(*absent);
  else if (!value || !collectNumbers(*value, numbers))
    return layer.invalid("'" + key + "' is not a number or a list of numbers");
  auto count = static_cast<int64_t>(numbers.size());
  if (count != 1 && count != layer.inputShape().back())
    return layer.invalid("'" + key + "' has " + Twine(count) + " numbers, expected 1 or " +
                         Twine(layer.inputShape().back()));
  return layer.constant(layer.elementType(), count, numbers);
}

/// Rescaling: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
static MaybeValue importRescaling(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  MaybeValue scaled = layer.create<graph::MulOp>(
      layer.input(), readVector(layer, "scale", std::nullopt), graph::Activation::None);
  return layer.create<graph::AddOp>(scaled, readVector(layer, "offset", 0.0f),
                                    graph::Activation::None);
}

void registerPreprocessing(LayerTable &table) {
  table.add("Rescaling", importRescaling);
}

} // namespace tandem::keras
