#include "backends/cpu/compile/conv_shape.h"

#include "backends/cpu/compile/packing.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

/// What every op with a window over an NHWC input has.
template <typename OpT> static ConvShape windowShape(OpT op, ArrayRef<int64_t> window) {
  ArrayRef<int64_t> in = graph::tensorType(op.getInput()).getShape();
  ArrayRef<int64_t> out = graph::tensorType(op.getResult()).getShape();
  return {.batch = in[0],
          .inHeight = in[1],
          .inWidth = in[2],
          .inChannels = in[3],
          .outHeight = out[1],
          .outWidth = out[2],
          .outChannels = out[3],
          .kernelHeight = window[0],
          .kernelWidth = window[1],
          .strideHeight = op.getStride()[0],
          .strideWidth = op.getStride()[1],
          .padTop = op.getPadLow()[0],
          .padLeft = op.getPadLow()[1]};
}

template <typename OpT> static ConvShape filteredShape(OpT op) {
  ArrayRef<int64_t> filter = graph::tensorType(op.getFilter()).getShape();
  ConvShape shape = windowShape(op, filter.slice(1, 2));
  // Of a filter that is one wide it means nothing, and would be paid for.
  shape.dilationHeight = shape.kernelHeight == 1 ? 1 : op.getDilation()[0];
  shape.dilationWidth = shape.kernelWidth == 1 ? 1 : op.getDilation()[1];
  return shape;
}

static ConvShape flattened(ConvShape s) {
  bool dense = s.taps() == 1 && s.strideHeight == 1 && s.strideWidth == 1 && s.padTop == 0 &&
               s.padLeft == 0 && s.outHeight == s.inHeight && s.outWidth == s.inWidth;
  if (!dense)
    return s;
  s.inWidth = s.outWidth = s.batch * s.outHeight * s.outWidth;
  s.batch = s.inHeight = s.outHeight = 1;
  return s;
}

bool tapsFit(graph::Conv2dOp conv, const ConvShape &s) {
  return s.kernelWidth <= kMostTapsInRow ||
         (!s.hasHorizontalBorder() && !graph::isQuantized(conv.getFilter().getType()));
}

/// Tiles are pixels of a row: images that are one pixel wide, and their windows, lie down.
static ConvShape laidDown(const ConvShape &s) {
  if (s.inWidth != 1 || s.outWidth != 1 || s.kernelWidth != 1 || s.padLeft != 0)
    return s;
  ConvShape flat = s;
  std::swap(flat.inHeight, flat.inWidth);
  std::swap(flat.outHeight, flat.outWidth);
  std::swap(flat.kernelHeight, flat.kernelWidth);
  std::swap(flat.strideHeight, flat.strideWidth);
  std::swap(flat.dilationHeight, flat.dilationWidth);
  std::swap(flat.padTop, flat.padLeft);
  return flat;
}

ConvPlaces ConvPlaces::dense(const ConvShape &s, int64_t groups) {
  auto steps = [&](int64_t height, int64_t width, int64_t channels) {
    int64_t pixel = channels * groups;
    return Steps{
        .pixel = pixel, .row = width * pixel, .entry = height * width * pixel, .group = channels};
  };
  ConvPlaces places = {.groups = groups,
                       .in = steps(s.inHeight, s.inWidth, s.inChannels),
                       .out = steps(s.outHeight, s.outWidth, s.outChannels)};
  places.channels = (s.outChannels + kPanel - 1) / kPanel * kPanel;
  places.weights = places.channels * s.taps() * s.inChannels;
  return places;
}

static void spread(ConvPlaces::Steps &steps, int64_t channels, int64_t step) {
  for (int64_t *distance : {&steps.offset, &steps.pixel, &steps.row, &steps.entry})
    *distance = *distance / channels * step;
  if (steps.group % channels == 0) // another image; else other channels of the same
    steps.group = steps.group / channels * step;
}

void ConvPlaces::spreadResults(int64_t channels, int64_t step) {
  spread(out, channels, step);
}
void ConvPlaces::spreadInput(int64_t channels, int64_t step) {
  spread(in, channels, step);
}

ConvShape imageShapeOf(graph::Conv2dOp conv) {
  ConvShape shape = filteredShape(conv);
  auto groups = static_cast<int64_t>(conv.getGroups());
  shape.inChannels /= groups;
  shape.outChannels /= groups;
  return shape;
}
ConvShape shapeOf(graph::Conv2dOp conv) {
  ConvShape shape = imageShapeOf(conv), flat = laidDown(shape);
  return flattened(tapsFit(conv, flat) ? flat : shape);
}
ConvShape imageShapeOf(graph::DepthwiseConv2dOp conv) {
  return filteredShape(conv);
}
ConvShape shapeOf(graph::DepthwiseConv2dOp conv) {
  ConvShape shape = imageShapeOf(conv), flat = laidDown(shape);
  return flat.kernelWidth <= kMostTapsInRow ? flat : shape;
}
ConvShape shapeOf(graph::TransposeConv2dOp conv) {
  ConvShape shape = windowShape(conv, graph::tensorType(conv.getFilter()).getShape().slice(1, 2));
  shape.strideHeight = shape.strideWidth = 1;
  shape.padTop = shape.padLeft = 0;
  return shape;
}
ConvShape shapeOf(graph::MaxPool2dOp pool) {
  return windowShape(pool, pool.getWindow());
}
ConvShape shapeOf(graph::AveragePool2dOp pool) {
  return windowShape(pool, pool.getWindow());
}
ConvShape shapeOf(graph::L2Pool2dOp pool) {
  return windowShape(pool, pool.getWindow());
}

ConvShape shapeOf(graph::FullyConnectedOp product) {
  ArrayRef<int64_t> filter = graph::tensorType(product.getFilter()).getShape();
  int64_t rows = graph::tensorType(product.getInput()).getShape()[0];
  return ConvShape::product(rows, filter[1], filter[0]);
}

std::string shapeText(const ConvShape &s, int64_t groups) {
  auto by = [](std::initializer_list<int64_t> sizes) {
    std::string text;
    for (int64_t size : sizes)
      text += (text.empty() ? "" : "x") + std::to_string(size);
    return text;
  };
  return by({s.batch, s.inHeight, s.inWidth, s.inChannels}) + " " +
         by({s.kernelHeight, s.kernelWidth}) + " stride " + by({s.strideHeight, s.strideWidth}) +
         " dilation " + by({s.dilationHeight, s.dilationWidth}) + " pad " +
         by({s.padTop, s.padLeft}) + " -> " + by({s.outHeight, s.outWidth, s.outChannels}) +
         (groups == 1 ? "" : " groups " + std::to_string(groups));
}

} // namespace tandem::cpu
