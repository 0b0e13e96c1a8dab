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

static FailureOr<SmallVector<float>> readNumbers(Layer &layer, StringRef key,
                                                 std::optional<float> absent) {
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
  return numbers;
}

static MaybeValue readVector(Layer &layer, StringRef key, std::optional<float> absent) {
  FailureOr<SmallVector<float>> numbers = readNumbers(layer, key, absent);
  if (failed(numbers))
    return failure();
  return layer.constant(layer.elementType(), static_cast<int64_t>(numbers->size()), *numbers);
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

/// A statistic of Normalization: in the configuration, else weight number `index`.
static FailureOr<SmallVector<float>> readStatistic(Layer &layer, StringRef key, size_t index) {
  if (layer.find(key))
    return readNumbers(layer, key, std::nullopt);
  FailureOr<std::vector<float>> values = layer.weightValues(index, key, layer.inputShape().back());
  if (failed(values))
    return failure();
  return SmallVector<float>(values->begin(), values->end());
}

/// Normalization: https://keras.io/api/layers/preprocessing_layers/numerical/normalization/
/// It is (x - mean) / max(sqrt(variance), 1e-7), per last dimension.
static MaybeValue importNormalization(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  auto last = static_cast<int64_t>(layer.inputShape().size()) - 1;
  if (layer.find("axis") && layer.axis("axis", -1) != last)
    return layer.unsupported("'axis' " + layer.find("axis")->dump() + ", only the last is");
  if (layer.flag("invert", false))
    return layer.unsupported("'invert'");
  if (layer.failed())
    return failure();
  FailureOr<SmallVector<float>> mean = readStatistic(layer, "mean", 0),
                                variance = readStatistic(layer, "variance", 1);
  if (failed(mean) || failed(variance))
    return failure();
  constexpr float kLeastDeviation = 1e-7f;
  for (float &value : *variance)
    value = 1 / std::max(std::sqrt(value), kLeastDeviation);
  MaybeValue centred = layer.create<graph::SubOp>(
      layer.input(), layer.constant(layer.elementType(), static_cast<int64_t>(mean->size()), *mean),
      graph::Activation::None);
  return layer.create<graph::MulOp>(
      centred,
      layer.constant(layer.elementType(), static_cast<int64_t>(variance->size()), *variance),
      graph::Activation::None);
}

void registerPreprocessing(LayerTable &table) {
  table.add("Normalization", importNormalization);
  table.add("Rescaling", importRescaling);
}

} // namespace tandem::keras
