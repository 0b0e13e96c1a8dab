#include "backends/cpu/compile/depthwise_bytes.h"

using namespace mlir;

namespace tandem::cpu {

/// Bytes that are interleaved and packed among themselves.
constexpr int64_t kLane = 16;
/// With fewer channels most of a vector would be empty.
constexpr int64_t kFewestChannels = 24;
constexpr int64_t kMostTapsAcross = 8;

bool DepthwiseBytes::isDense(const ConvShape &s, int64_t inStep, int64_t outStep) {
  return inStep == s.inChannels && outStep == s.inChannels && s.strideWidth == 1;
}

bool DepthwiseBytes::packsPixels(const ConvShape &s, int64_t inStep, int64_t outStep) {
  int64_t pixels = kBytes / s.inChannels;
  bool isWorthIt = s.inChannels >= kLane || isDense(s, inStep, outStep);
  return isWorthIt && s.inChannels < kBytes && pixels * s.inChannels == kBytes && pixels <= 8 &&
         s.outWidth >= pixels;
}

/// The sum of two bytes.
static bool isInTwoParts(int32_t weight) {
  return weight >= 2 * INT8_MIN && weight <= 2 * INT8_MAX;
}

bool DepthwiseBytes::fits(const ConvShape &s, int64_t outStep, ArrayRef<int32_t> weights) {
  return llvm::all_of(weights, isInTwoParts) && s.inChannels == s.outChannels &&
         s.kernelHeight <= kTogether && s.kernelWidth <= kMostTapsAcross &&
         s.kernelHeight * 2 < 32 &&
         (s.inChannels >= kFewestChannels || packsPixels(s, s.inChannels, outStep));
}

std::vector<DepthwiseBytes::Channels> DepthwiseBytes::partsOf(const ConvShape &shape) {
  int64_t rest = shape.inChannels % kBytes, whole = shape.inChannels - rest;
  bool fillsPart = rest == kBytes / 2 || rest == kBytes / 4;
  if (whole == 0 || !fillsPart || shape.outWidth < kBytes / rest)
    return {{0, shape.inChannels}};
  return {{0, whole}, {whole, rest}};
}

DepthwiseBytes::DepthwiseBytes(const ConvShape &shape, Channels channels, int64_t outStep,
                               ArrayRef<int32_t> weights)
    : shape_(shape), first_(channels.first), inStep_(shape.inChannels), outStep_(outStep), rows_(1),
      parts_(1), pixels_(1) {
  shape_.inChannels = shape_.outChannels = channels.count;
  for (int64_t tap = 0; tap < shape.taps(); ++tap)
    llvm::append_range(weights_,
                       weights.slice(static_cast<size_t>(tap * shape.inChannels + channels.first),
                                     static_cast<size_t>(channels.count)));
  bool sharesRows = shape.strideHeight == 1 && shape.dilationHeight == 1 &&
                    shape.kernelHeight < kTogether && shape.outHeight > 1;
  if (sharesRows)
    rows_ = 2;
  if (llvm::any_of(weights_, [](int32_t w) { return w < INT8_MIN || w > INT8_MAX; }))
    parts_ = 2;
  if (packsPixels(shape_, inStep_, outStep_))
    pixels_ = kBytes / channels.count;
  for (int64_t channel = 0; channel + kBytes <= channels.count; channel += kBytes)
    blockStarts_.push_back(channel);
  if (channels.count < kBytes)
    blockStarts_.push_back(0);
  else if (channels.count % kBytes != 0) // some channels once more
    blockStarts_.push_back(channels.count - kBytes);
  for (int64_t unit = 0; unit < rowUnits(); ++unit)
    if (!llvm::is_contained(variants_, variantOf(unit)))
      variants_.push_back(variantOf(unit));
}

DepthwiseBytes::Variant DepthwiseBytes::variantOf(int64_t unit) const {
  Variant inside = 0;
  for (int64_t row = 0; row < rows_; ++row)
    for (int64_t ky = 0; ky < shape_.kernelHeight; ++ky) {
      int64_t y =
          (unit * rows_ + row) * shape_.strideHeight + ky * shape_.dilationHeight - shape_.padTop;
      if (y >= 0 && y < shape_.inHeight)
        inside |= Variant(1) << (row * shape_.kernelHeight + ky);
    }
  return inside;
}

int32_t DepthwiseBytes::weight(int64_t ky, int64_t kx, int64_t channel) const {
  return weights_[static_cast<size_t>((ky * shape_.kernelWidth + kx) * shape_.inChannels +
                                      channel)];
}

int8_t DepthwiseBytes::weightPart(int64_t ky, int64_t kx, int64_t channel, int64_t part) const {
  int32_t whole = weight(ky, kx, channel);
  int32_t first = std::clamp<int32_t>(whole, INT8_MIN, INT8_MAX);
  return static_cast<int8_t>(part == 0 ? first : whole - first);
}

int64_t DepthwiseBytes::channelOf(int64_t block, int64_t byte) const {
  int64_t channel = blockStarts_[static_cast<size_t>(block)] + byte;
  if (pixels_ > 1)
    return channel % shape_.inChannels;
  return std::min(channel, shape_.inChannels - 1); // beyond the last one: never stored
}

/// The byte that is in lane `word` of a quarter after interleaving.
int64_t DepthwiseBytes::byteOf(int64_t quarter, int64_t word) {
  return word / kTogether * kLane + quarter * kTogether + word % kTogether;
}

std::vector<int32_t> DepthwiseBytes::firstSlots() const {
  std::vector<int32_t> slots;
  for (int64_t unit = 0; unit < rowUnits(); ++unit) {
    auto found = llvm::find(variants_, variantOf(unit));
    // Rows of a unit that has two begin with sums of their own.
    slots.push_back(static_cast<int32_t>((found - variants_.begin()) * rows_ *
                                         static_cast<int64_t>(blockStarts_.size()) * kBytes));
  }
  return slots;
}

void DepthwiseBytes::forSlots(
    function_ref<void(Variant variant, int64_t row, int64_t channel)> body) const {
  for (Variant variant : variants_)
    for (int64_t block = 0; block < static_cast<int64_t>(blockStarts_.size()); ++block)
      for (int64_t row = 0; row < rows_; ++row)
        for (int64_t quarter = 0; quarter < kQuarters; ++quarter)
          for (int64_t word = 0; word < kWords; ++word)
            body(variant, row, channelOf(block, byteOf(quarter, word)));
}

static bool isInside(const ConvShape &shape, uint32_t variant, int64_t row, int64_t ky) {
  return variant >> (row * shape.kernelHeight + ky) & 1;
}

std::vector<int32_t> DepthwiseBytes::channelOfSlots() const {
  std::vector<int32_t> channels;
  forSlots([&](Variant, int64_t, int64_t channel) {
    channels.push_back(static_cast<int32_t>(first_ + channel));
  });
  return channels;
}

std::vector<int32_t> DepthwiseBytes::missing(int32_t zeroPoint) const {
  std::vector<int32_t> sums;
  forSlots([&](Variant variant, int64_t row, int64_t channel) {
    int32_t sum = 0;
    for (int64_t ky = 0; ky < shape_.kernelHeight; ++ky)
      if (isInside(shape_, variant, row, ky))
        for (int64_t kx = 0; kx < shape_.kernelWidth; ++kx)
          sum += weight(ky, kx, channel);
    sums.push_back(-sum * zeroPoint);
  });
  return sums;
}

/// [variant][block][row][kx][part][quarter][16], a byte for each of four input rows.
std::vector<int32_t> DepthwiseBytes::packedWeights() const {
  std::vector<int32_t> packed;
  for (Variant variant : variants_)
    for (int64_t block = 0; block < static_cast<int64_t>(blockStarts_.size()); ++block)
      for (int64_t row = 0; row < rows_; ++row)
        for (int64_t kx = 0; kx < shape_.kernelWidth; ++kx)
          for (int64_t i = 0; i < parts_ * kBytes; ++i) {
            int64_t part = i / kBytes, slot = i % kBytes;
            int64_t channel = channelOf(block, byteOf(slot / kWords, slot % kWords));
            uint32_t bytes = 0;
            for (int64_t ky = 0; ky < shape_.kernelHeight; ++ky)
              if (isInside(shape_, variant, row, ky))
                bytes |= uint32_t(uint8_t(weightPart(ky, kx, channel, part))) << 8 * (row + ky);
            packed.push_back(static_cast<int32_t>(bytes));
          }
  return packed;
}

/// Whether any channel of a quarter has that part of a weight in column `kx`: few have a second.
bool DepthwiseBytes::hasPart(int64_t part, int64_t kx, int64_t quarter) const {
  if (part == 0)
    return true;
  for (int64_t block = 0; block < static_cast<int64_t>(blockStarts_.size()); ++block)
    for (int64_t word = 0; word < kWords; ++word)
      for (int64_t ky = 0; ky < shape_.kernelHeight; ++ky)
        if (weightPart(ky, kx, channelOf(block, byteOf(quarter, word)), part) != 0)
          return true;
  return false;
}

} // namespace tandem::cpu
