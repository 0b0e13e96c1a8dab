#include "backends/cpu/compile/conv_f32.h"

#include "backends/cpu/compile/bf16_pairs.h"
#include "backends/cpu/compile/conv_narrow.h"
#include "backends/cpu/compile/reals.h"
#include "base/bfloat.h"
#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

/// As planProductF32().
static RowsCode productF32(const ConvShape &shape, const ConvPlaces &places, TypedBuffer packed,
                           TypedBuffer in, Operation *op, graph::Activation activation, Plan &plan,
                           Buffers &buffers) {
  // Groups of a batch of matrix products have weights of their own, but the same channels.
  buffers.channelGroups = places.channels == 0 ? 1 : places.groups;
  unsigned input = buffers.add(in), weights = buffers.add(packed);
  Epilogue epilogue = floatEpilogueInPlace(op, activation, plan, buffers);
  ConvPlaces spread = places;
  spread.spreadResults(rowOf(op->getResult(0)), epilogue.pixelStep);
  bool ofPairs = packed.type.element == ElementType::kI32;
  bool isPlain = packed.type.element == ElementType::kF32 && in.type.element == ElementType::kF32;
  bool areF16 = packed.type.element == ElementType::kF16 && in.type.element == ElementType::kF16;
  return [=, tuning = plan.settings().tuning](KernelBuilder &k, const RowRange *rows) {
    bool inF16 = areF16 && k.isa().f16Arithmetic;
    if (inF16)
      k.doubleVectors();
    ConvBody body{.input = k.buffer(input),
                  .weights = k.buffer(weights),
                  .together = ofPairs ? 2 : 1,
                  .inF16 = inF16,
                  .accumulator = k.vectorF32(),
                  .registers =
                      ofPairs ? registersOfPairs(k.isa()) : ProductRegisters{.halves = true},
                  .product =
                      [&](Value x, Value weight, Value acc) {
                        return ofPairs ? bf16Dot(k, x, weight, acc) : k.fma(x, weight, acc);
                      },
                  .epilogue = epilogue,
                  .places = spread,
                  .tuning = rows ? nullptr : tuning.get()};
    if (rows)
      return buildConvolutionRows(k, shape, body, *rows);
    if (isPlain && isNarrow(k.isa(), shape, spread))
      return buildNarrowConvolution(k, shape, body);
    buildConvolution(k, shape, body);
  };
}

void planProductF32(const ConvShape &shape, const ConvPlaces &places, TypedBuffer packed,
                    TypedBuffer in, Operation *op, graph::Activation activation, Plan &plan) {
  Buffers buffers(plan);
  planWhole(productF32(shape, places, packed, in, op, activation, plan, buffers), buffers, plan);
}

RowsCode convF32(const ConvShape &shape, int64_t groups, Operation *op,
                 graph::Activation activation, Plan &plan, Buffers &buffers) {
  Value input = op->getOperand(0), filter = op->getOperand(1);
  if (takesPairs(filter, shape.inChannels, groups, plan)) {
    ConvShape paired = shape;
    paired.inChannels = pairedChannels(shape.inChannels);
    ConvPlaces places = ConvPlaces::dense(paired, groups);
    places.weights /= 2;
    TypedBuffer weights =
        planPairedFilter(filter, groups, shape.outChannels, shape.taps(), shape.inChannels, plan);
    return productF32(paired, places, weights, plan.in16Bits(input), op, activation, plan, buffers);
  }
  int64_t depth = shape.taps() * shape.inChannels;
  TypedBuffer weights = planPacking(filter, groups, shape.outChannels, depth,
                                    {shape.outChannels * depth, depth, 1}, plan);
  ConvPlaces places = ConvPlaces::dense(shape, groups);
  places.spreadInput(groups * shape.inChannels, plan.stepOf(input));
  TypedBuffer factors = graph::constantOf(filter) ? plan.factor(input) : plan.typed(input);
  return productF32(shape, places, weights, factors, op, activation, plan, buffers);
}

void planConvF32(const ConvShape &shape, int64_t groups, Operation *op,
                 graph::Activation activation, Plan &plan) {
  Buffers buffers(plan);
  planWhole(convF32(shape, groups, op, activation, plan, buffers), buffers, plan);
}

/// Lanes beyond the last output repeat it: they are multiplied, and never stored.
static void buildPacking(KernelBuilder &k, int64_t groups, int64_t out, int64_t depth,
                         WeightSteps steps) {
  int64_t panels = (out + kPanel - 1) / kPanel;
  k.units = groups * panels;
  k.loop(k.begin(), k.end(), 1, [&](Value unit) {
    Value group = k.div(unit, panels), first = k.mul(k.rem(unit, panels), kPanel);
    k.loop(depth, [&](Value d) {
      Value row = k.mul(k.add(k.mul(unit, depth), d), kPanel);
      k.loop(kPanel, [&](Value lane) {
        Value o = k.add(first, lane);
        if (out % kPanel != 0)
          o = k.smaller(o, k.index(out - 1));
        Value at = k.dot({group, o, d}, {steps.group, steps.out, steps.depth});
        k.store(k.load(k.buffer(0), at), k.buffer(1), k.add(row, lane));
      });
    });
  });
}

static ElementType storageOf(ArrayRef<float> reals, Precision precision) {
  if (precision == Precision::kBf16)
    return ElementType::kBF16;
  auto isExact = [](float real) { return halfToFloat(floatToHalf(real)) == real; };
  bool asF16 = precision == Precision::kF16 || llvm::all_of(reals, isExact);
  return asF16 ? ElementType::kF16 : ElementType::kF32;
}

TypedBuffer constantReals(ArrayRef<float> reals, Plan &plan) {
  ElementType element = storageOf(reals, plan.settings().precision);
  auto count = static_cast<int64_t>(reals.size());
  if (element == ElementType::kF32)
    return {plan.constant(reals.vec()), {element, count}};
  std::vector<uint16_t> stored;
  for (float real : reals)
    stored.push_back(element == ElementType::kBF16 ? floatToBfloat(real) : floatToHalf(real));
  return {plan.constant(stored), {element, count}};
}

TypedBuffer planPacking(Value filter, int64_t groups, int64_t out, int64_t depth, WeightSteps steps,
                        Plan &plan) {
  if (auto constant = graph::constantOf(filter)) {
    ArrayRef<float> elements = constant->as<float>();
    std::vector<float> packed =
        packGroups<float>(groups, out, depth, [&](int64_t group, int64_t o, int64_t d) {
          return elements[static_cast<size_t>(group * steps.group + o * steps.out +
                                              d * steps.depth)];
        });
    return constantReals(packed, plan);
  }
  int64_t panels = (out + kPanel - 1) / kPanel;
  TypedBuffer packed = plan.scratch({ElementType::kF32, groups * panels * depth * kPanel});
  Buffers buffers(plan);
  buffers.add(filter);
  buffers.add(packed);
  plan.step({buffers.types, [=](KernelBuilder &k) { buildPacking(k, groups, out, depth, steps); }},
            buffers.ids);
  return packed;
}

} // namespace tandem::cpu
