#pragma once

#include "pipeline/steps/common/value.h"

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tandem {

/// A rectangle of whole pixels; may reach beyond the picture.
struct PixelRect {
  int x = 0, y = 0, width = 0, height = 0;
};

enum class ChannelOrder : uint8_t { kRgb, kBgr, kGrey };

/// Cuts a rectangle out of a picture and resizes it, in one pass over the picture that needs two
/// rows of memory, not a second picture.
///
/// Result    bit for bit that of cv::resize(INTER_LINEAR) on 8-bit pictures: pixels are sampled at
///           their centres, weights are 11-bit fixed point, and grey, which is taken before
///           resizing, is that of cv::cvtColor. So networks trained behind OpenCV see what they
///           were made for.
/// Outside   of the picture every channel is `pad`; outside of the rectangle its edge is repeated.
/// Memory    keeps its rows from call to call; allocates only to grow.
class Resampler {
public:
  /// Called for each output row from the top: y, and channels * outWidth bytes, interleaved.
  using RowSink = std::function<void(int, std::span<const uint8_t>)>;

  Resampler(int outWidth, int outHeight, ChannelOrder order, uint8_t pad)
      : outWidth_(outWidth), outHeight_(outHeight), order_(order), pad_(pad) {}

  int channels() const { return order_ == ChannelOrder::kGrey ? 1 : 3; }
  /// `rect` is not empty.
  void run(const Image &image, const PixelRect &rect, const RowSink &sink);

private:
  /// Where an output pixel is taken from along one axis: `first` and the pixel after it.
  struct Tap {
    int first;
    int16_t weights[2]; ///< sum 2048
  };
  static void computeTaps(int outSize, int size, bool keepWeights, std::vector<Tap> &taps);
  void readSource(const Image &image, const PixelRect &rect, int y);
  const int32_t *interpolatedRow(const Image &image, const PixelRect &rect, int y, int keep);

  int outWidth_, outHeight_;
  ChannelOrder order_;
  uint8_t pad_;
  std::vector<Tap> columns_, rows_;
  std::vector<uint8_t> source_, out_;
  std::array<std::vector<int32_t>, 2> cache_; ///< two rows, interpolated along x
  std::array<int, 2> cached_ = {-1, -1};      ///< which they are
};

} // namespace tandem
