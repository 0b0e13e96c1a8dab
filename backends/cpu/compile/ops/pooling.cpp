// max_pool_2d, average_pool_2d and l2_pool_2d, vectors of channels at a time.

#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/f16_products.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

/// Windows of more elements are loops.
constexpr int64_t kMostTapsUnrolled = 25;

namespace {
struct Pool {
  ConvShape shape; ///< the kernel is the window
  ElementType element;
  bool average, countPadding;
  bool squares;      ///< the average is of squares, and a root is taken of it; f32 only
  float low, high;   ///< of f32 results
  CodeRange range;   ///< of codes
  int32_t zeroPoint; ///< of the input's codes: what pads count as
  unsigned input, output;
  int64_t inStep, outStep; ///< from pixel to pixel
  bool isF16;              ///< the largest of reals that are stored in f16
};

/// Window positions [from, to) inside 0..limit for a window that starts at `start`.
struct Range {
  Value from, to;
};
Range inside(KernelBuilder &k, Value start, int64_t window, int64_t limit) {
  return {k.larger(start, k.index(0)), k.smaller(k.add(start, window), k.index(limit))};
}

class PoolCode {
public:
  PoolCode(KernelBuilder &k, const Pool &pool)
      : k_(k), p_(pool), s_(pool.shape), inF16_(pool.isF16 && k.isa().f16Arithmetic) {
    if (inF16_)
      k.doubleVectors();
  }

  void build() {
    k_.units = s_.batch * s_.outHeight;
    k_.loop(k_.begin(), k_.end(), 1, [&](Value row) {
      if (!p_.average && s_.taps() <= kMostTapsUnrolled)
        return rowOfMaxima(row);
      k_.loop(s_.outWidth, [&](Value column) { pixel(row, column); });
    });
  }

private:
  bool isFloat() const { return p_.element == ElementType::kF32; }
  VectorType accumulatorType() {
    if (inF16_)
      return typeOfF16(k_);
    return isFloat() ? k_.vectorF32() : k_.vectorI32();
  }

  /// Rows outside the input are replaced by the nearest one, which the window has; columns outside
  /// are left out of windows at the border.
  void rowOfMaxima(Value row) {
    Value batch = k_.div(row, s_.outHeight), outRow = k_.rem(row, s_.outHeight);
    Value top = k_.add(k_.mul(outRow, s_.strideHeight), -s_.padTop);
    Values starts;
    for (int64_t ky = 0; ky < s_.kernelHeight; ++ky) {
      Value y = k_.add(top, ky);
      if (s_.hasVerticalBorder())
        y = k_.smaller(k_.larger(y, k_.index(0)), k_.index(s_.inHeight - 1));
      Value inRow = k_.add(k_.mul(batch, s_.inHeight), y);
      starts.push_back(k_.mul(inRow, s_.inWidth * p_.inStep));
    }
    for (const TileRun &run : tileRuns(s_, {s_.outWidth, s_.outWidth}))
      k_.loop(run.count, [&](Value i) { maxima(row, k_.add(i, run.firstPixel), starts, run); });
  }

  void maxima(Value row, Value column, ArrayRef<Value> starts, const TileRun &run) {
    Value left = k_.add(k_.mul(column, s_.strideWidth), -s_.padLeft);
    Value out = k_.mul(k_.add(k_.mul(row, s_.outWidth), column), p_.outStep);
    k_.forChannels(s_.inChannels, [&](Value channel, int64_t valid) {
      Values all;
      for (Value start : starts)
        for (int64_t kx = 0; kx < s_.kernelWidth; ++kx)
          if (!run.border || s_.sees(run.firstPixel, kx))
            all.push_back(
                load(k_.add(k_.add(start, k_.mul(k_.add(left, kx), p_.inStep)), channel)));
      for (; all.size() > 1; all.erase(all.begin(), all.begin() + 2))
        all.push_back(combine(all[0], all[1]));
      storeReals(k_, finish(all[0], {}), k_.buffer(p_.output), k_.add(out, channel), valid);
    });
  }

  void pixel(Value row, Value column) {
    Value batch = k_.div(row, s_.outHeight), outRow = k_.rem(row, s_.outHeight);
    Value top = k_.add(k_.mul(outRow, s_.strideHeight), -s_.padTop);
    Value left = k_.add(k_.mul(column, s_.strideWidth), -s_.padLeft);
    Range rows = inside(k_, top, s_.kernelHeight, s_.inHeight);
    Range columns = inside(k_, left, s_.kernelWidth, s_.inWidth);
    Value count = p_.average ? divisor(rows, columns) : Value();
    Value pads = p_.average && p_.countPadding && !isFloat() ? padsOf(rows, columns) : Value();
    Value out = k_.mul(k_.add(k_.mul(row, s_.outWidth), column), p_.outStep);
    forVectors([&](ArrayRef<Value> channels, int64_t valid) {
      Values sums(channels.size(), k_.constant(accumulatorType(), start()));
      sums = k_.loop(rows.from, rows.to, 1, sums, [&](Value y, ValueRange outer) {
        return k_.loop(columns.from, columns.to, 1, outer, [&](Value x, ValueRange inner) {
          Value pixelIndex = k_.add(k_.mul(k_.add(k_.mul(batch, s_.inHeight), y), s_.inWidth), x);
          Value first = k_.mul(pixelIndex, p_.inStep);
          Values next;
          for (auto [sum, channel] : llvm::zip_equal(inner, channels))
            next.push_back(combine(sum, load(k_.add(first, channel))));
          return next;
        });
      });
      for (auto [sum, channel] : llvm::zip_equal(sums, channels)) {
        Value whole =
            pads ? arith::AddIOp::create(k_, sum, k_.broadcast(pads, k_.vectorI32())) : Value(sum);
        storeReals(k_, finish(whole, count), k_.buffer(p_.output), k_.add(out, channel), valid);
      }
    });
  }

  /// Vectors of channels, several at a time, so that a window's loops are run through less often.
  /// The last one ends with the last channel; only when it is alone fewer than its lanes are valid.
  void forVectors(function_ref<void(ArrayRef<Value> channels, int64_t valid)> body) {
    constexpr int64_t kTogether = 4;
    int64_t lanes = k_.isa().lanes(), all = s_.inChannels, step = kTogether * lanes;
    int64_t whole = all / step * step;
    k_.loop(k_.index(0), k_.index(whole), step, [&](Value first) {
      Values channels;
      for (int64_t vector = 0; vector < kTogether; ++vector)
        channels.push_back(k_.add(first, vector * lanes));
      body(channels, lanes);
    });
    Values rest;
    for (int64_t channel = whole; channel < all; channel += lanes)
      rest.push_back(k_.index(std::max<int64_t>(std::min(channel, all - lanes), 0)));
    if (!rest.empty())
      body(rest, std::min(all, lanes));
  }

  double start() const {
    if (p_.average)
      return 0;
    return isFloat() ? -std::numeric_limits<double>::infinity() : double(INT32_MIN);
  }
  Value load(Value index) {
    if (inF16_)
      return k_.loadVector(accumulatorType(), k_.buffer(p_.input), index);
    if (!isFloat())
      return k_.toI32(k_.loadVector(k_.vector(k_.elementType(p_.element), k_.isa().lanes()),
                                    k_.buffer(p_.input), index),
                      p_.element);
    Value x = loadReals(k_, k_.vectorF32(), k_.buffer(p_.input), index);
    return p_.squares ? Value(arith::MulFOp::create(k_, x, x)) : x;
  }
  Value combine(Value a, Value b) {
    if (isFloat()) // which zero is the larger does not matter
      return p_.average ? Value(arith::AddFOp::create(k_, a, b))
                        : Value(arith::MaximumFOp::create(k_, a, b, arith::FastMathFlags::nsz));
    return p_.average ? Value(arith::AddIOp::create(k_, a, b))
                      : Value(arith::MaxSIOp::create(k_, a, b));
  }

  /// Elements that the window's sum is divided by, as f32. Pads are smaller than the window and
  /// every window lies within the padded input, so that with the padding the count is always the
  /// same.
  Value divisor(Range rows, Range columns) {
    if (p_.countPadding)
      return k_.constant(k_.getF32Type(), double(s_.taps()));
    Value count = k_.mul(k_.sub(rows.to, rows.from), k_.sub(columns.to, columns.from));
    Value asInt = arith::IndexCastOp::create(k_, k_.getI32Type(), count);
    return arith::SIToFPOp::create(k_, k_.getF32Type(), asInt);
  }

  /// What the pads of a window of codes add to its sum.
  Value padsOf(Range rows, Range columns) {
    Value inside = k_.mul(k_.sub(rows.to, rows.from), k_.sub(columns.to, columns.from));
    Value outside = k_.mul(k_.sub(k_.index(s_.taps()), inside), p_.zeroPoint);
    return arith::IndexCastOp::create(k_, k_.getI32Type(), outside);
  }

  Value finish(Value acc, Value count) {
    if (p_.average)
      acc = divide(acc, k_.broadcast(count, k_.vectorF32()));
    if (p_.squares)
      acc = math::SqrtOp::create(k_, acc);
    if (isFloat())
      return k_.clampF32(acc, p_.low, p_.high);
    return k_.fromI32(k_.clampInt(acc, p_.range.low, p_.range.high), p_.element);
  }

  /// Codes: half away from zero. Below 2^24, which supports() checks, the float quotient lies on
  /// the right side of every integer, so that truncating it is exact.
  Value divide(Value sum, Value count) {
    if (isFloat())
      return arith::DivFOp::create(k_, sum, count);
    Value half = arith::ShRUIOp::create(k_, arith::FPToSIOp::create(k_, k_.vectorI32(), count),
                                        k_.constant(k_.vectorI32(), 1));
    Value positive =
        arith::CmpIOp::create(k_, arith::CmpIPredicate::sgt, sum, k_.constant(k_.vectorI32(), 0));
    Value moved = arith::SelectOp::create(k_, positive, arith::AddIOp::create(k_, sum, half),
                                          arith::SubIOp::create(k_, sum, half));
    Value quotient =
        arith::DivFOp::create(k_, arith::SIToFPOp::create(k_, k_.vectorF32(), moved), count);
    return arith::FPToSIOp::create(k_, k_.vectorI32(), quotient);
  }

  KernelBuilder &k_;
  const Pool &p_;
  const ConvShape &s_;
  bool inF16_;
};

template <typename OpT> Pool describe(OpT op) {
  Pool pool = {};
  pool.shape = shapeOf(op);
  Type type = graph::tensorType(op.getResult()).getElementType();
  pool.element = *graph::elementTypeOf(type);
  std::tie(pool.low, pool.high) = clampRange(op.getActivation());
  if (graph::isQuantized(type)) {
    CodeType codes = codeTypeOf(op.getResult());
    pool.zeroPoint = codeTypeOf(op.getInput()).zeroPoint;
    pool.range = codesWithin({pool.low, pool.high}, codes.element, codes.scale, codes.zeroPoint);
  }
  return pool;
}
} // namespace

static Support supportsPool(Operation *op) {
  if (!graph::isQuantized(op->getResult(0).getType()))
    return supportsF32(op);
  if (auto average = dyn_cast<graph::AveragePool2dOp>(op)) {
    if (average.getWindow()[0] > 256 || average.getWindow()[1] > 200)
      return Support::no("averages codes over more elements than its arithmetic is exact for");
  }
  return supportsByteCodes(op);
}

static void planPool(Pool pool, Operation *op, Plan &plan) {
  Buffers buffers(plan);
  pool.input = buffers.add(op->getOperand(0));
  pool.output = buffers.add(op->getResult(0));
  pool.inStep = plan.stepOf(op->getOperand(0));
  pool.outStep = plan.stepOf(op->getResult(0));
  pool.isF16 = !pool.average && pool.element == ElementType::kF32 &&
               buffers.types[pool.input].element == ElementType::kF16 &&
               buffers.types[pool.output].element == ElementType::kF16;
  plan.step({buffers.types, [=](KernelBuilder &k) { PoolCode(k, pool).build(); }}, buffers.ids);
}

void registerPooling(HandlerTable &table) {
  auto planMax = [](Operation *op, Plan &plan) {
    planPool(describe(cast<graph::MaxPool2dOp>(op)), op, plan);
  };
  auto planAverage = [](Operation *op, Plan &plan) {
    auto average = cast<graph::AveragePool2dOp>(op);
    Pool pool = describe(average);
    pool.average = true;
    pool.countPadding = average.getCountIncludePad();
    planPool(pool, op, plan);
  };
  auto planL2 = [](Operation *op, Plan &plan) {
    Pool pool = describe(cast<graph::L2Pool2dOp>(op));
    pool.average = pool.squares = true;
    planPool(pool, op, plan);
  };
  table.add<graph::MaxPool2dOp>({supportsPool, planMax, ofAll});
  table.add<graph::AveragePool2dOp>({supportsPool, planAverage, ofAll});
  table.add<graph::L2Pool2dOp>({supportsF32, planL2, ofAll});
}

} // namespace tandem::cpu
