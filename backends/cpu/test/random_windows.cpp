// Pools and resizes.

#include "backends/cpu/test/random_ops.h"

namespace tandem::test {
namespace {

std::string pool(RandomModule &m, const std::string &op, const std::string &type) {
  int64_t in[2], window[2], stride[2], low[2], high[2], out[2];
  bool isWhole = m.once(5); // one window, as at the end of a network
  for (int axis : {0, 1}) {
    window[axis] = isWhole ? m.number(1, 9) : m.any<int64_t>({1, 2, 2, 3, 3, 3, 4, 5});
    stride[axis] = m.number(1, 3);
    low[axis] = isWhole ? 0 : m.number(0, window[axis] - 1);
    high[axis] = isWhole ? 0 : m.number(0, window[axis] - 1);
    in[axis] =
        isWhole ? window[axis] : std::max(m.number(1, 15), window[axis] - low[axis] - high[axis]);
    out[axis] = (in[axis] + low[axis] + high[axis] - window[axis]) / stride[axis] + 1;
  }
  std::string counted = op == "average_pool_2d" && m.once(2) ? "count_include_pad" : "";
  int64_t batch = m.any<int64_t>({1, 1, 2}), channels = m.channels();
  Element element = m.element(type);
  return m.finish(op, {m.operand({batch, in[0], in[1], channels}, element)},
                  pairText("window", window) + pairText("stride", stride) +
                      pairText("pad_low", low) + pairText("pad_high", high) + counted +
                      m.activation(),
                  {batch, out[0], out[1], channels}, element);
}
std::string maxPool(RandomModule &m) {
  return pool(m, "max_pool_2d", m.type({"f32", "i8", "u8"}));
}
std::string averagePool(RandomModule &m) {
  return pool(m, "average_pool_2d", m.type({"f32", "i8", "u8"}));
}
std::string l2Pool(RandomModule &m) {
  return pool(m, "l2_pool_2d", "f32");
}

/// Where output i comes from: half pixels, corners, or the ratio.
std::string resize(RandomModule &m, const std::string &op) {
  Element element = m.element(m.any({"f32", "f32", "i8", "u8"}));
  Shape in = m.image(9), out = in;
  for (size_t axis : {1, 2})
    out[axis] = m.once(3) ? in[axis] * m.number(1, 3) : m.number(1, 17);
  return m.finish(op, {m.operand(in, element)},
                  "size " + listText({out[1], out[2]}) +
                      m.any({"", " align_corners", " half_pixel_centers"}),
                  out, element);
}
std::string bilinear(RandomModule &m) {
  return resize(m, "resize_bilinear");
}
std::string nearest(RandomModule &m) {
  return resize(m, "resize_nearest");
}

} // namespace

void addRandomWindows(std::vector<RandomOp> &ops) {
  ops.push_back({.name = "max_pool_2d", .text = maxPool, .seeds = 18, .isIn16Bits = true});
  ops.push_back({.name = "average_pool_2d", .text = averagePool, .seeds = 22, .isIn16Bits = true});
  ops.push_back({.name = "l2_pool_2d", .text = l2Pool});
  ops.push_back({.name = "resize_bilinear", .text = bilinear, .seeds = 18});
  ops.push_back({.name = "resize_nearest", .text = nearest, .seeds = 18});
}

} // namespace tandem::test
