// ConvLSTM1D, ConvLSTM2D, ConvLSTM3D: https://keras.io/api/layers/recurrent_layers/conv_lstm2d/
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/keras/image.h"
#include "compiler/importers/keras/recurrent.h"

#include <numeric>

using namespace mlir;

namespace tandem::keras {

namespace {
constexpr int64_t kGates = 4; ///< input, forget, cell, output, side by side in the channels

/// An LSTM whose products are convolutions: a pixel of an image is a row of its batch.
struct ConvLstm {
  Layer &layer; ///< the cell
  Image images; ///< of all places
  int64_t places, filters;
  SmallVector<int64_t> state; ///< the shape of one, in the graph's order
  RecurrentLayer recurrent;

  int64_t pixels() const { return *elementCount(ArrayRef(state).drop_back()); }

  /// What the places' images give with the cell's kernel; the biases are in there.
  static FailureOr<ConvLstm> of(Layer &layer, Value sequence);
  /// One of the first states, or zeros.
  MaybeValue firstState(ArrayRef<Value> given, size_t index) const {
    if (given.empty())
      return expandTo(layer, layer.fill(layer.builder().getF32Type(), {1, 1}, 0),
                      {pixels(), filters});
    FailureOr<Image> image = Image::of(layer, given[index]);
    if (failed(image))
      return failure();
    if (image->shape() != ArrayRef(state))
      return layer.invalid("has a first state of shape " + shapeText(shapeOf(given[index])));
    return layer.reshape(image->nhwc(), {pixels(), filters});
  }
  MaybeValue back(MaybeValue rows) const { return images.back(layer.reshape(rows, state)); }
};

FailureOr<ConvLstm> ConvLstm::of(Layer &layer, Value sequence) {
  SmallVector<int64_t> shape(shapeOf(sequence)), order(shape.size());
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[0], order[1]);
  int64_t batch = shape[0], places = shape[1];
  shape.erase(shape.begin());
  shape[0] = places * batch;
  MaybeValue all = layer.reshape(layer.transpose(sequence, order), shape);
  if (failed(all))
    return failure();
  FailureOr<Image> images = Image::of(layer, *all);
  if (failed(images))
    return failure();
  int64_t filters = layer.integer("filters");
  Extents kernel = images->extents("kernel_size"), one = images->each(1),
          stride = images->extents("strides", one),
          dilation = images->extents("dilation_rate", one);
  Window window = images->window(kernel, stride, dilation);
  constexpr int64_t kMost = 1 << 24; // keeps products in range
  if (!layer.failed() && (filters < 1 || filters > kMost))
    return layer.invalid("'filters' is " + Twine(filters));
  if (layer.failed())
    return failure();
  MaybeValue input = images->kernel(0, "kernel", kernel, images->channels(), kGates * filters);
  MaybeValue projected =
      images->convolve(input, layer.bias(2, kGates * filters), window, /*groups=*/1);
  if (failed(projected))
    return failure();
  SmallVector<int64_t> state(shapeOf(*projected));
  state.front() = batch;
  state.back() = filters;
  ConvLstm result{layer, *images, places, filters, state, {}};
  RecurrentLayer &recurrent = result.recurrent;
  recurrent.step = stepLstm;
  recurrent.width = filters;
  recurrent.candidate = recurrent.output = functionOf(layer, "activation");
  recurrent.gate = functionOf(layer, "recurrent_activation");
  recurrent.projected = layer.reshape(projected, {places, result.pixels(), kGates * filters});
  recurrent.recurrent = images->kernel(1, "recurrent kernel", kernel, filters, kGates * filters);
  recurrent.product = [layer = &layer, images = *images, kernel, one, state,
                       rows = result.pixels()](MaybeValue x, MaybeValue weights, MaybeValue) {
    MaybeValue image = layer->reshape(x, state);
    if (failed(image))
      return image;
    Image own = images.with(*image);
    MaybeValue product = own.convolve(weights, Value(), own.window(kernel, one, one, "same"), 1);
    return layer->reshape(product, {rows, kGates * state.back()});
  };
  return result;
}
} // namespace

Direction runConvLstm(Layer &layer, const Json &config, bool keepsPlaces) {
  Direction direction;
  if (failed(checkForm(layer)))
    return direction;
  if (layer.mask(0)) {
    (void)layer.unsupported("a mask");
    return direction;
  }
  size_t rank = static_cast<size_t>(spatialRank(layer.className())) + 3;
  FailureOr<Values> inputs = sequenceAndStates(layer, 2, rank);
  FailureOr<LayerWeights> weights = layer.weightsInside("cell");
  if (failed(inputs) || failed(weights))
    return direction;
  LayerConfig own;
  own.className = layer.className().str();
  own.name = layer.name().str();
  own.config = config;
  const LayerCall noArguments;
  Layer cell(layer.state(), own, noArguments, layer.inputs(), std::move(*weights));
  FailureOr<ConvLstm> lstm = ConvLstm::of(cell, inputs->front());
  if (failed(lstm))
    return direction;
  RecurrentLayer &recurrent = lstm->recurrent;
  ArrayRef<Value> given = ArrayRef<Value>(*inputs).drop_front();
  recurrent.isReversed = layer.flag("go_backwards", false);
  recurrent.state = lstm->firstState(given, 0);
  recurrent.cell = lstm->firstState(given, 1);
  if (failed(recurrent.state) || failed(recurrent.cell))
    return direction;
  SmallVector<MaybeValue> places = runRecurrent(layer, recurrent);
  direction.states = {lstm->back(recurrent.state), lstm->back(recurrent.cell)};
  direction.result = direction.states.front();
  if (layer.flag("return_sequences", false)) {
    if (recurrent.isReversed && !keepsPlaces)
      std::reverse(places.begin(), places.end());
    for (MaybeValue &place : places)
      place = lstm->back(place);
    direction.result = stackAlong(layer, places, 1);
  }
  return direction;
}

static Results importConvLstm(Layer &layer) {
  Direction direction = runConvLstm(layer, layer.config(), /*keepsPlaces=*/false);
  if (failed(direction.result))
    return failure();
  SmallVector<MaybeValue> results = {direction.result};
  if (layer.flag("return_state", false))
    results.append(direction.states);
  return resultsOf(results);
}

void registerConvolutionalRecurrent(LayerTable &table) {
  for (StringRef name : {"ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
    table.addMany(name, importConvLstm);
}

} // namespace tandem::keras
