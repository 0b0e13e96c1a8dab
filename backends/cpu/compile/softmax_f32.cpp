// softmax of rows whose neighbours lie side by side, and what all kinds of rows have in common.

#include "backends/cpu/compile/softmax_f32.h"

#include "backends/cpu/compile/math_f32.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

Value shifted(KernelBuilder &k, const Softmax &s, Value x, Value largest) {
  Value difference = arith::SubFOp::create(k, x, largest);
  return arith::MulFOp::create(k, difference, k.constant(x.getType(), s.beta));
}

Value powerOfE(KernelBuilder &k, const Softmax &s, Value x) {
  return s.beta > 0 ? expOfAtMostZeroF32(k, x) : Value(math::ExpOp::create(k, x));
}

Value largerOf(KernelBuilder &k, Value soFar, Value x) {
  if (k.isa().maximumKeepsNan)
    return arith::MaximumFOp::create(k, soFar, x, arith::FastMathFlags::nsz);
  Value isLarger = arith::CmpFOp::create(k, arith::CmpFPredicate::OGT, x, soFar);
  return arith::SelectOp::create(k, isLarger, x, soFar);
}

namespace {
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
} // namespace

void buildSoftmaxOfColumns(KernelBuilder &k, const Softmax &softmax) {
  SoftmaxOfColumns(k, softmax).build();
}

void buildSoftmaxOfFewColumns(KernelBuilder &k, const Softmax &softmax) {
  SoftmaxOfFewColumns(k, softmax).build();
}

bool isForFewColumns(const KernelBuilder &k, const Softmax &softmax) {
  constexpr int64_t kFewestBlocks = 8;
  return softmax.rows.step > 1 && softmax.rows.length >= kFewestBlocks * k.isa().lanes();
}

} // namespace tandem::cpu
