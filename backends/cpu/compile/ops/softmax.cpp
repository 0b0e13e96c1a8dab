// softmax and log_softmax along any axis.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/quantized_softmax.h"
#include "backends/cpu/compile/softmax_f32.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
void buildSoftmax(KernelBuilder &k, const Softmax &s) {
  constexpr auto kReassoc = arith::FastMathFlags::reassoc;
  Value input = k.buffer(s.input), output = k.buffer(s.output);
  Type f32 = k.getF32Type();
  s.rows.build(k, [&](Value row, Value) {
    auto place = [&](Value i) { return s.rows.place(k, row, i); };
    auto reduce = [&](double start, function_ref<Value(Value i, Value acc)> body) {
      return s.rows.reduce(k, k.constant(f32, start), body);
    };
    Value largest = reduce(-std::numeric_limits<double>::infinity(), [&](Value i, Value acc) {
      Value x = k.load(input, place(i));
      // Of the ordinary one LLVM makes vectors; rows one behind another are shorter than one here.
      return s.rows.step == 1 ? largerOf(k, acc, x) : Value(arith::MaximumFOp::create(k, acc, x));
    });
    auto below = [&](Value i) { return shifted(k, s, k.load(input, place(i)), largest); };
    if (s.logarithm) {
      Value sum = reduce(0, [&](Value i, Value acc) {
        return arith::AddFOp::create(k, acc, powerOfE(k, s, below(i)), kReassoc);
      });
      Value log = math::LogOp::create(k, sum);
      k.loop(s.rows.length,
             [&](Value i) { k.store(arith::SubFOp::create(k, below(i), log), output, place(i)); });
      return;
    }
    k.loop(s.rows.length, [&](Value i) { k.store(powerOfE(k, s, below(i)), output, place(i)); });
    Value sum = reduce(0, [&](Value i, Value acc) {
      return arith::AddFOp::create(k, acc, k.load(output, place(i)), kReassoc);
    });
    Value inverse = arith::DivFOp::create(k, k.constant(f32, 1), sum);
    k.loop(s.rows.length, [&](Value i) {
      k.store(arith::MulFOp::create(k, k.load(output, place(i)), inverse), output, place(i));
    });
  });
}

/// The same of rows one behind another, of a vector at least. The last vector of a row, if not
/// whole, is the last elements once more: it is kept until all others are stored.
class SoftmaxOfVectors {
public:
  SoftmaxOfVectors(KernelBuilder &k, const Softmax &softmax)
      : k_(k), s_(softmax), lanes_(k.isa().lanes()), length_(softmax.rows.length),
        whole_(length_ / lanes_ * lanes_), type_(k.vectorF32()) {}

  void build() {
    s_.rows.build(k_, [&](Value first, Value) {
      largest_ = largestOf(first);
      s_.logarithm ? logarithms(first) : powers(first);
    });
  }

private:
  static constexpr auto kReassoc = arith::FastMathFlags::reassoc;

  void powers(Value first) {
    Value output = k_.buffer(s_.output), last = hasLast() ? exp(below(lastOf(first))) : Value();
    Value sum = sumOf(last, [&](Value i) {
      Value at = k_.add(first, i), power = exp(below(at));
      k_.storeVector(power, output, at);
      return power;
    });
    Value inverse =
        k_.broadcast(arith::DivFOp::create(k_, k_.constant(k_.getF32Type(), 1), sum), type_);
    auto scaled = [&](Value power) { return arith::MulFOp::create(k_, power, inverse); };
    eachWhole([&](Value i) {
      Value at = k_.add(first, i);
      k_.storeVector(scaled(k_.loadVector(type_, output, at)), output, at);
    });
    if (hasLast())
      k_.storeVector(scaled(last), output, lastOf(first));
  }

  void logarithms(Value first) {
    Value output = k_.buffer(s_.output), last = hasLast() ? below(lastOf(first)) : Value();
    Value sum = sumOf(hasLast() ? exp(last) : Value(),
                      [&](Value i) { return exp(below(k_.add(first, i))); });
    Value log = k_.broadcast(math::LogOp::create(k_, sum), type_);
    auto less = [&](Value x) { return arith::SubFOp::create(k_, x, log); };
    eachWhole([&](Value i) {
      Value at = k_.add(first, i);
      k_.storeVector(less(below(at)), output, at);
    });
    if (hasLast())
      k_.storeVector(less(last), output, lastOf(first));
  }

  Value largestOf(Value first) {
    auto larger = [&](Value a, Value b) { return largerOf(k_, a, b); };
    Values none(kTurns, k_.constant(type_, -std::numeric_limits<double>::infinity()));
    Values all = reduceVectors(k_, length_, none, [&](Value i, Value soFar) {
      return larger(soFar, k_.loadVector(type_, k_.buffer(s_.input), k_.add(first, i)));
    });
    Value one = joinTurns(std::move(all), larger);
    bool keepsNan = k_.isa().maximumKeepsNan; // otherwise there is none left
    auto kind = keepsNan ? vector::CombiningKind::MAXIMUMF : vector::CombiningKind::MAXNUMF;
    auto flags = keepsNan ? arith::FastMathFlags::none : arith::FastMathFlags::nnan;
    return k_.broadcast(vector::ReductionOp::create(k_, kind, one, flags), type_);
  }

  /// Of what `of` gives for whole vectors, and of those lanes of `last` that are in none of them.
  Value sumOf(Value last, function_ref<Value(Value i)> of) {
    Value none = k_.constant(type_, 0);
    Value sum = k_.loop(k_.index(0), k_.index(whole_), lanes_, none,
                        [&](Value i, ValueRange soFar) -> Values {
                          return {arith::AddFOp::create(k_, soFar[0], of(i), kReassoc)};
                        })[0];
    if (last) {
      Value isDone = vector::ConstantMaskOp::create(k_, k_.vector(k_.getI1Type(), lanes_),
                                                    ArrayRef<int64_t>{lanes_ - (length_ - whole_)});
      Value rest = arith::SelectOp::create(k_, isDone, none, last);
      sum = arith::AddFOp::create(k_, sum, rest, kReassoc);
    }
    return vector::ReductionOp::create(k_, vector::CombiningKind::ADD, sum, kReassoc);
  }

  void eachWhole(function_ref<void(Value i)> body) {
    k_.loop(k_.index(0), k_.index(whole_), lanes_, body);
  }
  bool hasLast() const { return whole_ < length_; }
  Value lastOf(Value first) { return k_.add(first, length_ - lanes_); }
  Value exp(Value x) { return powerOfE(k_, s_, x); }
  Value below(Value at) {
    return shifted(k_, s_, k_.loadVector(type_, k_.buffer(s_.input), at), largest_);
  }

  KernelBuilder &k_;
  const Softmax &s_;
  int64_t lanes_, length_, whole_;
  VectorType type_;
  Value largest_; ///< of the row, in all lanes
};

void planSoftmax(Operation *op, int64_t axis, float beta, bool logarithm, Plan &plan) {
  Softmax softmax = {rowsAlong(graph::tensorType(op->getResult(0)).getShape(), axis), beta,
                     logarithm, 0, 0};
  Buffers buffers(plan);
  softmax.input = buffers.add(op->getOperand(0));
  softmax.output = buffers.add(op->getResult(0));
  auto build = [=](KernelBuilder &k) {
    // Of few columns most lanes would be empty.
    if (softmax.rows.step > 1 && 2 * softmax.rows.step >= k.isa().lanes())
      buildSoftmaxOfColumns(k, softmax);
    else if (isForFewColumns(k, softmax))
      buildSoftmaxOfFewColumns(k, softmax);
    else if (softmax.rows.step == 1 && softmax.rows.length >= k.isa().lanes())
      SoftmaxOfVectors(k, softmax).build();
    else
      buildSoftmax(k, softmax);
  };
  plan.step({buffers.types, build}, buffers.ids);
}
} // namespace

static Support supportsSoftmax(Operation *op) {
  return graph::isQuantized(op->getOperand(0).getType()) ? supportsQuantizedSoftmax(op)
                                                         : supportsF32(op);
}

void registerSoftmax(HandlerTable &table) {
  table.add<graph::SoftmaxOp>({supportsSoftmax, [](Operation *op, Plan &plan) {
                                 auto softmax = cast<graph::SoftmaxOp>(op);
                                 if (graph::isQuantized(softmax.getInput().getType()))
                                   return planQuantizedSoftmax(softmax, plan);
                                 planSoftmax(op, softmax.getAxis(),
                                             softmax.getBeta().convertToFloat(), false, plan);
                               }});
  table.add<graph::LogSoftmaxOp>({supportsF32, [](Operation *op, Plan &plan) {
                                    planSoftmax(op, cast<graph::LogSoftmaxOp>(op).getAxis(), 1,
                                                true, plan);
                                  }});
}

} // namespace tandem::cpu
