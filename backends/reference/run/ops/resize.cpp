// resize_bilinear and resize_nearest.
#include "backends/reference/run/product.h"

#include <cmath>
#include <cstring>

namespace tandem::reference {
namespace {

struct Resize {
  Shape in, out;
  bool alignCorners, halfPixelCenters;

  int64_t inSize(int axis) const { return in[kHeight + axis]; }
  int64_t outSize(int axis) const { return out[kHeight + axis]; }
  bool aligned(int axis) const { return alignCorners && outSize(axis) > 1; }
  /// Distance of two neighbours of the result, in the input.
  float scale(int axis) const {
    if (aligned(axis))
      return static_cast<float>(inSize(axis) - 1) / static_cast<float>(outSize(axis) - 1);
    return static_cast<float>(inSize(axis)) / static_cast<float>(outSize(axis));
  }
};

Result<Resize> resizeOf(const Op &op) {
  Resize resize = {op.operand(0).shape, op.result().shape, op.flag("align_corners"),
                   op.flag("half_pixel_centers")};
  if (resize.in.size() != 4 || resize.out.size() != 4 || resize.in[kBatch] != resize.out[kBatch] ||
      resize.in[kChannel] != resize.out[kChannel])
    return op.wrongShape();
  return resize;
}

/// Two neighbours in the input, and how much of each, in units of `Weight`.
template <typename Weight> struct Between {
  int64_t low, high;
  Weight lowWeight, highWeight;
};

std::vector<Between<float>> floatPlaces(const Resize &resize, int axis) {
  std::vector<Between<float>> places;
  float scale = resize.scale(axis);
  int64_t last = resize.inSize(axis) - 1;
  for (int64_t i = 0; i < resize.outSize(axis); ++i) {
    float at = resize.halfPixelCenters ? (static_cast<float>(i) + 0.5f) * scale - 0.5f
                                       : static_cast<float>(i) * scale;
    int64_t low = std::clamp<int64_t>(static_cast<int64_t>(std::floor(at)), 0, last);
    int64_t high = std::clamp<int64_t>(static_cast<int64_t>(std::ceil(at)), 0, last);
    float beyond = at - static_cast<float>(low);
    places.push_back({low, high, 1 - beyond, beyond});
  }
  return places;
}

/// TFLite's places for i8: in 1024ths of a pixel.
constexpr int64_t kUnit = 1 << 10;
std::vector<Between<int64_t>> fixedPlaces(const Resize &resize, int axis) {
  std::vector<Between<int64_t>> places;
  bool aligned = resize.aligned(axis);
  int64_t from = resize.inSize(axis) - aligned, to = resize.outSize(axis) - aligned;
  int64_t scale = (kUnit * from + to / 2) / to, last = resize.inSize(axis) - 1;
  for (int64_t i = 0; i < resize.outSize(axis); ++i) {
    int64_t at = i * scale;
    if (resize.halfPixelCenters)
      at += scale / 2 - kUnit / 2;
    int64_t low = std::clamp<int64_t>(at / kUnit, 0, last);
    int64_t high = std::clamp<int64_t>((at + kUnit - 1) / kUnit, 0, last);
    int64_t beyond = at - kUnit * low;
    places.push_back({low, high, kUnit - beyond, beyond});
  }
  return places;
}

/// `round` takes the weighted sum of four elements to one.
template <typename T, typename Weight, typename Round>
Kernel bilinear(const Op &op, const Resize &resize, std::vector<Between<Weight>> rows,
                std::vector<Between<Weight>> columns, Round round) {
  return [=, rows = std::move(rows), columns = std::move(columns),
          input = op.operand(0).as<const T>(), result = op.result().as<T>()] {
    int64_t channels = resize.in[kChannel], row = resize.inSize(1) * channels;
    T *to = result;
    for (int64_t n = 0; n < resize.in[kBatch]; ++n) {
      const T *image = input + n * resize.inSize(0) * row;
      for (const Between<Weight> &y : rows)
        for (const Between<Weight> &x : columns) {
          auto at = [&](int64_t i, int64_t j, int64_t c) {
            return static_cast<Weight>(image[i * row + j * channels + c]);
          };
          for (int64_t c = 0; c < channels; ++c)
            *to++ = round(at(y.low, x.low, c) * y.lowWeight * x.lowWeight +
                          at(y.high, x.low, c) * y.highWeight * x.lowWeight +
                          at(y.low, x.high, c) * y.lowWeight * x.highWeight +
                          at(y.high, x.high, c) * y.highWeight * x.highWeight);
        }
    }
  };
}

template <typename T, typename Round>
Kernel floatBilinear(const Op &op, const Resize &resize, Round round) {
  return bilinear<T, float>(op, resize, floatPlaces(resize, 0), floatPlaces(resize, 1), round);
}

Result<Kernel> prepareBilinear(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Resize resize, resizeOf(op));
  if (op.result().isFloat())
    return floatBilinear<float>(op, resize, [](float sum) { return sum; });
  if (op.result().type == ElementType::kU8)
    return floatBilinear<uint8_t>(op, resize, [](float sum) {
      return static_cast<uint8_t>(std::clamp(sum + 0.5f, 0.0f, 255.0f));
    });
  return bilinear<int8_t, int64_t>(
      op, resize, fixedPlaces(resize, 0), fixedPlaces(resize, 1), [](int64_t sum) {
        constexpr int64_t kOne = kUnit * kUnit;
        int64_t code = (sum + (sum > 0 ? kOne / 2 : -kOne / 2)) / kOne;
        return static_cast<int8_t>(std::clamp<int64_t>(code, INT8_MIN, INT8_MAX));
      });
}

std::vector<int64_t> nearestPlaces(const Resize &resize, int axis) {
  std::vector<int64_t> places;
  float scale = resize.scale(axis), offset = resize.halfPixelCenters ? 0.5f : 0.0f;
  for (int64_t i = 0; i < resize.outSize(axis); ++i) {
    float at = (static_cast<float>(i) + offset) * scale;
    auto nearest = static_cast<int64_t>(resize.alignCorners ? std::round(at) : std::floor(at));
    places.push_back(std::clamp<int64_t>(nearest, 0, resize.inSize(axis) - 1));
  }
  return places;
}

Result<Kernel> prepareNearest(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Resize resize, resizeOf(op));
  auto pixel = static_cast<int64_t>(elementSize(op.result().type)) * resize.in[kChannel];
  return Kernel([=, rows = nearestPlaces(resize, 0), columns = nearestPlaces(resize, 1),
                 input = op.operand(0).data, result = op.result().data] {
    std::byte *to = result;
    for (int64_t n = 0; n < resize.in[kBatch]; ++n)
      for (int64_t y : rows)
        for (int64_t x : columns) {
          std::memcpy(to, input + ((n * resize.inSize(0) + y) * resize.inSize(1) + x) * pixel,
                      static_cast<size_t>(pixel));
          to += pixel;
        }
  });
}
} // namespace

void registerResize(KernelTable &table) {
  table.add("resize_bilinear", prepareBilinear);
  table.add("resize_nearest", prepareNearest);
}

} // namespace tandem::reference
