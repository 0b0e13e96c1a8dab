// transpose_conv_2d, gathered: rows and columns of the result that are alike modulo the stride see
// the same taps of the filter, so that each such phase is a convolution that moves by one.

#include "backends/cpu/compile/bf16_pairs.h"
#include "backends/cpu/compile/codes.h"
#include "backends/cpu/compile/conv_codes.h"
#include "backends/cpu/compile/conv_f32.h"
#include "backends/cpu/compile/conv_template.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

namespace {

/// One dimension's sizes.
struct Axis {
  int64_t in, out, kernel, stride, pad;
};

/// Results first, first + stride, ... of one dimension. Its convolution's tap t is the filter's
/// `lastTap - stride * t`, and sees input `result - pad + t`.
struct Phase {
  int64_t first, results;
  int64_t taps, lastTap, pad;
  bool isEmpty; ///< no tap of the filter comes here: the one that there is lies outside the input
};

std::vector<Phase> phasesOf(const Axis &a) {
  std::vector<Phase> phases;
  for (int64_t first = 0; first < std::min(a.stride, a.out); ++first) {
    int64_t place = first + a.pad, rest = place % a.stride;
    int64_t results = (a.out - first + a.stride - 1) / a.stride;
    int64_t taps = rest < a.kernel ? (a.kernel - rest + a.stride - 1) / a.stride : 0;
    if (taps == 0)
      phases.push_back({first, results, 1, 0, results, true});
    else
      phases.push_back(
          {first, results, taps, rest + a.stride * (taps - 1), taps - 1 - place / a.stride, false});
  }
  return phases;
}

/// Elements of padding before the input that the phases need, and all that they reach with it.
struct Extent {
  int64_t low = 0, size = 0;

  explicit Extent(const Axis &a) {
    for (const Phase &phase : phasesOf(a))
      low = std::max(low, phase.pad);
    size = low + a.in;
    for (const Phase &phase : phasesOf(a))
      size = std::max(size, low - phase.pad + phase.results + phase.taps - 1);
  }
};

struct Transposed {
  ConvShape whole; ///< sizes of input and result; the rest is the phases'
  Axis rows, columns;

  explicit Transposed(graph::TransposeConv2dOp op) : whole(cpu::shapeOf(op)) {
    rows = {whole.inHeight, whole.outHeight, whole.kernelHeight, op.getStride()[0],
            op.getPadLow()[0]};
    columns = {whole.inWidth, whole.outWidth, whole.kernelWidth, op.getStride()[1],
               op.getPadLow()[1]};
  }

  /// The convolution of a phase of the rows and one of the columns.
  ConvShape shapeOf(const Phase &y, const Phase &x) const {
    ConvShape shape = whole;
    shape.outHeight = y.results;
    shape.outWidth = x.results;
    shape.kernelHeight = y.taps;
    shape.kernelWidth = x.taps;
    shape.padTop = y.pad;
    shape.padLeft = x.pad;
    return shape;
  }
  ConvPlaces::Steps resultsOf(const Phase &y, const Phase &x) const {
    ConvPlaces::Steps steps = ConvPlaces::dense(whole).out;
    steps.offset = y.first * steps.row + x.first * steps.pixel;
    steps.row *= rows.stride;
    steps.pixel *= columns.stride;
    return steps;
  }
  /// Where the filter [out][row][column][in] has a tap of a phase; nothing for one that it has not.
  std::optional<int64_t> filterIndex(const Phase &y, const Phase &x, int64_t o, int64_t tap,
                                     int64_t channel) const {
    if (y.isEmpty || x.isEmpty)
      return std::nullopt;
    int64_t row = y.lastTap - rows.stride * (tap / x.taps),
            column = x.lastTap - columns.stride * (tap % x.taps);
    return ((o * rows.kernel + row) * columns.kernel + column) * whole.inChannels + channel;
  }
};

void planPhaseF32(graph::TransposeConv2dOp op, const Transposed &t, const Phase &y, const Phase &x,
                  Plan &plan) {
  ConvShape shape = t.shapeOf(y, x);
  graph::ConstantBytes bytes = *graph::constantOf(op.getFilter());
  ArrayRef<float> filter = bytes.as<float>();
  auto weightAt = [&](int64_t, int64_t o, int64_t d) {
    auto index = t.filterIndex(y, x, o, d / shape.inChannels, d % shape.inChannels);
    return index ? filter[static_cast<size_t>(*index)] : 0.0f;
  };
  if (takesPairs(op.getFilter(), shape.inChannels, /*groups=*/1, plan)) {
    ConvShape paired = shape;
    paired.inChannels = pairedChannels(shape.inChannels);
    ConvPlaces places = ConvPlaces::dense(paired);
    places.out = t.resultsOf(y, x);
    return planProductF32(paired, places,
                          planPairedWeights(/*groups=*/1, shape.outChannels, shape.taps(),
                                            shape.inChannels, weightAt, plan),
                          plan.in16Bits(op.getInput()), op, op.getActivation(), plan);
  }
  std::vector<float> packed =
      packPanels<float>(shape.outChannels, shape.taps() * shape.inChannels, kPanel,
                        [&](int64_t o, int64_t d) { return weightAt(0, o, d); });
  ConvPlaces places = ConvPlaces::dense(shape);
  places.out = t.resultsOf(y, x);
  planProductF32(shape, places, constantReals(packed, plan), plan.factor(op.getInput()), op,
                 op.getActivation(), plan);
}

/// One image with the padding that all phases need.
Widened widenedOf(const Transposed &t) {
  Extent rows(t.rows), columns(t.columns);
  Widened wide = withoutPadding(t.whole);
  wide.channels = (wide.inChannels + 1) / 2 * 2;
  wide.top = rows.low;
  wide.left = columns.low;
  wide.height = rows.size;
  wide.width = columns.size;
  return wide;
}

void planCodes(graph::TransposeConv2dOp op, const Transposed &t, Plan &plan) {
  Widened padded = widenedOf(t);
  BufferId wide = planWideCodes(op.getInput(), padded, plan);
  std::vector<int32_t> centred = centredFilter(op.getFilter(), /*channelsLast=*/false);
  for (const Phase &y : phasesOf(t.rows))
    for (const Phase &x : phasesOf(t.columns)) {
      ConvShape shape = t.shapeOf(y, x);
      shape.padTop -= padded.top;
      shape.padLeft -= padded.left;
      auto filter = [&](int64_t, int64_t o, int64_t tap, int64_t channel) {
        auto index = t.filterIndex(y, x, o, tap, channel);
        return index ? centred[static_cast<size_t>(*index)] : 0;
      };
      Buffers buffers(plan);
      Epilogue epilogue = codesEpilogue(op, op.getActivation(), op.getResult(), buffers);
      planPairs(shape, t.resultsOf(y, x), /*groups=*/1, padded, wide, filter, epilogue, buffers,
                plan);
    }
}

Support supportsTransposed(Operation *op) {
  for (Value constant : op->getOperands().drop_front())
    if (!graph::constantOf(constant))
      return Support::no("the filter or the bias is computed by the model, only constant ones are "
                         "packed");
  for (const Phase &phase : phasesOf(Transposed(cast<graph::TransposeConv2dOp>(op)).columns))
    if (phase.taps > kMostTapsInRow)
      return Support::no("is wider than the columns that kernels are made for");
  return graph::isQuantized(op->getOperand(1).getType()) ? supportsProductOfCodes(op)
                                                         : supportsF32(op);
}

void planTransposed(Operation *generic, Plan &plan) {
  auto op = cast<graph::TransposeConv2dOp>(generic);
  Transposed t(op);
  if (graph::isQuantized(op.getFilter().getType()))
    return planCodes(op, t, plan);
  for (const Phase &y : phasesOf(t.rows))
    for (const Phase &x : phasesOf(t.columns))
      planPhaseF32(op, t, y, x, plan);
}
} // namespace

void registerTransposeConvolution(HandlerTable &table) {
  table.add<graph::TransposeConv2dOp>({supportsTransposed, planTransposed, ofResult});
}

} // namespace tandem::cpu
