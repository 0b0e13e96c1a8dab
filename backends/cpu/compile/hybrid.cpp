// Everything rounds as HybridScale of base/quantized_math.h does, and as LiteRT's hybrid kernels;
// tests/models/README.md has the formulas.

#include "backends/cpu/compile/hybrid.h"

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/strided.h"
#include "compiler/graph/types.h"

#include <limits>

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
/// What is stored of an entry: the scale, its inverse, and the zero point, all as f32.
enum Field { kScale, kInverse, kZero, kFields };

Value loadField(KernelBuilder &k, unsigned buffer, Value entry, Field field) {
  return k.load(k.buffer(buffer), k.add(k.mul(entry, kFields), field));
}

/// The one of both that compares so; `b` where they are equal or one is NaN. A single instruction.
Value pick(KernelBuilder &k, arith::CmpFPredicate order, Value a, Value b) {
  return arith::SelectOp::create(k, arith::CmpFOp::create(k, order, a, b), a, b);
}
Value smaller(KernelBuilder &k, Value a, Value b) {
  return pick(k, arith::CmpFPredicate::OLT, a, b);
}
Value larger(KernelBuilder &k, Value a, Value b) {
  return pick(k, arith::CmpFPredicate::OGT, a, b);
}

/// Smallest and largest element of each chunk, and zero, without NaN: [chunks][2].
class RangeCode {
public:
  RangeCode(KernelBuilder &k, const Chunks &chunks) : k_(k), chunks_(chunks) {}

  void build() {
    chunks_.build(k_, [&](Value chunk, Value, Value from, Value to) {
      auto [low, high] = isLong() ? inVectors(from, to) : inScalars(from, to);
      Value at = k_.mul(chunk, 2);
      k_.store(low, k_.buffer(1), at);
      k_.store(high, k_.buffer(1), k_.add(at, 1));
    });
  }

private:
  using Range = std::pair<Value, Value>;
  /// Vectors at a time, so that none waits for the one before.
  static constexpr int64_t kTogether = 4;
  int64_t round() const { return kTogether * k_.isa().lanes(); }
  /// Then the last round may overlap the one before it.
  bool isLong() const { return chunks_.elements >= round(); }

  void extend(Value &low, Value &high, Value x) {
    low = smaller(k_, x, low);
    high = larger(k_, x, high);
  }

  Range inVectors(Value from, Value to) {
    auto roundAt = [&](Value at, ValueRange carried) {
      Values next(carried);
      for (int64_t i = 0; i < kTogether; ++i)
        extend(next[2 * i], next[2 * i + 1],
               k_.loadVector(k_.vectorF32(), k_.buffer(0), k_.add(at, i * k_.isa().lanes())));
      return next;
    };
    Values acc(2 * kTogether, k_.constant(k_.vectorF32(), 0));
    acc = k_.loop(from, k_.add(to, 1 - round()), round(), acc, roundAt);
    acc = roundAt(k_.add(to, -round()), acc);
    for (int64_t i = 1; i < kTogether; ++i) {
      acc[0] = smaller(k_, acc[2 * i], acc[0]);
      acc[1] = larger(k_, acc[2 * i + 1], acc[1]);
    }
    return {vector::ReductionOp::create(k_, vector::CombiningKind::MINNUMF, acc[0]),
            vector::ReductionOp::create(k_, vector::CombiningKind::MAXNUMF, acc[1])};
  }

  Range inScalars(Value from, Value to) {
    Values acc(2, k_.constant(k_.getF32Type(), 0));
    acc = k_.loop(from, to, 1, acc, [&](Value i, ValueRange carried) {
      Values next(carried);
      extend(next[0], next[1], k_.load(k_.buffer(0), i));
      return next;
    });
    return {acc[0], acc[1]};
  }

  KernelBuilder &k_;
  const Chunks &chunks_;
};

/// hybridScale() as code: from the ranges of an entry's chunks to its fields.
class ScaleCode {
public:
  ScaleCode(KernelBuilder &k, const Chunks &chunks) : k_(k), chunks_(chunks) {}

  void build() {
    k_.loop(chunks_.rows, [&](Value entry) {
      Values range(2, number(0));
      range = k_.loop(k_.index(0), k_.index(chunks_.perRow()), 1, range,
                      [&](Value i, ValueRange carried) -> Values {
                        Value at = k_.mul(k_.add(k_.mul(entry, chunks_.perRow()), i), 2);
                        return {smaller(k_, k_.load(k_.buffer(0), at), carried[0]),
                                larger(k_, k_.load(k_.buffer(0), k_.add(at, 1)), carried[1])};
                      });
      store(entry, range[0], range[1]);
    });
  }

private:
  Value number(double value) { return k_.constant(k_.getF32Type(), value); }
  Value wide(double value) { return k_.constant(k_.getF64Type(), value); }
  Value widened(Value value) { return arith::ExtFOp::create(k_, k_.getF64Type(), value); }
  Value narrowed(Value value) { return arith::TruncFOp::create(k_, k_.getF32Type(), value); }
  Value sum(Value a, Value b) { return arith::AddFOp::create(k_, a, b); }
  Value difference(Value a, Value b) { return arith::SubFOp::create(k_, a, b); }
  Value quotient(Value a, Value b) { return arith::DivFOp::create(k_, a, b); }
  Value select(Value condition, Value yes, Value no) {
    return arith::SelectOp::create(k_, condition, yes, no);
  }
  Value less(Value a, Value b) {
    return arith::CmpFOp::create(k_, arith::CmpFPredicate::OLT, a, b);
  }

  void store(Value entry, Value low, Value high) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    Value usable = less(low, high);
    for (Value finite : {less(number(-kInfinity), low), less(high, number(kInfinity))})
      usable = arith::AndIOp::create(k_, usable, finite);
    Value scale = quotient(widened(difference(high, low)), wide(255));
    Value narrow = select(usable, narrowed(scale), number(1));
    storeField(entry, kScale, narrow);
    storeField(entry, kInverse, quotient(number(1), narrow));
    storeField(entry, kZero, select(usable, zeroPoint(low, high, scale), number(0)));
  }

  /// That of the end of the range which rounding moves less.
  Value zeroPoint(Value low, Value high, Value scale) {
    Value belowZero = quotient(widened(low), scale), aboveZero = quotient(widened(high), scale);
    auto magnitude = [&](Value x) -> Value { return math::AbsFOp::create(k_, x); };
    Value errorLow = sum(wide(128), magnitude(belowZero));
    Value errorHigh = sum(wide(127), magnitude(aboveZero));
    Value zero = select(less(errorLow, errorHigh), difference(wide(-128), belowZero),
                        difference(wide(127), aboveZero));
    zero = math::RoundOp::create(k_, zero);
    return narrowed(smaller(k_, larger(k_, zero, wide(-128)), wide(127)));
  }

  void storeField(Value entry, Field field, Value value) {
    k_.store(value, k_.buffer(1), k_.add(k_.mul(entry, kFields), field));
  }

  KernelBuilder &k_;
  const Chunks &chunks_;
};
} // namespace

/// HybridScale::quantize() as code, less the zero point.
static Value quantized(KernelBuilder &k, Value x, Value inverse, Value zero) {
  auto number = [&](double value) { return k.constant(k.getF32Type(), value); };
  Value scaled = arith::MulFOp::create(k, x, inverse);
  Value code = math::RoundOp::create(k, arith::AddFOp::create(k, zero, scaled));
  Value isNan = arith::CmpFOp::create(k, arith::CmpFPredicate::UNO, code, code);
  code = arith::SelectOp::create(k, isNan, zero, code);
  code = smaller(k, larger(k, code, number(-128)), number(127));
  return arith::FPToSIOp::create(k, k.getI32Type(), arith::SubFOp::create(k, code, zero));
}

bool isHybrid(Operation *op) {
  return isF32(op->getOperand(0)) && graph::isQuantized(op->getOperand(1).getType());
}

Support supportsHybrid(Operation *op) {
  std::optional<ElementType> filter =
      graph::elementTypeOf(graph::tensorType(op->getOperand(1)).getElementType());
  bool plainBias = op->getNumOperands() < 3 || isF32(op->getOperand(2));
  if (filter != ElementType::kI8 || !plainBias || !isF32(op->getResult(0)))
    return Support::no("is hybrid (f32 with a quantized filter), which has a kernel only for "
                       "filters of i8, with bias and result in f32");
  return Support::yes();
}

codegen::BufferType HybridInput::scalesType() const {
  return {ElementType::kF32, entries * kFields};
}

static void planScales(Operation *op, const HybridInput &input, Plan &plan) {
  int64_t elements = graph::tensorType(op->getOperand(0)).getNumElements();
  Chunks chunks{input.entries, elements / input.entries};
  codegen::BufferType rangesType{ElementType::kF32, input.entries * chunks.perRow() * 2};
  BufferId ranges = plan.scratch(rangesType.count * 4);
  Buffers first(plan), second(plan);
  first.add(op->getOperand(0));
  first.add(ranges, rangesType);
  plan.step({first.types, [=](KernelBuilder &k) { RangeCode(k, chunks).build(); }}, first.ids);
  second.add(ranges, rangesType);
  second.add(input.scales, input.scalesType());
  plan.step({second.types, [=](KernelBuilder &k) { ScaleCode(k, chunks).build(); }}, second.ids);
}

/// The zero point of unsigned codes, as i32.
static Value unsignedZero(KernelBuilder &k, unsigned scales, Value entry) {
  Value zero = arith::FPToSIOp::create(k, k.getI32Type(), loadField(k, scales, entry, kZero));
  return arith::AddIOp::create(k, zero, k.constant(k.getI32Type(), 128));
}

HybridInput planHybridInput(Operation *op, Widened shape, ElementType element, Plan &plan) {
  HybridInput input = {};
  input.entries = graph::tensorType(op->getOperand(0)).getDimSize(0);
  input.scales = plan.scratch(input.scalesType().count * 4);
  planScales(op, input, plan);

  if (shape.batch != input.entries) { // they are one row
    shape.batch = input.entries;
    shape.width /= input.entries;
    shape.inWidth /= input.entries;
  }
  Buffers buffers(plan);
  buffers.add(op->getOperand(0));
  unsigned scales = buffers.add(input.scales, input.scalesType());
  bool isUnsigned = element == ElementType::kU8;
  auto centre = [=](KernelBuilder &k, Value x, Value entry) -> Value {
    Value code =
        quantized(k, x, loadField(k, scales, entry, kInverse), loadField(k, scales, entry, kZero));
    return isUnsigned ? Value(arith::AddIOp::create(k, code, unsignedZero(k, scales, entry)))
                      : code;
  };
  WideElement wide = {.type = element};
  if (isUnsigned)
    wide.outsideOf = [=](KernelBuilder &k, Value entry) { return unsignedZero(k, scales, entry); };
  input.codes = planWiden(shape, wide, centre, buffers, plan).id;
  return input;
}

Epilogue hybridEpilogue(Operation *op, graph::Activation activation, const HybridInput &input,
                        Plan &plan, Buffers &buffers, ArrayRef<int32_t> missing) {
  RankedTensorType result = graph::tensorType(op->getResult(0));
  std::vector<float> filterScales =
      graph::quantizationOf(graph::tensorType(op->getOperand(1)).getElementType()).scales;
  if (filterScales.size() == 1)
    filterScales.resize(static_cast<size_t>(result.getShape().back()), filterScales.front());
  unsigned perChannel = buffers.addPerChannel(filterScales);
  unsigned scales = buffers.add(input.scales, input.scalesType());
  bool oneEntry = input.entries == 1, scalesFirst = isa<graph::DepthwiseConv2dOp>(op);
  bool isShort = !missing.empty();
  unsigned ofZero = isShort ? buffers.addPerChannel(missing.vec()) : 0;
  Epilogue floats = floatEpilogue(op, activation, plan, buffers);
  int64_t pixels = result.getNumElements() / result.getShape().back() / input.entries;
  int64_t perEntry = pixels * floats.pixelStep;
  return {[](KernelBuilder &k, Value) { return k.constant(k.vectorI32(), 0); },
          [=](KernelBuilder &k, Value sum, Value index, Value channel, int64_t valid) {
            auto times = [&](Value a, Value b) {
              return arith::MulFOp::create(k, a, b).getResult();
            };
            Value entry = oneEntry ? k.index(0) : k.div(index, perEntry);
            if (isShort) {
              Value zero = k.broadcast(unsignedZero(k, scales, entry), k.vectorI32());
              Value each = k.loadVector(k.vectorI32(), k.buffer(ofZero), channel);
              sum = arith::AddIOp::create(k, sum, arith::MulIOp::create(k, zero, each));
            }
            Value ofInput = k.broadcast(loadField(k, scales, entry, kScale), k.vectorF32());
            Value ofFilter = k.loadVector(k.vectorF32(), k.buffer(perChannel), channel);
            Value real = arith::SIToFPOp::create(k, k.vectorF32(), sum);
            // Three factors round differently in another order.
            real = scalesFirst ? times(real, times(ofFilter, ofInput))
                               : times(times(real, ofFilter), ofInput);
            real = arith::AddFOp::create(k, real, floats.initial(k, channel));
            floats.finish(k, real, index, channel, valid);
          },
          /*finishBlock=*/nullptr, floats.pixelStep, floats.isLong};
}

} // namespace tandem::cpu
