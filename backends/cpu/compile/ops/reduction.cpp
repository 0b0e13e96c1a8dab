// mean, sum, reduce_prod, reduce_max, reduce_min, reduce_any and reduce_all.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/strided.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
enum class Reduce { kMean, kSum, kProd, kMax, kMin, kAny, kAll };

struct Reduction {
  Reduce kind;
  std::vector<int64_t> kept, keptStrides;       ///< of the input; the last one of stride 1 if
  std::vector<int64_t> reduced, reducedStrides; ///< `channelsKept`
  bool channelsKept; ///< the innermost dimension stays: reduce whole vectors
  int64_t count;     ///< elements per result
  ElementType element;
  // Codes, mean and sum only.
  bool isRescaled;
  FixedMultiplier rescale;
  int32_t inZero = 0, outZero = 0;
  unsigned input, output;
};

class ReductionCode {
public:
  ReductionCode(KernelBuilder &k, const Reduction &reduction) : k_(k), r_(reduction) {}

  void build() {
    if (!r_.channelsKept) {
      StridedNest nest(r_.kept);
      nest.add(r_.keptStrides);
      nest.add(denseStrides(r_.kept));
      nest.build(k_, [&](ArrayRef<Value> at) {
        k_.store(reduce(scalar(), at[0]), k_.buffer(r_.output), at[1]);
      });
      return;
    }
    std::vector<int64_t> outer(r_.kept.begin(), r_.kept.end() - 1);
    std::vector<int64_t> strides(r_.keptStrides.begin(), r_.keptStrides.end() - 1);
    std::vector<int64_t> outStrides = denseStrides(r_.kept);
    outStrides.pop_back();
    StridedNest nest(outer);
    nest.add(strides);
    nest.add(outStrides);
    nest.build(k_, [&](ArrayRef<Value> at) {
      k_.forChannels(r_.kept.back(), [&](Value channel, int64_t valid) {
        VectorType type = k_.vector(scalar(), k_.isa().lanes());
        k_.storePart(reduce(type, k_.add(at[0], channel)), k_.buffer(r_.output),
                     k_.add(at[1], channel), valid);
      });
    });
  }

private:
  bool isFloat() const { return r_.element == ElementType::kF32; }
  /// Elements that are combined as they are; others are widened to i32.
  bool isWhole() const { return isFloat() || r_.element == ElementType::kI64; }
  bool isLogic() const { return r_.kind == Reduce::kAny || r_.kind == Reduce::kAll; }
  Type scalar() { return isWhole() ? k_.elementType(r_.element) : Type(k_.getI32Type()); }

  Value load(Type type, Value index) {
    if (isFloat()) {
      auto vector = dyn_cast<VectorType>(type);
      return vector ? loadReals(k_, vector, k_.buffer(r_.input), index)
                    : loadReal(k_, k_.buffer(r_.input), index);
    }
    Value x = isa<VectorType>(type)
                  ? k_.loadVector(k_.vector(k_.elementType(r_.element), k_.isa().lanes()),
                                  k_.buffer(r_.input), index)
                  : k_.load(k_.buffer(r_.input), index);
    if (isLogic()) // of bytes, any but 0 is true
      return arith::ExtUIOp::create(
          k_, type,
          arith::CmpIOp::create(k_, arith::CmpIPredicate::ne, x, k_.constant(x.getType(), 0)));
    return isWhole() ? x : k_.toI32(x, r_.element);
  }

  Value combine(Value a, Value b) {
    // reassoc is what lets a sum along a row be split over lanes.
    constexpr auto kReassoc = arith::FastMathFlags::reassoc;
    switch (r_.kind) {
    case Reduce::kMax:
      return isFloat() ? Value(arith::MaximumFOp::create(k_, a, b))
                       : Value(arith::MaxSIOp::create(k_, a, b));
    case Reduce::kMin:
      return isFloat() ? Value(arith::MinimumFOp::create(k_, a, b))
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

  Value reduce(Type type, Value base) {
    std::function<Value(size_t, Value, Value)> nest = [&](size_t d, Value at, Value acc) {
      if (d == r_.reduced.size())
        return combine(acc, load(type, at));
      return k_.loop(
          k_.index(0), k_.index(r_.reduced[d]), 1, acc, [&](Value i, ValueRange carried) {
            return Values{nest(d + 1, k_.add(at, k_.mul(i, r_.reducedStrides[d])), carried[0])};
          })[0];
    };
    return finish(nest(0, base, k_.constant(type, start())));
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
  std::vector<int64_t> strides = denseStrides(type.getShape());
  Reduction reduction = {};
  reduction.kind = kind;
  reduction.count = 1;
  reduction.element = *graph::elementTypeOf(type.getElementType());
  for (int64_t d = 0; d < type.getRank(); ++d) {
    int64_t size = type.getDimSize(d), stride = strides[static_cast<size_t>(d)];
    bool isReduced = llvm::is_contained(axes, d);
    (isReduced ? reduction.reduced : reduction.kept).push_back(size);
    (isReduced ? reduction.reducedStrides : reduction.keptStrides).push_back(stride);
    if (isReduced)
      reduction.count *= size;
  }
  // A vector of i64 would reach farther behind the end of a buffer than there is memory to read.
  reduction.channelsKept = !reduction.keptStrides.empty() && reduction.keptStrides.back() == 1 &&
                           !llvm::is_contained(axes, type.getRank() - 1) &&
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
  Buffers buffers(plan);
  reduction.input = buffers.add(op->getOperand(0));
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
  table.add<OpT>({supportsReduction<kind>, [](Operation *op, Plan &plan) {
                    planReduction(op, kind, cast<OpT>(op).getAxes(), plan);
                  }});
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
