#include "backends/cpu/compile/row_sums.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

/// A sum is `low + high << kLowBits`: so much that an excess times as much has 16 bits.
constexpr int kLowBits = 7;
static_assert(kLongestSummedRow * 255 < int64_t(1) << (kLowBits + 15));

/// Both parts in 32 bits; of scalars and vectors.
static Value inParts(KernelBuilder &k, Value sum) {
  Type type = sum.getType();
  Value low = arith::AndIOp::create(k, sum, k.constant(type, (1 << kLowBits) - 1));
  Value high = arith::ShRUIOp::create(k, sum, k.constant(type, kLowBits));
  return arith::OrIOp::create(k, low,
                              arith::ShLIOp::create(k, high, k.constant(type, 16)).getResult());
}

namespace {

/// As many rows at a time as a vector has lanes, by products with ones and sums of neighbours.
class RowSumsCode {
public:
  RowSumsCode(KernelBuilder &k, int64_t rows, int64_t length)
      : k_(k), rows_(rows), length_(length), lanes_(k.isa().lanes()), vector_(4 * lanes_) {}

  bool fits() const {
    return k_.isa().byteDot == codegen::ByteDot::kVnni && rows_ >= lanes_ && length_ % 4 == 0;
  }
  void build() {
    k_.units = (rows_ + lanes_ - 1) / lanes_;
    k_.loop(k_.begin(), k_.end(), 1, [&](Value unit) {
      // The last ones may be some rows once more.
      Value row = k_.smaller(k_.mul(unit, lanes_), k_.index(rows_ - lanes_));
      Values parts = vector_ % length_ == 0 ? ofShortRows(row) : ofLongRows(row);
      while (parts.size() > 1)
        parts = neighbours(parts);
      k_.storeVector(inParts(k_, parts[0]), k_.buffer(1), row);
    });
  }

private:
  /// Rows that fill vectors: four bytes of a row in a lane.
  Values ofShortRows(Value row) {
    Values parts;
    Value first = k_.mul(row, length_);
    for (int64_t at = 0; at < lanes_ * length_; at += vector_)
      parts.push_back(plusBytes(zero(), k_.add(first, at), vector_));
    return parts;
  }
  /// A vector for each row.
  Values ofLongRows(Value row) {
    Values parts;
    int64_t whole = length_ / vector_ * vector_;
    for (int64_t i = 0; i < lanes_; ++i) {
      Value first = k_.mul(k_.add(row, i), length_);
      Values sum = k_.loop(k_.index(0), k_.index(whole), vector_, zero(),
                           [&](Value at, ValueRange carried) -> Values {
                             return {plusBytes(carried[0], k_.add(first, at), vector_)};
                           });
      parts.push_back(whole == length_ ? sum[0]
                                       : plusBytes(sum[0], k_.add(first, whole), length_ - whole));
    }
    return parts;
  }
  Value zero() { return k_.constant(k_.vectorI32(), 0); }
  Value plusBytes(Value sum, Value at, int64_t count) {
    VectorType bytes = k_.vector(k_.getI8Type(), vector_);
    Value codes;
    if (count == vector_) {
      codes = k_.loadVector(bytes, k_.buffer(0), at);
    } else {
      Value mask = vector::ConstantMaskOp::create(k_, k_.vector(k_.getI1Type(), vector_),
                                                  ArrayRef<int64_t>{count});
      codes = vector::MaskedLoadOp::create(k_, bytes, k_.buffer(0), ValueRange{at}, mask,
                                           k_.constant(bytes, 0));
    }
    return k_.byteDot(vector::BitCastOp::create(k_, k_.vectorI32(), codes),
                      k_.constant(k_.vectorI32(), 0x01010101), sum);
  }
  /// Half as many vectors, of the sums of each two lanes side by side.
  Values neighbours(ArrayRef<Value> parts) {
    SmallVector<int64_t> even, odd;
    for (int64_t lane = 0; lane < 2 * lanes_; lane += 2) {
      even.push_back(lane);
      odd.push_back(lane + 1);
    }
    Values sums;
    for (size_t i = 0; i < parts.size(); i += 2)
      sums.push_back(
          arith::AddIOp::create(k_, vector::ShuffleOp::create(k_, parts[i], parts[i + 1], even),
                                vector::ShuffleOp::create(k_, parts[i], parts[i + 1], odd)));
    return sums;
  }

  KernelBuilder &k_;
  int64_t rows_, length_, lanes_, vector_;
};

void buildRowByRow(KernelBuilder &k, int64_t rows, int64_t length) {
  k.units = rows;
  k.loop(k.begin(), k.end(), 1, [&](Value row) {
    Value first = k.mul(row, length), none = k.constant(k.getI32Type(), 0);
    Values sum =
        k.loop(k.index(0), k.index(length), 1, none, [&](Value i, ValueRange carried) -> Values {
          Value code = k.toI32(k.load(k.buffer(0), k.add(first, i)), ElementType::kU8);
          return {arith::AddIOp::create(k, carried[0], code)};
        });
    k.store(inParts(k, sum[0]), k.buffer(1), row);
  });
}

} // namespace

TypedBuffer planRowSums(TypedBuffer bytes, int64_t rows, int64_t length, Plan &plan) {
  TypedBuffer sums = plan.scratch({ElementType::kI32, rows});
  Buffers buffers(plan);
  buffers.add(bytes);
  buffers.add(sums);
  auto build = [=](KernelBuilder &k) {
    RowSumsCode code(k, rows, length);
    code.fits() ? code.build() : buildRowByRow(k, rows, length);
  };
  plan.step({buffers.types, build}, buffers.ids);
  return sums;
}

Epilogue withExcess(const Epilogue &epilogue, const std::vector<int32_t> &excess,
                    TypedBuffer rowSums, Buffers &buffers) {
  std::vector<int32_t> inPairs;
  for (int32_t one : excess)
    inPairs.push_back(
        static_cast<int32_t>((uint32_t(one) & 0xffff) | uint32_t(one * (1 << kLowBits)) << 16));
  unsigned factors = buffers.addPerChannel(inPairs), rows = buffers.add(rowSums);
  int64_t step = epilogue.pixelStep;
  auto whole = [=](KernelBuilder &k, Value sum, Value row, Value channel) -> Value {
    VectorType halves = k.vector(k.getI16Type(), 2 * k.isa().lanes());
    auto pairs = [&](Value vector) { return vector::BitCastOp::create(k, halves, vector); };
    Value ofRow = k.broadcast(k.load(k.buffer(rows), row), k.vectorI32());
    Value factor = k.loadVector(k.vectorI32(), k.buffer(factors), channel);
    return k.pairDot(pairs(ofRow), pairs(factor), sum);
  };
  Epilogue result = {epilogue.initial,
                     [=](KernelBuilder &k, Value sum, Value index, Value channel, int64_t valid) {
                       epilogue.finish(k, whole(k, sum, k.div(index, step), channel), index,
                                       channel, valid);
                     },
                     /*finishBlock=*/nullptr, step, epilogue.isLong};
  if (epilogue.finishBlock)
    result.finishBlock = [=](KernelBuilder &k, const SumBlock &block, Value index, Value channel) {
      Value row = k.div(index, step);
      Values all;
      int64_t vectors = block.lanes / k.isa().lanes();
      for (auto [i, sum] : llvm::enumerate(block.sums)) {
        int64_t pixel = static_cast<int64_t>(i) / vectors,
                vector = static_cast<int64_t>(i) % vectors;
        all.push_back(whole(k, sum, k.add(row, pixel), k.add(channel, vector * k.isa().lanes())));
      }
      epilogue.finishBlock(k, {all, block.pixels, block.lanes, block.valid, block.pixelStep}, index,
                           channel);
    };
  return result;
}

} // namespace tandem::cpu
