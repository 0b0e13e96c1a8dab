#include "backends/cpu/compile/bf16_pairs.h"

#include "backends/cpu/compile/matrix_products.h"
#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/strided.h"
#include "base/bfloat.h"
#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

/// An odd number of channels up to this is filled up by a zero: three become four.
constexpr int64_t kFewChannels = 7;

bool takesPairs(Value filter, int64_t channels, int64_t groups, const Plan &plan) {
  bool areFew = groups == 1 && channels > 1 && channels <= kFewChannels;
  bool suits = channels % 2 == 0 || areFew;
  return plan.settings().precision == Precision::kBf16 && suits &&
         graph::constantOf(filter).has_value();
}

TypedBuffer planPairedWeights(int64_t groups, int64_t out, int64_t taps, int64_t channels,
                              function_ref<float(int64_t, int64_t, int64_t)> at, Plan &plan) {
  int64_t pairs = pairedChannels(channels) / 2;
  auto bitsOf = [&](int64_t group, int64_t o, int64_t tap, int64_t channel) -> uint32_t {
    return channel < channels ? floatToBfloat(at(group, o, tap * channels + channel)) : 0;
  };
  std::vector<int32_t> packed =
      packGroups<int32_t>(groups, out, taps * pairs, [&](int64_t group, int64_t o, int64_t d) {
        int64_t tap = d / pairs, channel = d % pairs * 2;
        return static_cast<int32_t>(bitsOf(group, o, tap, channel + 1) << 16 |
                                    bitsOf(group, o, tap, channel));
      });
  return {plan.constant(packed), {ElementType::kI32, static_cast<int64_t>(packed.size())}};
}

TypedBuffer planPairedFilter(Value filter, int64_t groups, int64_t out, int64_t taps,
                             int64_t channels, Plan &plan) {
  auto constant = graph::constantOf(filter);
  ArrayRef<float> elements = constant->as<float>();
  int64_t depth = taps * channels;
  return planPairedWeights(
      groups, out, taps, channels,
      [&](int64_t group, int64_t o, int64_t d) {
        return elements[static_cast<size_t>((group * out + o) * depth + d)];
      },
      plan);
}

/// Vectors of elements, and one by one what is left at the end.
static void buildRounding(KernelBuilder &k, int64_t count) {
  int64_t lanes = k.isa().lanes();
  Value whole = k.index(count / lanes * lanes);
  Chunks{1, count}.build(k, [&](Value, Value, Value from, Value to) {
    k.loop(from, k.smaller(to, whole), lanes, [&](Value i) {
      storeReals(k, loadReals(k, k.vectorF32(), k.buffer(0), i), k.buffer(1), i, lanes);
    });
    k.loop(k.larger(from, whole), to, 1,
           [&](Value i) { storeReal(k, loadReal(k, k.buffer(0), i), k.buffer(1), i); });
  });
}

/// Pixels of an odd number of channels, as many at a time as fit into a vector with a zero each.
static void buildPaddedRounding(KernelBuilder &k, int64_t pixels, int64_t channels) {
  int64_t lanes = k.isa().lanes(), paired = channels + 1, together = lanes / paired;
  auto vectorOf = [&](Value pixel, int64_t count) {
    Value reals = loadReals(k, k.vectorF32(), k.buffer(0), k.mul(pixel, channels));
    SmallVector<int64_t> places;
    for (int64_t lane = 0; lane < lanes; ++lane)
      places.push_back(lane / paired < count && lane % paired < channels
                           ? lane / paired * channels + lane % paired
                           : lanes);
    Value spread = vector::ShuffleOp::create(k, reals, k.constant(k.vectorF32(), 0), places);
    storeReals(k, spread, k.buffer(1), k.mul(pixel, paired), count * paired);
  };
  auto onePixel = [&](Value pixel) {
    Value in = k.mul(pixel, channels), out = k.mul(pixel, paired);
    k.loop(channels, [&](Value channel) {
      storeReal(k, loadReal(k, k.buffer(0), k.add(in, channel)), k.buffer(1), k.add(out, channel));
    });
    storeReal(k, k.constant(k.getF32Type(), 0), k.buffer(1), k.add(out, channels));
  };
  Chunks{1, pixels}.build(k, [&](Value, Value, Value from, Value to) {
    Value whole = k.index(together == 0 ? 0 : pixels / together * together);
    if (together > 0)
      k.loop(from, k.smaller(to, whole), together, [&](Value pixel) { vectorOf(pixel, together); });
    k.loop(k.larger(from, whole), to, 1, onePixel);
  });
}

TypedBuffer planRounding(TypedBuffer reals, int64_t channels, Plan &plan) {
  int64_t count = reals.type.count, pixels = count / channels;
  ElementType element = plan.narrowElement();
  bool isOdd = channels % 2 == 1 && element == ElementType::kBF16;
  TypedBuffer rounded = plan.scratch({element, isOdd ? pixels * pairedChannels(channels) : count});
  Buffers buffers(plan);
  buffers.add(reals);
  buffers.add(rounded);
  auto build = [=](KernelBuilder &k) {
    isOdd ? buildPaddedRounding(k, pixels, channels) : buildRounding(k, count);
  };
  plan.step({buffers.types, build}, buffers.ids);
  return rounded;
}

ProductRegisters registersOfPairs(const codegen::Isa &isa) {
  if (isa.bf16Matrices())
    return registersOfMatrices();
  if (isa.bf16Dot != codegen::Bf16Dot::kNone)
    return {.halves = true};
  return {.perWeight = 2, .others = 3, .halves = true};
}

} // namespace tandem::cpu
