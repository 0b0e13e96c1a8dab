#include "pipeline/steps/common/resample.h"

#include <algorithm>
#include <cmath>

namespace tandem {
namespace {

constexpr int kWeightBits = 11;
constexpr int kOne = 1 << kWeightBits;

/// The luma of ITU-R BT.601 in 15-bit fixed point; the weights' sum is 2^15.
uint8_t grey(const uint8_t *rgb) {
  return static_cast<uint8_t>((rgb[0] * 9798 + rgb[1] * 19235 + rgb[2] * 3735 + (1 << 14)) >> 15);
}

} // namespace

/// `keepWeights`: at the edges the taps keep their weights and are clamped when they are read,
/// which is what cv::resize does along y; along x it moves the whole weight to the edge. The two
/// round differently.
void Resampler::computeTaps(int outSize, int size, bool keepWeights, std::vector<Tap> &taps) {
  taps.resize(static_cast<size_t>(outSize));
  double step = static_cast<double>(size) / outSize;
  for (int i = 0; i < outSize; ++i) {
    float at = static_cast<float>((i + 0.5) * step - 0.5);
    int first = static_cast<int>(std::floor(at));
    float fraction = at - static_cast<float>(first);
    if (!keepWeights && (first < 0 || first >= size - 1)) {
      first = first < 0 ? 0 : size - 1;
      fraction = 0;
    }
    taps[static_cast<size_t>(i)] = {first,
                                    {static_cast<int16_t>(std::lrintf((1.0f - fraction) * kOne)),
                                     static_cast<int16_t>(std::lrintf(fraction * kOne))}};
  }
}

/// Fills source_ with one row of the rectangle in the output's channels, padded.
void Resampler::readSource(const Image &image, const PixelRect &rect, int y) {
  std::fill(source_.begin(), source_.end(), pad_);
  int pictureY = rect.y + y;
  if (pictureY < 0 || pictureY >= image.height)
    return;
  int begin = std::max(0, -rect.x);
  int end = std::min(rect.width, image.width - rect.x);
  if (begin >= end)
    return;
  const uint8_t *in = image.row(pictureY) + ptrdiff_t{3} * (rect.x + begin);
  uint8_t *out = source_.data() + ptrdiff_t{channels()} * begin;
  size_t count = static_cast<size_t>(end - begin);
  switch (order_) {
  case ChannelOrder::kRgb:
    std::copy_n(in, 3 * count, out);
    break;
  case ChannelOrder::kBgr:
    for (size_t i = 0; i < count; ++i, in += 3, out += 3) {
      out[0] = in[2];
      out[1] = in[1];
      out[2] = in[0];
    }
    break;
  case ChannelOrder::kGrey:
    for (size_t i = 0; i < count; ++i, in += 3)
      *out++ = grey(in);
    break;
  }
}

/// Row `y` of the rectangle, clamped into it, at the output's width; from the cache where it is
/// there. `keep` is the row of the cache that must stay, -1 when both may go.
const int32_t *Resampler::interpolatedRow(const Image &image, const PixelRect &rect, int y,
                                          int keep) {
  y = std::clamp(y, 0, rect.height - 1);
  for (size_t i = 0; i < 2; ++i)
    if (cached_[i] == y)
      return cache_[i].data();
  size_t slot = cached_[0] == keep ? 1 : 0;
  cached_[slot] = y;
  readSource(image, rect, y);
  int32_t *out = cache_[slot].data();
  int count = channels();
  for (const Tap &tap : columns_) {
    const uint8_t *first = source_.data() + ptrdiff_t{count} * tap.first;
    // At the right edge there is no second pixel, and its weight is 0.
    const uint8_t *second = first + (tap.weights[1] ? count : 0);
    for (int c = 0; c < count; ++c)
      *out++ = first[c] * tap.weights[0] + second[c] * tap.weights[1];
  }
  return cache_[slot].data();
}

void Resampler::run(const Image &image, const PixelRect &rect, const RowSink &sink) {
  computeTaps(outWidth_, rect.width, /*keepWeights=*/false, columns_);
  computeTaps(outHeight_, rect.height, /*keepWeights=*/true, rows_);
  size_t rowSize = static_cast<size_t>(channels()) * static_cast<size_t>(outWidth_);
  source_.resize(static_cast<size_t>(channels()) * static_cast<size_t>(rect.width));
  out_.resize(rowSize);
  for (std::vector<int32_t> &row : cache_)
    row.resize(rowSize);
  cached_ = {-1, -1};

  for (int y = 0; y < outHeight_; ++y) {
    const Tap &tap = rows_[static_cast<size_t>(y)];
    int second = std::clamp(tap.first + 1, 0, rect.height - 1);
    const int32_t *above = interpolatedRow(image, rect, tap.first, second);
    const int32_t *below =
        interpolatedRow(image, rect, second, std::clamp(tap.first, 0, rect.height - 1));
    // 8 + 11 bits come in; the shifts keep every product within 32 bits, and round once at the end.
    for (size_t i = 0; i < rowSize; ++i)
      out_[i] = static_cast<uint8_t>((((above[i] >> 4) * tap.weights[0] >> 16) +
                                      ((below[i] >> 4) * tap.weights[1] >> 16) + 2) >>
                                     2);
    sink(y, out_);
  }
}

} // namespace tandem
