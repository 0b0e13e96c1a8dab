// softmax and log_softmax along any axis.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/math_f32.h"
#include "backends/cpu/compile/quantized_softmax.h"
#include "backends/cpu/compile/rows.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
struct Softmax {
  Rows rows;
  float beta;
  bool logarithm;
  unsigned input, output;
};

/// beta times how far `x`, a scalar or a vector, is below the largest of its row.
Value shifted(KernelBuilder &k, const Softmax &s, Value x, Value largest) {
  Value difference = arith::SubFOp::create(k, x, largest);
  return arith::MulFOp::create(k, difference, k.constant(x.getType(), s.beta));
}

/// Of what shifted() gives.
Value powerOfE(KernelBuilder &k, const Softmax &s, Value x) {
  return s.beta > 0 ? expOfAtMostZeroF32(k, x) : Value(math::ExpOp::create(k, x));
}

/// The larger of two, where one instruction has it. NaN may be left out: its power is in the sum,
/// which makes all of the row NaN.
Value largerOf(KernelBuilder &k, Value soFar, Value x) {
  if (k.isa().maximumKeepsNan)
    return arith::MaximumFOp::create(k, soFar, x, arith::FastMathFlags::nsz);
  Value isLarger = arith::CmpFOp::create(k, arith::CmpFPredicate::OGT, x, soFar);
  return arith::SelectOp::create(k, isLarger, x, soFar);
}

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

/// The same of rows whose neighbours lie side by side: vectors have an element of each. A unit is
/// some columns of vectors; the last of a block has the rest of them, as far as it is valid.
class SoftmaxOfColumns {
public:
  SoftmaxOfColumns(KernelBuilder &k, const Softmax &softmax)
      : k_(k), s_(softmax), lanes_(k.isa().lanes()), width_(softmax.rows.step),
        type_(k.vectorF32()) {}

  void build() {
    int64_t unit = kColumns * lanes_, whole = width_ / unit, rest = width_ % unit;
    int64_t perBlock = whole + (rest > 0), block = s_.rows.length * width_;
    k_.units = s_.rows.count() / width_ * perBlock;
    k_.loop(k_.begin(), k_.end(), 1, [&](Value i) {
      Value number = k_.div(i, perBlock), inBlock = k_.sub(i, k_.mul(number, perBlock));
      Value first = k_.add(k_.mul(number, block), k_.mul(inBlock, unit));
      if (rest == 0)
        return columns(first, unit);
      if (whole > 0)
        k_.when(k_.less(inBlock, k_.index(whole)), [&] { columns(first, unit); });
      k_.when(k_.less(k_.index(whole - 1), inBlock), [&] { columns(first, rest); });
    });
  }

private:
  /// Vectors: enough lines of memory one behind another that the next ones are fetched in time.
  static constexpr int64_t kColumns = 8;

  /// These many rows from the one at `first` on.
  void columns(Value first, int64_t count) {
    first_ = first;
    count_ = count;
    auto start = [&](double value) {
      return Values(static_cast<size_t>((count + lanes_ - 1) / lanes_), k_.constant(type_, value));
    };
    largest_ = reduce(start(-std::numeric_limits<double>::infinity()),
                      [&](Value i, int64_t c, Value soFar) -> Value {
                        return largerOf(k_, soFar, load(s_.input, i, c));
                      });
    Values sum = reduce(start(0), [&](Value i, int64_t c, Value soFar) -> Value {
      Value power = powerOfE(k_, s_, below(i, c));
      if (!s_.logarithm)
        store(power, i, c);
      return arith::AddFOp::create(k_, soFar, power);
    });
    for (Value &of : sum)
      of = s_.logarithm ? Value(math::LogOp::create(k_, of))
                        : Value(arith::DivFOp::create(k_, k_.constant(type_, 1), of));
    k_.loop(s_.rows.length, [&](Value i) {
      for (auto [c, of] : llvm::enumerate(sum)) {
        auto column = static_cast<int64_t>(c);
        Value result = s_.logarithm
                           ? Value(arith::SubFOp::create(k_, below(i, column), of))
                           : Value(arith::MulFOp::create(k_, load(s_.output, i, column), of));
        store(result, i, column);
      }
    });
  }

  /// A result per vector, of all elements of its rows.
  Values reduce(const Values &start, function_ref<Value(Value i, int64_t c, Value soFar)> body) {
    return k_.loop(k_.index(0), k_.index(s_.rows.length), 1, start, [&](Value i, ValueRange soFar) {
      Values next;
      for (Value of : soFar)
        next.push_back(body(i, static_cast<int64_t>(next.size()), of));
      return next;
    });
  }

  Value below(Value i, int64_t c) {
    return shifted(k_, s_, load(s_.input, i, c), largest_[static_cast<size_t>(c)]);
  }
  Value place(Value i, int64_t c) { return k_.add(s_.rows.place(k_, first_, i), c * lanes_); }
  int64_t valid(int64_t c) const { return std::min(lanes_, count_ - c * lanes_); }
  /// What is behind the rows is not read: another thread may be writing it.
  Value load(unsigned buffer, Value i, int64_t c) {
    if (valid(c) == lanes_)
      return k_.loadVector(type_, k_.buffer(buffer), place(i, c));
    Value mask = vector::ConstantMaskOp::create(k_, k_.vector(k_.getI1Type(), lanes_),
                                                ArrayRef<int64_t>{valid(c)});
    return vector::MaskedLoadOp::create(k_, type_, k_.buffer(buffer), ValueRange{place(i, c)}, mask,
                                        k_.constant(type_, 0));
  }
  void store(Value value, Value i, int64_t c) {
    k_.storePart(value, k_.buffer(s_.output), place(i, c), valid(c));
  }

  KernelBuilder &k_;
  const Softmax &s_;
  int64_t lanes_, width_; ///< rows side by side
  VectorType type_;
  Value first_;
  int64_t count_ = 0;
  Values largest_; ///< per vector
};

/// The same of few rows whose neighbours lie side by side: as many vectors as there are rows, one
/// behind another, have a whole number of elements of each, and so has every next block of them.
/// The last block, if not whole, is the last elements once more, as in SoftmaxOfVectors.
class SoftmaxOfFewColumns {
public:
  /// Shorter rows are over before what this does once for each is made up for.
  static constexpr int64_t kFewestBlocks = 8;

  SoftmaxOfFewColumns(KernelBuilder &k, const Softmax &softmax)
      : k_(k), s_(softmax), lanes_(k.isa().lanes()), width_(softmax.rows.step),
        block_(width_ * lanes_), all_(softmax.rows.length * width_), whole_(all_ / block_ * block_),
        type_(k.vectorF32()) {}

  void build() {
    k_.units = s_.rows.count() / width_;
    k_.loop(k_.begin(), k_.end(), 1, [&](Value unit) { rows(k_.mul(unit, all_)); });
  }

private:
  void rows(Value first) {
    first_ = first;
    auto larger = [&](Value a, Value b) { return largerOf(k_, a, b); };
    auto sum = [&](Value a, Value b) { return Value(arith::AddFOp::create(k_, a, b)); };
    Values largest = start(-std::numeric_limits<double>::infinity());
    largest = eachWhole(largest, [&](Value i, int64_t v, Value soFar) {
      return larger(soFar, load(s_.input, i, v));
    });
    for (int64_t v = 0; v < rest(); ++v)
      largest[index(v)] = larger(largest[index(v)], load(s_.input, last(), v));
    largest_ = ofColumns(largest, larger);

    Values kept; // of the last block
    for (int64_t v = 0; v < rest(); ++v)
      kept.push_back(s_.logarithm ? below(last(), v) : powerOfE(k_, s_, below(last(), v)));
    Values sums = eachWhole(start(0), [&](Value i, int64_t v, Value soFar) {
      Value power = powerOfE(k_, s_, below(i, v));
      if (!s_.logarithm)
        k_.storeVector(power, k_.buffer(s_.output), place(i, v));
      return sum(soFar, power);
    });
    for (int64_t v = 0; v < rest(); ++v) {
      Value power = s_.logarithm ? powerOfE(k_, s_, kept[index(v)]) : kept[index(v)];
      sums[index(v)] = sum(sums[index(v)], withoutDone(power, v));
    }
    Values scales = ofColumns(sums, sum);
    for (Value &scale : scales)
      scale = s_.logarithm ? Value(math::LogOp::create(k_, scale))
                           : Value(arith::DivFOp::create(k_, k_.constant(type_, 1), scale));
    auto finish = [&](Value of, Value i, int64_t v) {
      Value scale = scales[index(v)];
      Value result = s_.logarithm ? Value(arith::SubFOp::create(k_, of, scale))
                                  : Value(arith::MulFOp::create(k_, of, scale));
      k_.storeVector(result, k_.buffer(s_.output), place(i, v));
    };
    eachWhole({}, [&](Value i, int64_t v, Value) {
      finish(s_.logarithm ? below(i, v) : load(s_.output, i, v), i, v);
      return Value();
    });
    for (int64_t v = 0; v < rest(); ++v)
      finish(kept[index(v)], last(), v);
  }

  /// One result per vector of a block, which `body` goes on with at every block; none if `results`
  /// are none.
  Values eachWhole(const Values &results, function_ref<Value(Value i, int64_t v, Value)> body) {
    return k_.loop(k_.index(0), k_.index(whole_), block_, results, [&](Value i, ValueRange soFar) {
      Values next;
      for (int64_t v = 0; v < width_; ++v) {
        Value result = body(i, v, soFar.empty() ? Value() : soFar[index(v)]);
        if (!soFar.empty())
          next.push_back(result);
      }
      return next;
    });
  }

  /// What all lanes of a row have together, in each of its lanes.
  Values ofColumns(const Values &vectors, function_ref<Value(Value, Value)> join) {
    Values columns(index(width_));
    auto columnOf = [&](int64_t v, int64_t lane) { return index((v * lanes_ + lane) % width_); };
    for (int64_t v = 0; v < width_; ++v)
      for (int64_t lane = 0; lane < lanes_; ++lane) {
        Value &column = columns[columnOf(v, lane)];
        Value one = vector::ExtractOp::create(k_, vectors[index(v)], lane);
        column = column ? join(column, one) : one;
      }
    Values result;
    for (int64_t v = 0; v < width_; ++v) {
      Values elements;
      for (int64_t lane = 0; lane < lanes_; ++lane)
        elements.push_back(columns[columnOf(v, lane)]);
      result.push_back(vector::FromElementsOp::create(k_, type_, elements));
    }
    return result;
  }

  /// Zero in the lanes of the last block that are in a whole one, too.
  Value withoutDone(Value value, int64_t v) {
    int64_t done = std::clamp<int64_t>(block_ - (all_ - whole_) - v * lanes_, 0, lanes_);
    Value isDone = vector::ConstantMaskOp::create(k_, k_.vector(k_.getI1Type(), lanes_),
                                                  ArrayRef<int64_t>{done});
    return arith::SelectOp::create(k_, isDone, k_.constant(type_, 0), value);
  }

  static size_t index(int64_t i) { return static_cast<size_t>(i); }
  Values start(double value) { return Values(index(width_), k_.constant(type_, value)); }
  int64_t rest() const { return whole_ < all_ ? width_ : 0; } ///< vectors of the last block
  Value last() { return k_.index(all_ - block_); }
  Value place(Value i, int64_t v) { return k_.add(k_.add(first_, i), v * lanes_); }
  Value load(unsigned buffer, Value i, int64_t v) {
    return k_.loadVector(type_, k_.buffer(buffer), place(i, v));
  }
  Value below(Value i, int64_t v) {
    return shifted(k_, s_, load(s_.input, i, v), largest_[index(v)]);
  }

  KernelBuilder &k_;
  const Softmax &s_;
  int64_t lanes_, width_;       ///< rows side by side
  int64_t block_, all_, whole_; ///< elements
  VectorType type_;
  Value first_;
  Values largest_; ///< of each lane's row, per vector of a block
};

void planSoftmax(Operation *op, int64_t axis, float beta, bool logarithm, Plan &plan) {
  Softmax softmax = {rowsAlong(graph::tensorType(op->getResult(0)).getShape(), axis), beta,
                     logarithm, 0, 0};
  Buffers buffers(plan);
  softmax.input = buffers.add(op->getOperand(0));
  softmax.output = buffers.add(op->getResult(0));
  auto build = [=](KernelBuilder &k) {
    bool isLong = softmax.rows.length >= SoftmaxOfFewColumns::kFewestBlocks * k.isa().lanes();
    // Of few columns most lanes would be empty.
    if (softmax.rows.step > 1 && 2 * softmax.rows.step >= k.isa().lanes())
      SoftmaxOfColumns(k, softmax).build();
    else if (softmax.rows.step > 1 && isLong)
      SoftmaxOfFewColumns(k, softmax).build();
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
