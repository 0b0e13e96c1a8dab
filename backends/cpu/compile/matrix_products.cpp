#include "backends/cpu/compile/matrix_products.h"

#include "compiler/codegen/intrinsic.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

/// Lanes 0 and 1 of both, and 2 and 3 of both. Of the sums of two pixels that makes two matrices of
/// two pixels by two channels, and of those the sums of two pixels again.
static std::pair<Value, Value> exchangedHalves(KernelBuilder &k, Value a, Value b) {
  return {vector::ShuffleOp::create(k, a, b, ArrayRef<int64_t>{0, 1, 4, 5}),
          vector::ShuffleOp::create(k, a, b, ArrayRef<int64_t>{2, 3, 6, 7})};
}

static void exchangePairs(KernelBuilder &k, int64_t vectors, Values &sums) {
  auto width = static_cast<size_t>(vectors);
  for (size_t pair = 0; pair + 2 * width <= sums.size(); pair += 2 * width)
    for (size_t v = pair; v < pair + width; ++v)
      std::tie(sums[v], sums[v + width]) = exchangedHalves(k, sums[v], sums[v + width]);
}

static Value matrixProduct(KernelBuilder &k, Value pixels, Value channels, Value acc) {
  bool isReal = isa<FloatType>(cast<VectorType>(acc.getType()).getElementType());
  VectorType factors = isReal ? k.vector(k.getBF16Type(), 8) : k.vector(k.getI8Type(), 16);
  auto asFactors = [&](Value words) -> Value {
    return vector::BitCastOp::create(k, factors, words);
  };
  return codegen::callIntrinsic(k, acc.getType(),
                                isReal ? "llvm.aarch64.neon.bfmmla"
                                       : "llvm.aarch64.neon.usmmla.v4i32.v16i8",
                                {acc, asFactors(pixels), asFactors(channels)});
}

/// `count` products of each pixel, two or four. A pixel's words are loaded at once.
static void addProducts(KernelBuilder &k, const MatrixRun &run, Value i, int64_t count,
                        Values &sums) {
  auto width = static_cast<size_t>(run.vectors);
  size_t pixels = sums.size() / width;
  Values words;
  for (size_t pixel = 0; pixel < pixels; ++pixel)
    words.push_back(run.words(i, pixel, count));
  for (int64_t at = 0; at < count; at += 2) {
    Values first, second; // of a channel lanes 0 and 1 are its weights for both products, and so on
    for (int64_t v = 0; v < run.vectors; ++v) {
      Value a = run.weights(k.add(i, at), v), b = run.weights(k.add(i, at + 1), v);
      first.push_back(vector::ShuffleOp::create(k, a, b, ArrayRef<int64_t>{0, 4, 1, 5}));
      second.push_back(vector::ShuffleOp::create(k, a, b, ArrayRef<int64_t>{2, 6, 3, 7}));
      if (pixels % 2 == 0)
        continue;
      Value &sum = sums[(pixels - 1) * width + static_cast<size_t>(v)];
      for (auto [next, weights] : llvm::enumerate(std::array{a, b})) {
        int64_t lane = at + static_cast<int64_t>(next);
        Value word = vector::ShuffleOp::create(k, words.back(), words.back(),
                                               ArrayRef<int64_t>{lane, lane, lane, lane});
        sum = run.product(word, weights, sum);
      }
    }
    for (size_t pixel = 0; pixel + 1 < pixels; pixel += 2) {
      Value both =
          vector::ShuffleOp::create(k, words[pixel], words[pixel + 1],
                                    ArrayRef<int64_t>{at, at + 1, count + at, count + at + 1});
      for (size_t v = 0; v < width; ++v) {
        Value &low = sums[pixel * width + v], &high = sums[(pixel + 1) * width + v];
        low = matrixProduct(k, both, first[v], low);
        high = matrixProduct(k, both, second[v], high);
      }
    }
  }
}

Values addMatrixProducts(KernelBuilder &k, const MatrixRun &run, Values sums) {
  exchangePairs(k, run.vectors, sums);
  auto add = [&](int64_t from, int64_t to, int64_t count) {
    sums = k.loop(k.index(from), k.index(to), count, sums, [&](Value i, ValueRange carried) {
      Values next(carried.begin(), carried.end());
      addProducts(k, run, i, count, next);
      return next;
    });
  };
  int64_t whole = run.products / 4 * 4;
  add(0, whole, 4);
  add(whole, run.products, 2);
  exchangePairs(k, run.vectors, sums);
  return sums;
}

} // namespace tandem::cpu
