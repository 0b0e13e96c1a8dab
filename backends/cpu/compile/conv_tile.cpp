#include "backends/cpu/compile/convolution.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

Convolution::Part Convolution::partOf(Value row) {
  Value none = k_.index(0), part = k_.div(row, s_.outHeight);
  return {s_.batch == 1 ? none : k_.div(part, p_.groups),
          p_.groups == 1  ? none
          : s_.batch == 1 ? part
                          : k_.rem(part, p_.groups),
          s_.batch * p_.groups == 1 ? row : k_.rem(row, s_.outHeight)};
}

void Convolution::tile(Value row, Value pixel, const TileRun &run, const GroupRun &group,
                       Value vector) {
  Part part = partOf(row);
  Values panels, acc;
  for (int64_t v = 0; v < group.vectors; ++v) {
    Value at = k_.mul(k_.add(vector, v), lanes_); // first channel
    Value panel =
        k_.add(k_.mul(k_.div(at, body_.panel), depth_ * body_.panel), k_.rem(at, body_.panel));
    panels.push_back(k_.add(panel, k_.mul(part.group, p_.weights)));
  }
  auto channelOf = [&](int64_t v) {
    return k_.add(k_.mul(k_.add(vector, v), lanes_), k_.mul(part.group, p_.channels));
  };
  auto initial = [&](int64_t v) {
    return firstLanes(k_, body_.epilogue.initial(k_, channelOf(v)), typeOf(group, v));
  };
  for (int64_t p = 0; p < run.pixels; ++p)
    for (int64_t v = 0; v < group.vectors; ++v)
      acc.push_back(sumsInF16()                               ? zeroF16(k_)
                    : group.doubles && v + 1 == group.vectors ? k_.constant(body_.accumulator, 0)
                    : p > 0                                   ? acc[static_cast<size_t>(v)]
                                                              : initial(v));

  Value outRow = part.outRow;
  TapRange taps = verticalTaps(k_, s_, outRow);
  Value top = k_.add(k_.mul(outRow, s_.strideHeight), -s_.padTop);
  auto kernelRow = [&](Value ky, Values sums) {
    Value inRow = k_.add(place(p_.in, part),
                         in_.of(k_, k_.add(top, k_.mul(ky, s_.dilationHeight)), p_.in.row));
    return products(inRow, pixel, ky, run, group, panels, sums);
  };
  if (s_.kernelHeight == 1 && !s_.hasVerticalBorder())
    acc = kernelRow(k_.index(0), acc);
  else
    acc = k_.loop(taps.from, taps.to, 1, acc, [&](Value ky, ValueRange carried) {
      return kernelRow(ky, Values(carried.begin(), carried.end()));
    });

  acc = extraProducts(part, pixel, run, group, vector, acc);
  if (sumsInF16())
    for (auto [i, sum] : llvm::enumerate(acc))
      sum = plusF16(k_, initial(static_cast<int64_t>(i) % group.vectors), sum);
  Value out = k_.add(place(p_.out, part), out_.of(k_, outRow, p_.out.row));
  out = k_.add(out, k_.add(k_.mul(pixel, p_.out.pixel), k_.mul(vector, lanes_)));
  finish(acc, out, channelOf(0), run.pixels, group);
}

/// Four vectors at a time where they are packed together: of one pixel, and of several what is left
/// of them.
void Convolution::finish(ArrayRef<Value> sums, Value out, Value channel, int64_t pixels,
                         const GroupRun &group) {
  int64_t most = packsCodes() ? 4 : 1, all = group.vectors - (group.doubles ? 1 : 0);
  if (group.doubles) {
    Values last;
    for (int64_t p = 0; p < pixels; ++p)
      last.push_back(sums[static_cast<size_t>(p * group.vectors + all)]);
    finishDoubled(last, k_.add(out, all * lanes_), k_.add(channel, all * lanes_), group);
  }
  if (most == 1)
    return finishSingly(sums, out, channel, pixels, group);
  for (int64_t first = 0; first < all; first += most) {
    int64_t vectors = std::min(most, all - first), lanes = vectors * lanes_;
    bool isLast = first + vectors == group.vectors;
    int64_t valid = isLast ? lanes - lanes_ + group.validInLast : lanes;
    EvenSplit blocks = EvenSplit::ofAtMost(pixels, most / vectors);
    for (int64_t block = 0; block < blocks.parts; ++block) {
      Values some;
      for (int64_t p = 0; p < blocks.length(block); ++p)
        for (int64_t v = 0; v < vectors; ++v)
          some.push_back(
              sums[static_cast<size_t>((blocks.start(block) + p) * group.vectors + first + v)]);
      Value index = k_.add(out, blocks.start(block) * p_.out.pixel + first * lanes_);
      Value ofFirst = k_.add(channel, first * lanes_);
      if (some.size() == 1)
        body_.epilogue.finish(k_, some[0], index, ofFirst, valid);
      else
        body_.epilogue.finishBlock(k_, {some, blocks.length(block), lanes, valid, p_.out.pixel},
                                   index, ofFirst);
    }
  }
}

void Convolution::finishSingly(ArrayRef<Value> sums, Value out, Value channel, int64_t pixels,
                               const GroupRun &group) {
  for (int64_t v = 0; v < group.vectors; ++v) {
    Values own, places;
    for (int64_t p = 0; p < pixels; ++p) {
      own.push_back(sums[static_cast<size_t>(p * group.vectors + v)]);
      places.push_back(k_.add(out, p * p_.out.pixel + v * lanes_));
    }
    int64_t valid = v + 1 == group.vectors ? group.validInLast : lanes_;
    finishAll(k_, body_.epilogue, own, places, k_.add(channel, v * lanes_), valid);
  }
}

/// Sums of two lanes side by side belong together: of two pixels they fill a vector.
void Convolution::finishDoubled(ArrayRef<Value> sums, Value out, Value channel,
                                const GroupRun &group) {
  constexpr int64_t kMostPixels = 8;
  SmallVector<int64_t> even, odd, twice;
  for (int64_t lane = 0; lane < lanes_; ++lane) {
    even.push_back(2 * lane);
    odd.push_back(2 * lane + 1);
    twice.push_back(lane % (lanes_ / 2));
  }
  Value initial = body_.epilogue.initial(k_, channel);
  initial = vector::ShuffleOp::create(k_, initial, initial, twice);
  EvenSplit blocks = EvenSplit::ofAtMost(static_cast<int64_t>(sums.size()), kMostPixels);
  for (int64_t block = 0; block < blocks.parts; ++block) {
    auto own = sums.slice(static_cast<size_t>(blocks.start(block)),
                          static_cast<size_t>(blocks.length(block)));
    Values pairs;
    for (size_t p = 0; p < own.size(); p += 2) {
      Value next = own[std::min(p + 1, own.size() - 1)];
      Value sum = arith::AddIOp::create(k_, vector::ShuffleOp::create(k_, own[p], next, even),
                                        vector::ShuffleOp::create(k_, own[p], next, odd));
      pairs.push_back(arith::AddIOp::create(k_, sum, initial));
    }
    Value index = k_.add(out, blocks.start(block) * p_.out.pixel);
    body_.epilogue.finishBlock(
        k_, {pairs, blocks.length(block), lanes_ / 2, group.validInLast, p_.out.pixel}, index,
        channel);
  }
}

} // namespace tandem::cpu
