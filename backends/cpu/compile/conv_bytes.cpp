#include "backends/cpu/compile/conv_bytes.h"

#include "backends/cpu/compile/codes.h"
#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/hybrid.h"
#include "backends/cpu/compile/matrix_products.h"
#include "backends/cpu/compile/quantize.h"
#include "backends/cpu/compile/row_sums.h"
#include "backends/cpu/compile/sums.h"
#include "backends/cpu/compile/table.h"
#include "backends/cpu/compile/widen.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

constexpr int64_t kTogether = 4; ///< bytes of a product

/// With more weights that are no bytes the products of a matrix take another way.
constexpr size_t kFewExtras = 4;

static bool isByte(int32_t weight) {
  return weight >= INT8_MIN && weight <= INT8_MAX;
}

static int32_t nearestByte(int32_t weight) {
  return std::clamp<int32_t>(weight, INT8_MIN, INT8_MAX);
}

static size_t otherThanBytes(ArrayRef<int32_t> weights) {
  return static_cast<size_t>(llvm::count_if(weights, [](int32_t w) { return !isByte(w); }));
}

bool areMostlyBytes(Value filter) {
  Type element = graph::tensorType(filter).getElementType();
  CodeRange codes = allCodes(*graph::elementTypeOf(element));
  auto leavesBytes = [&](int32_t zeroPoint) {
    return isByte(codes.low - zeroPoint) && isByte(codes.high - zeroPoint);
  };
  if (llvm::all_of(graph::quantizationOf(element).zeroPoints, leavesBytes))
    return true; // whatever they are
  return otherThanBytes(centredFilter(filter, /*channelsLast=*/false)) <= kFewExtras;
}

bool areByteProducts(Operation *op, const ConvShape &shape, int64_t groups,
                     ArrayRef<int32_t> weights) {
  // planRowSums() takes a row of the input for each pixel of the output.
  bool isProduct = groups == 1 && shape.taps() == 1 && shape.batch * shape.inHeight == 1 &&
                   shape.inWidth == shape.outWidth && shape.strideWidth == 1 &&
                   shape.padTop + shape.padLeft == 0 && shape.inChannels <= kLongestSummedRow;
  size_t others = otherThanBytes(weights);
  if (isHybrid(op))
    return others == 0;
  return isProduct || others == 0 || (groups == 1 && others <= kFewExtras);
}

int32_t unsignedZeroPoint(Value codes) {
  CodeType type = codeTypeOf(codes);
  return type.element == ElementType::kI8 ? type.zeroPoint + 128 : type.zeroPoint;
}

namespace {

/// The input as unsigned bytes with its padding around it, quantized only now if that was left to
/// do; itself where it is that already.
TypedBuffer planBytes(Value input, const Widened &shape, Plan &plan) {
  CodeType type = storedCodeType(input, plan);
  Buffers buffers(plan);
  CodesInput codes = codesInput(input, buffers, plan);
  if (!codes.code && type.element == ElementType::kU8 && shape.isPlain())
    return plan.typed(input);
  auto code = [=](KernelBuilder &k, Value element, Value) -> Value {
    Value wide = k.toI32(codes.code ? codes.code(k, element) : element, type.element);
    if (type.element == ElementType::kU8)
      return wide;
    return arith::AddIOp::create(k, wide, k.constant(wide.getType(), 128));
  };
  return planWiden(shape, {ElementType::kU8, unsignedZeroPoint(input)}, code, buffers, plan);
}

/// Of a single pixel a weight is read once, and reading them is all that takes time: a tile's in
/// one stream, which the processor reads ahead best.
int64_t panelOf(const ConvShape &shape, int64_t groups) {
  constexpr int64_t kWidest = 8 * kPanel;
  bool isSingle = groups * shape.batch * shape.outHeight * shape.outWidth == 1;
  int64_t panels = (shape.outChannels + kPanel - 1) / kPanel;
  return isSingle ? std::min(kWidest, panels * kPanel) : kPanel;
}

/// The weights of all groups in panels, each of `runs` runs of contiguous input elements.
std::vector<int32_t> packBytes(ArrayRef<int32_t> weights, int64_t groups, int64_t out, int64_t runs,
                               int64_t length, int64_t panel) {
  int64_t products = (length + kTogether - 1) / kTogether;
  auto product = [&](int64_t group, int64_t o, int64_t d) {
    int64_t run = (group * out + o) * runs + d / products;
    uint32_t packed = 0;
    for (int64_t i = 0; i < kTogether; ++i)
      if (int64_t at = d % products * kTogether + i; at < length)
        packed |= uint32_t(uint8_t(weights[static_cast<size_t>(run * length + at)])) << 8 * i;
    return static_cast<int32_t>(packed);
  };
  return packGroups<int32_t>(groups, out, runs * products, product, panel);
}

/// The last panel of packBytes(), as ConvBody::doubled has it.
std::vector<int32_t> packDoubled(ArrayRef<int32_t> packed, int64_t rows, int64_t products) {
  ArrayRef<int32_t> last = packed.take_back(static_cast<size_t>(rows * products * kPanel));
  std::vector<int32_t> doubled;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t product = 0; product < products; product += 2)
      for (int64_t lane = 0; lane < kPanel; ++lane) {
        int64_t own = product + lane % 2;
        int64_t at = (row * products + own) * kPanel + lane / 2;
        doubled.push_back(own < products ? last[static_cast<size_t>(at)] : 0);
      }
  return doubled;
}

/// What weights that are no bytes have more than the nearest bytes, as products of their own. Runs
/// are those of packBytes(); `runsOfRow` of a row of the kernel are `runStep` elements of the input
/// apart.
std::vector<ExtraProduct> extraProducts(ArrayRef<int32_t> weights, int64_t runs, int64_t length,
                                        int64_t runsOfRow, int64_t runStep) {
  std::vector<ExtraProduct> extras;
  for (auto [i, weight] : llvm::enumerate(weights)) {
    int64_t at = static_cast<int64_t>(i) % length, run = static_cast<int64_t>(i) / length % runs;
    for (int32_t more = weight - nearestByte(weight); more != 0; more -= nearestByte(more))
      extras.push_back({.channel = static_cast<int64_t>(i) / (runs * length),
                        .kernelRow = run / runsOfRow,
                        .offset = run % runsOfRow * runStep + at / kTogether * kTogether,
                        .weight = static_cast<int32_t>(uint32_t(uint8_t(nearestByte(more)))
                                                       << 8 * (at % kTogether))});
  }
  return extras;
}

/// What the zero point of the input adds to the sums of each output channel, to be taken off.
std::vector<int32_t> sumsOfZeroPoint(ArrayRef<int32_t> weights, int32_t zeroPoint,
                                     size_t channels) {
  std::vector<int32_t> sums;
  size_t each = weights.size() / channels;
  for (size_t channel = 0; channel < channels; ++channel) {
    int64_t sum = 0;
    for (int32_t weight : weights.slice(channel * each, each))
      sum += weight;
    sums.push_back(static_cast<int32_t>(-sum * zeroPoint));
  }
  return sums;
}

/// For each output the number that its weights are to be less, to be bytes.
std::vector<int32_t> excessOf(ArrayRef<int32_t> weights, size_t outputs) {
  std::vector<int32_t> excess;
  size_t each = weights.size() / outputs;
  for (size_t output = 0; output < outputs; ++output) {
    ArrayRef<int32_t> own = weights.slice(output * each, each);
    int32_t above = std::max(*llvm::max_element(own) - INT8_MAX, 0);
    int32_t below = std::min(*llvm::min_element(own) - INT8_MIN, 0);
    excess.push_back(above + below); // one of them is zero: codes differ by less than 256
  }
  return excess;
}

ProductRegisters registersOf(const codegen::Isa &isa) {
  if (isa.byteMatrices)
    return registersOfMatrices();
  switch (isa.byteDot) {
  case codegen::ByteDot::kPairs: // even and odd bytes, of a weight and of an activation
    return {.perWeight = 2, .others = 3};
  case codegen::ByteDot::kSmull: // products of several accumulators on the way
    return {.perWeight = 1, .others = 12};
  case codegen::ByteDot::kVnni:
  case codegen::ByteDot::kSdot:
  case codegen::ByteDot::kUsdot:
    break;
  }
  return {};
}

/// How the weights of an output lie: in runs of elements that are side by side in the input too.
struct Runs {
  int64_t count, length;
  bool areRows; ///< of the kernel, all columns
};

Runs runsOf(const ConvShape &shape, int64_t groups) {
  // A row of the kernel is one run of the input where channels are side by side: with three of them
  // that is a third fewer products than four each.
  if (groups == 1 && shape.dilationWidth == 1 && shape.inChannels % kTogether != 0)
    return {shape.kernelHeight, shape.kernelWidth * shape.inChannels, true};
  return {shape.taps(), shape.inChannels, false};
}

/// The convolution of the bytes, whose padding is around them, and where its tensors lie.
struct Inner {
  ConvShape shape;
  ConvPlaces places;

  Inner(const ConvShape &outer, const Widened &padded, int64_t groups, const Runs &runs)
      : shape(withoutPadding(outer, padded, groups)), places(ConvPlaces::dense(shape, groups)) {
    if (runs.areRows) {
      shape.kernelWidth = 1;
      shape.inChannels = (runs.length + kTogether - 1) / kTogether * kTogether;
    }
    places.out = ConvPlaces::dense(outer, groups).out;
  }

private:
  static ConvShape withoutPadding(ConvShape shape, const Widened &padded, int64_t groups) {
    shape.padTop = shape.padLeft = 0;
    shape.inHeight = padded.height;
    shape.inWidth = padded.width / groups;
    shape.inChannels = padded.channels;
    return shape;
  }
};

/// Weights as signed bytes, and what they lack.
struct ByteWeights {
  std::vector<int32_t> bytes;
  std::vector<ExtraProduct> extras; ///< of few weights that are none
  std::vector<int32_t> excess;      ///< of many: for each output what all of its are less
};

ByteWeights toBytes(ArrayRef<int32_t> weights, const ConvShape &shape, int64_t groups,
                    const Runs &runs, int64_t pixelStep) {
  ByteWeights result;
  size_t others = otherThanBytes(weights);
  result.bytes = weights.vec();
  if (groups == 1 && others <= kFewExtras) {
    result.extras = extraProducts(weights, runs.count, runs.length, runs.count / shape.kernelHeight,
                                  shape.dilationWidth * pixelStep);
    llvm::transform(weights, result.bytes.begin(), nearestByte);
  } else if (others > 0) {
    auto outputs = static_cast<size_t>(groups * shape.outChannels);
    result.excess = excessOf(weights, outputs);
    size_t each = weights.size() / outputs;
    for (size_t i = 0; i < weights.size(); ++i)
      result.bytes[i] -= result.excess[i / each];
  }
  return result;
}

Epilogue planEpilogue(Operation *op, graph::Activation activation,
                      const std::optional<HybridInput> &hybrid, ArrayRef<int32_t> weights,
                      size_t channels, Buffers &buffers, Plan &plan) {
  if (hybrid)
    return hybridEpilogue(op, activation, *hybrid, plan, buffers,
                          sumsOfZeroPoint(weights, 1, channels));
  std::vector<int32_t> ofZeroPoint =
      sumsOfZeroPoint(weights, unsignedZeroPoint(op->getOperand(0)), channels);
  if (givesSums(op))
    return sumsEpilogue(op, plan, buffers, ofZeroPoint);
  return codesEpilogue(op, activation, takeDequantized(op, plan), buffers, ofZeroPoint);
}

/// With what takes 128 off the bytes, where something does, put back into the sums.
Epilogue withTakenOff(Epilogue epilogue, const ByteWeights &weights, ArrayRef<int32_t> whole,
                      size_t channels, Buffers &buffers) {
  unsigned taken = buffers.addPerChannel(sumsOfZeroPoint(
      weights.extras.empty() ? ArrayRef<int32_t>(weights.bytes) : whole, -128, channels));
  epilogue.initial = [inner = epilogue.initial, taken](KernelBuilder &k, Value channel) -> Value {
    Value sum = inner(k, channel);
    if (!k.isa().takesOff128())
      return sum;
    return arith::AddIOp::create(k, sum, k.loadVector(k.vectorI32(), k.buffer(taken), channel));
  };
  return epilogue;
}

/// Whether the last channels are few enough to have two products in lanes side by side.
bool doublesLast(const ConvShape &shape, int64_t groups, int64_t panel,
                 const ByteWeights &weights) {
  int64_t inLast = shape.outChannels % kPanel;
  return groups == 1 && shape.dilationWidth == 1 && panel == kPanel && inLast > 0 &&
         inLast <= kPanel / 2 && weights.excess.empty();
}

} // namespace

RowsCode convBytes(const ConvShape &shape, int64_t groups, Operation *op,
                   graph::Activation activation, ArrayRef<int32_t> weights, Plan &plan,
                   Buffers &buffers) {
  Runs runs = runsOf(shape, groups);
  Widened padded = withPadding(shape, groups, runs.areRows ? 1 : kTogether);
  std::optional<HybridInput> hybrid;
  if (isHybrid(op))
    hybrid = planHybridInput(op, padded, ElementType::kU8, plan);
  TypedBuffer bytes = hybrid ? TypedBuffer{hybrid->codes, {ElementType::kU8, padded.elements()}}
                             : planBytes(op->getOperand(0), padded, plan);

  Inner inner(shape, padded, groups, runs);
  buffers.channelGroups = groups;
  auto channels = static_cast<size_t>(groups * shape.outChannels);
  Epilogue epilogue = planEpilogue(op, activation, hybrid, weights, channels, buffers, plan);
  ByteWeights own = toBytes(weights, shape, groups, runs, inner.places.in.pixel);
  if (!own.excess.empty()) {
    TypedBuffer sums = planRowSums(bytes, shape.outWidth, shape.inChannels, plan);
    epilogue = withExcess(epilogue, own.excess, sums, buffers);
  }
  epilogue = withTakenOff(epilogue, own, weights, channels, buffers);
  inner.places.spreadResults(groups * shape.outChannels, epilogue.pixelStep);
  unsigned input = buffers.add(bytes);
  int64_t panel = panelOf(shape, groups);
  std::vector<int32_t> packed =
      packBytes(own.bytes, groups, shape.outChannels, runs.count, runs.length, panel);
  inner.places.weights = static_cast<int64_t>(packed.size()) / groups;
  unsigned panels = buffers.addConstant(packed), doubled = 0;
  bool doubles = !hybrid && doublesLast(shape, groups, panel, own);
  if (doubles)
    doubled = buffers.addConstant(packDoubled(
        packed, shape.kernelHeight, inner.shape.kernelWidth * inner.shape.inChannels / kTogether));
  return [=, extras = own.extras, hasLowest = llvm::is_contained(own.bytes, INT8_MIN),
          tuning = plan.settings().tuning](KernelBuilder &k, const RowRange *rows) {
    ConvBody body{.input = k.buffer(input),
                  .weights = k.buffer(panels),
                  .together = kTogether,
                  .panel = panel,
                  .accumulator = k.vectorI32(),
                  .registers = registersOf(k.isa()),
                  .product = [&](Value x, Value weight,
                                 Value acc) { return k.byteDot(x, weight, acc, hasLowest); },
                  .epilogue = epilogue,
                  .places = inner.places,
                  .tuning = rows ? nullptr : tuning.get(),
                  .extras = extras,
                  .doubled = doubles ? k.buffer(doubled) : Value()};
    if (rows)
      return buildConvolutionRows(k, inner.shape, body, *rows);
    buildConvolution(k, inner.shape, body);
  };
}

void planConvBytes(const ConvShape &shape, int64_t groups, Operation *op,
                   graph::Activation activation, ArrayRef<int32_t> weights, Plan &plan) {
  Buffers buffers(plan);
  planWhole(convBytes(shape, groups, op, activation, weights, plan, buffers), buffers, plan);
}

} // namespace tandem::cpu
