#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/short_time_fourier.h"
#include "compiler/importers/keras/layer.h"

#include <cmath>

using namespace mlir;

namespace tandem::keras {

static constexpr double kEpsilon = 1e-7; // of keras.backend
static constexpr int64_t kMostSamples = int64_t(1) << 16;

static MaybeValue logOfAtLeast(NodeBuilder &build, MaybeValue x, double least) {
  if (failed(x))
    return failure();
  return build.create<graph::LogOp>(build.create<graph::MaximumOp>(x, build.scalarLike(*x, least)));
}

namespace {
struct Stft {
  std::string mode;
  int64_t length, step, bins;
  bool isChannelsFirst, expandsDims;
};

FailureOr<Stft> readStft(Layer &layer) {
  Stft stft;
  stft.mode = layer.string("mode", "log").str();
  stft.length = layer.integer("frame_length", 256);
  if (layer.failed() || stft.length < 1 || stft.length > kMostSamples)
    return layer.invalid("'frame_length' is " + Twine(stft.length));
  stft.step = layer.integer("frame_step", std::max<int64_t>(stft.length / 2, 1));
  int64_t points = 1;
  while (points < stft.length)
    points *= 2;
  points = layer.integer("fft_length", points);
  stft.expandsDims = layer.flag("expand_dims", false);
  stft.isChannelsFirst = layer.string("data_format", "channels_last") == "channels_first";
  if (layer.failed() || stft.step < 1 || points < stft.length || points > kMostSamples)
    return layer.invalid("'frame_step' is " + Twine(stft.step) + ", and 'fft_length' " +
                         Twine(points));
  stft.bins = points / 2 + 1;
  return stft;
}

/// The signal [batch, channel, sample], with what 'padding' puts around it.
MaybeValue paddedSignal(Layer &layer, const Stft &stft) {
  MaybeValue signal = layer.input();
  if (!stft.isChannelsFirst)
    signal = layer.transpose(signal, {0, 2, 1});
  if (failed(signal) || layer.string("padding", "valid") != "same")
    return signal;
  int64_t samples = shapeOf(*signal)[2], frames = llvm::divideCeil(samples, stft.step);
  int64_t pads = std::max<int64_t>((frames - 1) * stft.step + stft.length - samples, 0);
  return padOrCrop(layer, signal, {0, 0, pads / 2}, {0, 0, pads - pads / 2}, 0);
}

/// [batch, channel, frame, bin], by the layer's weights, which have the window and the scale in
/// them.
MaybeValue product(Layer &layer, const Stft &stft, MaybeValue signal, size_t index,
                   StringRef what) {
  MaybeValue kernel = layer.weight(index, what, {stft.length, 1, stft.bins}, {2, 1, 0});
  return slidingProduct(layer, signal, layer.reshape(kernel, {stft.bins, stft.length}), stft.step);
}

/// Numbers in the middle stand for two of the transform, which is symmetric.
MaybeValue density(Layer &layer, const Stft &stft, MaybeValue power) {
  SmallVector<float> times(stft.bins, 2);
  times.front() = times.back() = 1;
  return layer.multiply(power, layer.constant(layer.builder().getF32Type(), stft.bins, times));
}

MaybeValue ofMode(Layer &layer, const Stft &stft, MaybeValue signal) {
  auto real = [&] { return product(layer, stft, signal, 0, "real_kernel"); };
  auto imaginary = [&](size_t index) { return product(layer, stft, signal, index, "imag_kernel"); };
  if (stft.mode == "real")
    return real();
  if (stft.mode == "imag")
    return imaginary(0);
  Complex x = {real(), imaginary(1)};
  if (stft.mode == "angle")
    return angle(layer, x);
  if (stft.mode == "stft")
    return failed(x.real) || failed(x.imaginary) ? MaybeValue(failure())
                                                 : concatAlong(layer, {*x.real, *x.imaginary}, 3);
  MaybeValue power = squaredMagnitude(layer, x);
  if (stft.mode == "psd")
    return density(layer, stft, power);
  if (failed(power))
    return failure();
  MaybeValue size = layer.create<graph::SqrtOp>(
      layer.create<graph::MaximumOp>(power, layer.scalarLike(*power, kEpsilon)));
  if (stft.mode == "magnitude")
    return size;
  if (stft.mode == "log")
    return logOfAtLeast(layer, size, kEpsilon);
  return layer.unsupported("'mode' '" + stft.mode + "'");
}
} // namespace

/// STFTSpectrogram: https://keras.io/api/layers/preprocessing_layers/audio_preprocessing/
static MaybeValue importStftSpectrogram(Layer &layer) {
  if (!layer.hasOneInput(3))
    return failure();
  FailureOr<Stft> stft = readStft(layer);
  if (failed(stft))
    return failure();
  MaybeValue bins = ofMode(layer, *stft, paddedSignal(layer, *stft));
  if (failed(bins))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*bins)); // [batch, channel, frame, bin]
  if (stft->expandsDims)
    return stft->isChannelsFirst ? bins : layer.transpose(bins, {0, 2, 3, 1});
  if (stft->isChannelsFirst)
    return layer.reshape(layer.transpose(bins, {0, 1, 3, 2}),
                         {shape[0], shape[1] * shape[3], shape[2]});
  return layer.reshape(layer.transpose(bins, {0, 2, 1, 3}),
                       {shape[0], shape[2], shape[1] * shape[3]});
}

namespace {
struct Mel {
  int64_t points, step, length, bands;
  double rate, low, high;
};

FailureOr<Mel> readMel(Layer &layer) {
  Mel mel;
  mel.points = layer.integer("fft_length", 2048);
  mel.step = layer.integer("sequence_stride", 512);
  mel.length = layer.integer("sequence_length", mel.points);
  mel.bands = layer.integer("num_mel_bins", 128);
  mel.rate = layer.number("sampling_rate", 16000);
  mel.low = layer.number("min_freq", 20);
  mel.high = layer.number("max_freq", std::floor(mel.rate / 2));
  if (layer.failed() || mel.length < 1 || mel.length > mel.points || mel.points > kMostSamples ||
      mel.step < 1 || mel.bands < 1 || mel.bands > kMostSamples)
    return layer.invalid("sequences of " + Twine(mel.length) + " samples, one every " +
                         Twine(mel.step) + ", for " + Twine(mel.points) + " points and " +
                         Twine(mel.bands) + " bands");
  return mel;
}

/// A periodic window, with zeros on either side.
MaybeValue windowOf(Layer &layer, const Mel &mel) {
  const Json *given = layer.find("window");
  StringRef name = given ? layer.string("window", "hann") : "boxcar";
  double constant = name == "hann" ? 0.5 : name == "hamming" ? 0.54 : 1;
  if (constant == 1 && name != "boxcar")
    return layer.unsupported("'window' '" + name + "'");
  SmallVector<float> factors(mel.points, 0);
  int64_t before = (mel.points - mel.length) / 2;
  for (int64_t i = 0; i < mel.length; ++i) {
    double turn = 2 * M_PI * static_cast<double>(i) / static_cast<double>(mel.length);
    factors[before + i] = static_cast<float>(constant - (1 - constant) * std::cos(turn));
  }
  return layer.constant(layer.builder().getF32Type(), mel.points, factors);
}

double melOf(double hertz) {
  return 1127.0 * std::log(1.0 + hertz / 700.0);
}

/// [band, bin]: triangles between neighbours of band's edges, which are equally far apart in mel.
/// The first bin, of no frequency, is in none.
MaybeValue melMatrix(Layer &layer, const Mel &mel) {
  int64_t bins = mel.points / 2 + 1;
  if (bins * mel.bands > NodeBuilder::kMaxFill)
    return layer.invalid("a matrix of " + Twine(mel.bands) + " x " + Twine(bins));
  double low = melOf(mel.low), width = (melOf(mel.high) - low) / double(mel.bands + 1);
  std::vector<float> matrix(bins * mel.bands, 0);
  for (int64_t band = 0; band < mel.bands; ++band)
    for (int64_t bin = 1; bin < bins; ++bin) {
      double hertz = mel.rate / 2 * static_cast<double>(bin) / static_cast<double>(bins - 1);
      double place = (melOf(hertz) - low) / width - static_cast<double>(band);
      matrix[band * bins + bin] = static_cast<float>(std::max(0.0, std::min(place, 2 - place)));
    }
  return layer.constant(layer.builder().getF32Type(), {mel.bands, bins}, matrix);
}

/// 10 log10(x), no less than 'top_db' below the largest, over that of 'ref_power'.
MaybeValue inDecibels(Layer &layer, MaybeValue x) {
  double least = layer.number("min_power", 1e-10), range = layer.number("top_db", 80);
  double reference = std::max(std::abs(layer.number("ref_power", 1)), least);
  MaybeValue decibels = layer.add(layer.multiply(logOfAtLeast(layer, x, least), 10 / std::log(10)),
                                  -10 * std::log10(reference));
  if (failed(decibels))
    return failure();
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*decibels).size()));
  MaybeValue largest = layer.create<graph::ReduceMaxOp>(decibels, axes, /*keepDims=*/true);
  return layer.create<graph::MaximumOp>(decibels, layer.add(largest, -range));
}
} // namespace

/// MelSpectrogram: https://keras.io/api/layers/preprocessing_layers/audio_preprocessing/
static MaybeValue importMelSpectrogram(Layer &layer) {
  if (!layer.hasOneInput() || layer.inputShape().empty())
    return failure();
  FailureOr<Mel> mel = readMel(layer);
  if (failed(mel))
    return failure();
  MaybeValue window = windowOf(layer, *mel);
  double exponent = layer.number("mag_exp", 2);
  bool isInDecibels = layer.flag("power_to_db", true);
  if (failed(window) || layer.failed())
    return failure();
  SmallVector<int64_t> pads(layer.inputShape().size(), 0);
  pads.back() = mel->points / 2;
  MaybeValue signal = padWithin(layer, layer.input(), pads, pads, Continuation::kReflect);
  Complex bins = shortTimeFourier(layer, {signal, Value()}, mel->step,
                                  Transform::oneSided(mel->points), *window);
  MaybeValue power = squaredMagnitude(layer, bins);
  if (exponent != 2)
    power = powScalar(layer, power, exponent / 2);
  MaybeValue bands = multiplyRows(layer, power, melMatrix(layer, *mel), Value());
  if (isInDecibels)
    bands = inDecibels(layer, bands);
  if (failed(bands) || layer.failed())
    return failure();
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*bands).size()));
  std::swap(order[order.size() - 2], order.back());
  return layer.transpose(bands, order);
}

void registerSpectrogram(LayerTable &table) {
  table.add("STFTSpectrogram", importStftSpectrogram);
  table.add("MelSpectrogram", importMelSpectrogram);
}

} // namespace tandem::keras
