// mean, sum, reduce_prod, reduce_max, reduce_min, reduce_any and reduce_all.

#include "backends/cpu/compile/chains.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/rows.h"
#include "backends/cpu/compile/strided.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
enum class Reduce { kMean, kSum, kProd, kMax, kMin, kAny, kAll };

/// Dimensions, and how far apart each operand's elements are in them.
struct Box {
  std::vector<int64_t> sizes;
  std::vector<std::vector<int64_t>> strides; ///< [operand][dimension]
};

struct Reduction {
  Reduce kind;
  Box kept, reduced;
  bool channelsKept; ///< the innermost dimension stays: reduce whole vectors
  int64_t count;     ///< elements per result
  ElementType element;
  // Codes, mean and sum only.
  bool isRescaled;
  FixedMultiplier rescale;
  int32_t inZero = 0, outZero = 0;
  ElementReads reads; ///< of the input
  unsigned output;
};

class ReductionCode {
public:
  ReductionCode(KernelBuilder &k, const Reduction &reduction) : k_(k), r_(reduction) {}

  void build() {
    std::vector<int64_t> sizes = r_.kept.sizes, outStrides = denseStrides(sizes);
    std::vector<std::vector<int64_t>> strides = r_.kept.strides;
    if (r_.channelsKept) {
      sizes.pop_back();
      outStrides.pop_back();
      for (std::vector<int64_t> &own : strides)
        own.pop_back();
    }
    StridedNest nest(sizes);
    for (const std::vector<int64_t> &own : strides)
      nest.add(own);
    nest.add(outStrides);
    nest.build(k_, [&](ArrayRef<Value> at) {
      if (!r_.channelsKept)
        return k_.store(reduce(scalar(), at.drop_back()), k_.buffer(r_.output), at.back());
      k_.forChannels(r_.kept.sizes.back(), [&](Value channel, int64_t valid) {
        VectorType type = k_.vector(scalar(), k_.isa().lanes());
        Values first;
        for (auto [base, own] : llvm::zip(at, r_.kept.strides))
          first.push_back(k_.add(base, k_.mul(channel, own.back())));
        k_.storePart(reduce(type, first), k_.buffer(r_.output), k_.add(at.back(), channel), valid);
      });
    });
  }

private:
  bool isFloat() const { return r_.element == ElementType::kF32; }
  /// Elements that are combined as they are; others are widened to i32.
  bool isWhole() const { return isFloat() || r_.element == ElementType::kI64; }
  bool isLogic() const { return r_.kind == Reduce::kAny || r_.kind == Reduce::kAll; }
  Type scalar() { return isWhole() ? k_.elementType(r_.element) : Type(k_.getI32Type()); }

  Value load(Type type, ArrayRef<Value> at) {
    if (isFloat()) {
      auto vector = dyn_cast<VectorType>(type);
      return vector ? r_.reads.elements(k_, vector, at) : r_.reads.element(k_, at);
    }
    Value input = k_.buffer(r_.reads.leaves.front().buffer);
    Value x = isa<VectorType>(type)
                  ? k_.loadVector(k_.vector(k_.elementType(r_.element), k_.isa().lanes()), input,
                                  at.front())
                  : k_.load(input, at.front());
    if (isLogic()) // of bytes, any but 0 is true
      return arith::ExtUIOp::create(
          k_, type,
          arith::CmpIOp::create(k_, arith::CmpIPredicate::ne, x, k_.constant(x.getType(), 0)));
    return isWhole() ? x : k_.toI32(x, r_.element);
  }

  Value combine(Value a, Value b) {
    // reassoc is what lets a sum along a row be split over lanes.
    constexpr auto kReassoc = arith::FastMathFlags::reassoc;
    constexpr auto kAnyZero = arith::FastMathFlags::nsz; // of two zeros, as the order has it
    switch (r_.kind) {
    case Reduce::kMax:
      return isFloat() ? Value(arith::MaximumFOp::create(k_, a, b, kAnyZero))
                       : Value(arith::MaxSIOp::create(k_, a, b));
    case Reduce::kMin:
      return isFloat() ? Value(arith::MinimumFOp::create(k_, a, b, kAnyZero))
                       : Value(arith::MinSIOp::create(k_, a, b));
    case Reduce::kProd:
      return isFloat() ? Value(arith::MulFOp::create(k_, a, b, kReassoc))
                       : Value(arith::MulIOp::create(k_, a, b));
    case Reduce::kAny:
      return arith::OrIOp::create(k_, a, b);
    case Reduce::kAll:
      return arith::AndIOp::create(k_, a, b);
    case Reduce::kMean:
    case Reduce::kSum:
      return isFloat() ? Value(arith::AddFOp::create(k_, a, b, kReassoc))
                       : Value(arith::AddIOp::create(k_, a, b));
    }
    llvm_unreachable("reduction");
  }

  double start() const {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    switch (r_.kind) {
    case Reduce::kMax:
      return isFloat() ? -kInfinity : INT32_MIN;
    case Reduce::kMin:
      return isFloat() ? kInfinity : INT32_MAX;
    case Reduce::kProd:
    case Reduce::kAll:
      return 1;
    default:
      return 0;
    }
  }

  /// Whether whole vectors of the innermost dimension become one: LLVM has no order but the given
  /// one for the largest of floats, as one may be NaN.
  bool takesRows() const {
    return isFloat() && (r_.kind == Reduce::kMax || r_.kind == Reduce::kMin) && !r_.channelsKept &&
           !r_.reduced.sizes.empty() && r_.reduced.sizes.back() >= k_.isa().lanes();
  }

  /// The places of the operands, `i` steps on in a reduced dimension.
  Values moved(ArrayRef<Value> at, size_t dimension, Value i) {
    Values next;
    for (auto [base, own] : llvm::zip(at, r_.reduced.strides))
      next.push_back(k_.add(base, k_.mul(i, own[dimension])));
    return next;
  }

  /// Of the reduced dimensions but the innermost `inner`, which `body` does.
  Values overReduced(size_t inner, ArrayRef<Value> first, ValueRange starts,
                     function_ref<Values(ArrayRef<Value> at, ValueRange accs)> body) {
    std::function<Values(size_t, ArrayRef<Value>, ValueRange)> nest =
        [&](size_t d, ArrayRef<Value> at, ValueRange accs) -> Values {
      if (d + inner == r_.reduced.sizes.size())
        return body(at, accs);
      return k_.loop(
          k_.index(0), k_.index(r_.reduced.sizes[d]), 1, accs,
          [&](Value i, ValueRange carried) { return nest(d + 1, moved(at, d, i), carried); });
    };
    return nest(0, first, starts);
  }

  Value reduce(Type type, ArrayRef<Value> first) {
    if (takesRows())
      return reduceRows(first);
    if (auto vector = dyn_cast<VectorType>(type); vector && takesTurns())
      return reduceByTurns(vector, first);
    return finish(
        overReduced(0, first, k_.constant(type, start()), [&](ArrayRef<Value> at, ValueRange accs) {
          return Values{combine(accs[0], load(type, at))};
        })[0]);
  }

  Value reduceRows(ArrayRef<Value> first) {
    VectorType type = k_.vectorF32();
    size_t innermost = r_.reduced.sizes.size() - 1;
    Values starts(kTurns, k_.constant(type, start()));
    Values accs = overReduced(1, first, starts, [&](ArrayRef<Value> at, ValueRange soFar) {
      return reduceVectors(k_, r_.reduced.sizes.back(), soFar, [&](Value i, Value acc) {
        return combine(acc, load(type, moved(at, innermost, i)));
      });
    });
    Value all = joinTurns(std::move(accs), [&](Value a, Value b) { return combine(a, b); });
    auto kind =
        r_.kind == Reduce::kMax ? vector::CombiningKind::MAXIMUMF : vector::CombiningKind::MINIMUMF;
    return finish(vector::ReductionOp::create(k_, kind, all));
  }

  /// Whether vectors of what is kept are combined by turns along the innermost dimension.
  bool takesTurns() const {
    constexpr size_t kShort = 8; // of what is computed before: the loop has it several times
    return !r_.reduced.sizes.empty() && r_.reduced.sizes.back() >= kTurns &&
           r_.reads.expression.size() <= kShort;
  }

  Value reduceByTurns(VectorType type, ArrayRef<Value> first) {
    size_t innermost = r_.reduced.sizes.size() - 1;
    int64_t size = r_.reduced.sizes.back(), whole = size / kTurns * kTurns;
    Values starts(kTurns, k_.constant(type, start()));
    Values accs = overReduced(1, first, starts, [&](ArrayRef<Value> at, ValueRange soFar) {
      auto with = [&](Value acc, Value i) {
        return combine(acc, load(type, moved(at, innermost, i)));
      };
      auto round = [&](Value i, ValueRange carried) {
        Values next;
        for (Value acc : carried)
          next.push_back(with(acc, k_.add(i, static_cast<int64_t>(next.size()))));
        return next;
      };
      Values all = k_.loop(k_.index(0), k_.index(whole), kTurns, soFar, round);
      for (int64_t i = whole; i < size; ++i) {
        Value &acc = all[static_cast<size_t>(i - whole)];
        acc = with(acc, k_.index(i));
      }
      return all;
    });
    return finish(joinTurns(std::move(accs), [&](Value a, Value b) { return combine(a, b); }));
  }

  Value finish(Value acc) {
    Type type = acc.getType();
    if (isFloat())
      return r_.kind == Reduce::kMean
                 ? Value(arith::DivFOp::create(k_, acc, k_.constant(type, double(r_.count))))
                 : acc;
    if (!r_.isRescaled)
      return isWhole() ? acc : k_.fromI32(acc, r_.element);
    Value centred = arith::SubIOp::create(k_, acc, k_.constant(type, double(r_.inZero * r_.count)));
    Value mean = multiplyRoundingTwice(k_, centred, multiplierConstant(k_, r_.rescale, type));
    return k_.fromI32(toCodes(k_, mean, r_.outZero, allCodes(r_.element)), r_.element);
  }

  KernelBuilder &k_;
  const Reduction &r_;
};

void planReduction(Operation *op, Reduce kind, ArrayRef<int64_t> axes, Plan &plan) {
  RankedTensorType type = graph::tensorType(op->getOperand(0));
  Buffers buffers(plan);
  ElementLoop loop(plan);
  loop.read(op->getOperand(0));
  Reduction reduction = {};
  reduction.kind = kind;
  reduction.count = 1;
  reduction.element = *graph::elementTypeOf(type.getElementType());
  reduction.reads = loop.reads(type.getShape(), buffers);
  size_t operands = reduction.reads.leaves.size();
  reduction.kept.strides.resize(operands);
  reduction.reduced.strides.resize(operands);
  for (int64_t d = 0; d < type.getRank(); ++d) {
    bool isReduced = llvm::is_contained(axes, d);
    Box &box = isReduced ? reduction.reduced : reduction.kept;
    box.sizes.push_back(type.getDimSize(d));
    for (auto [strides, leaf] : llvm::zip_equal(box.strides, reduction.reads.leaves))
      strides.push_back(leaf.strides[static_cast<size_t>(d)]);
    if (isReduced)
      reduction.count *= type.getDimSize(d);
  }
  // A vector of i64 would reach farther behind the end of a buffer than there is memory to read.
  reduction.channelsKept = type.getRank() > 0 && !llvm::is_contained(axes, type.getRank() - 1) &&
                           reduction.element != ElementType::kI64;
  if (graph::isQuantized(type) && (kind == Reduce::kMean || kind == Reduce::kSum)) {
    reduction.isRescaled = true;
    CodeType in = codeTypeOf(op->getOperand(0)), out = codeTypeOf(op->getResult(0));
    reduction.rescale = kind == Reduce::kMean
                            ? meanMultiplier(in.scale, out.scale, reduction.count)
                            : quantizeMultiplier(double(in.scale) / double(out.scale));
    reduction.inZero = in.zeroPoint;
    reduction.outZero = out.zeroPoint;
  }
  reduction.output = buffers.add(op->getResult(0));
  plan.step({buffers.types, [=](KernelBuilder &k) { ReductionCode(k, reduction).build(); }},
            buffers.ids);
}

template <Reduce kind> Support supportsReduction(Operation *op) {
  if (kind == Reduce::kAny || kind == Reduce::kAll)
    return Support::yes();
  Type type = graph::tensorType(op->getOperand(0)).getElementType();
  if (graph::isQuantized(type))
    return kind == Reduce::kProd ? supportsF32(op) : supportsSameCodes(op);
  bool sums = kind == Reduce::kSum || kind == Reduce::kProd;
  bool chooses = kind == Reduce::kMax || kind == Reduce::kMin;
  if ((type.isSignlessInteger(32) && (sums || chooses)) || (type.isSignlessInteger(64) && sums))
    return Support::yes();
  return supportsF32(op);
}

template <typename OpT, Reduce kind> void addReduction(HandlerTable &table) {
  table.add<OpT>(
      {supportsReduction<kind>,
       [](Operation *op, Plan &plan) { planReduction(op, kind, cast<OpT>(op).getAxes(), plan); },
       nullptr, [](Operation *op) { return ElementCode{.readsOnce = isF32(op->getOperand(0))}; }});
}
} // namespace

void registerReduction(HandlerTable &table) {
  addReduction<graph::MeanOp, Reduce::kMean>(table);
  addReduction<graph::SumOp, Reduce::kSum>(table);
  addReduction<graph::ReduceProdOp, Reduce::kProd>(table);
  addReduction<graph::ReduceMaxOp, Reduce::kMax>(table);
  addReduction<graph::ReduceMinOp, Reduce::kMin>(table);
  addReduction<graph::ReduceAnyOp, Reduce::kAny>(table);
  addReduction<graph::ReduceAllOp, Reduce::kAll>(table);
}

} // namespace tandem::cpu
