#include "backends/cpu/compile/convolution.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

Value Convolution::activations(Value at) {
  Type element = cast<MemRefType>(body_.input.getType()).getElementType();
  Value all = k_.loadVector(k_.vector(element, lanes_ * body_.together), body_.input, at);
  if (body_.inF16)
    return all;
  return body_.together == 1
             ? widenReals(k_, all)
             : vector::BitCastOp::create(k_, k_.vector(storedWeight(), lanes_), all);
}

Value Convolution::activation(Value at, const GroupRun &group) {
  if (body_.inF16)
    return k_.broadcast(k_.load(body_.input, at), k_.vector(storedWeight(), lanes_));
  if (body_.together == 1)
    return k_.broadcast(loadReal(k_, body_.input, at), typeOf(group, 0));
  Type element = cast<MemRefType>(body_.input.getType()).getElementType();
  Value few = k_.loadVector(k_.vector(element, body_.together), body_.input, at);
  Type one = k_.vector(storedWeight(), 1);
  Value whole =
      vector::ExtractOp::create(k_, vector::BitCastOp::create(k_, one, few), ArrayRef<int64_t>{0});
  return k_.broadcast(whole, typeOf(group, 0).clone(storedWeight()));
}

Value Convolution::activationPair(Value at) {
  Type element = cast<MemRefType>(body_.input.getType()).getElementType();
  Value few = k_.loadVector(k_.vector(element, 2 * body_.together), body_.input, at);
  Value whole = vector::ExtractOp::create(
      k_, vector::BitCastOp::create(k_, k_.vector(k_.getI64Type(), 1), few), ArrayRef<int64_t>{0});
  Value all = k_.broadcast(whole, k_.vector(k_.getI64Type(), lanes_ / 2));
  return vector::BitCastOp::create(k_, body_.accumulator, all);
}

/// Products of the listed pixels by the instruction for matrices.
Values Convolution::matrices(function_ref<Value(Value i, int64_t pixel)> place,
                             ArrayRef<int64_t> pixels, MatrixRun run, Values acc) {
  Type element = cast<MemRefType>(body_.input.getType()).getElementType();
  run.words = [&, element](Value i, size_t listed, int64_t count) -> Value {
    VectorType elements = k_.vector(element, count * body_.together);
    return vector::BitCastOp::create(
        k_, k_.vector(k_.getI32Type(), count),
        k_.loadVector(elements, body_.input, place(i, pixels[listed])));
  };
  auto sumsOf = [&](int64_t pixel) {
    return MutableArrayRef(acc).slice(static_cast<size_t>(pixel * run.vectors),
                                      static_cast<size_t>(run.vectors));
  };
  Values sums;
  for (int64_t pixel : pixels)
    llvm::append_range(sums, sumsOf(pixel));
  sums = addMatrixProducts(k_, run, sums);
  for (auto [listed, pixel] : llvm::enumerate(pixels))
    llvm::copy(ArrayRef(sums).slice(listed * sumsOf(pixel).size(), sumsOf(pixel).size()),
               sumsOf(pixel).begin());
  return acc;
}

/// `depth` products in a row, for the pixels of the tile that are listed. `input` is where the
/// first element of pixel 0 is; weights advance by one panel row per product.
Values Convolution::run(Value input, ArrayRef<int64_t> pixels, const GroupRun &group,
                        ArrayRef<Value> weights, int64_t depth, Values acc) {
  if (group.doubles)
    return runDoubled(input, pixels, group, weights, depth, std::move(acc));
  if (body_.inF16 && !sumsInF16())
    return runInF16(input, pixels, group, weights, depth, std::move(acc));
  return runOfSums(input, pixels, group, weights, depth, std::move(acc));
}

/// The same where the sums are f32 and the products f16: a few of these are added up at a time. The
/// sums wait on the stack meanwhile.
Values Convolution::runInF16(Value input, ArrayRef<int64_t> pixels, const GroupRun &group,
                             ArrayRef<Value> weights, int64_t depth, Values acc) {
  auto add = [&](Value from, int64_t products, ValueRange carried) {
    Values sums(carried.begin(), carried.end()), rows;
    for (Value row : weights)
      rows.push_back(k_.add(row, k_.mul(from, body_.panel)));
    Values few(sums.size(), zeroF16(k_));
    few = runOfSums(k_.add(input, from), pixels, group, rows, products, std::move(few));
    for (int64_t pixel : pixels)
      for (int64_t v = 0; v < group.vectors; ++v) {
        auto place = static_cast<size_t>(pixel * group.vectors + v);
        sums[place] = plusF16(k_, sums[place], few[place]);
      }
    return sums;
  };
  F16Runs runs(depth, k_.isa().activationsPerLoad());
  acc = k_.loop(k_.index(0), k_.index(runs.whole), runs.length, acc,
                [&](Value from, ValueRange carried) { return add(from, runs.length, carried); });
  return runs.whole == depth ? acc : add(k_.index(runs.whole), depth - runs.whole, acc);
}

/// The same where the sums are of what `product` gives.
Values Convolution::runOfSums(Value input, ArrayRef<int64_t> pixels, const GroupRun &group,
                              ArrayRef<Value> weights, int64_t depth, Values acc) {
  auto place = [&](Value i, int64_t pixel) {
    return k_.add(k_.add(input, k_.mul(i, body_.together)), pixel * s_.strideWidth * p_.in.pixel);
  };
  auto weight = [&](Value i, int64_t v) {
    Value at = k_.add(weights[v], k_.mul(i, body_.panel));
    Value vector = k_.loadVector(typeOf(group, v).clone(storedWeight()), body_.weights, at);
    if (streamsWeights() && v * lanes_ % kPanel == 0) // those of the next group, line by line
      memref::PrefetchOp::create(k_, body_.weights,
                                 ValueRange{k_.add(at, group.vectors * depth_ * body_.panel)},
                                 /*isWrite=*/false, /*localityHint=*/2, /*isDataCache=*/true);
    return body_.inF16 ? vector : widenReals(k_, vector);
  };
  // One element of the sums, by the activation of each listed pixel.
  auto step = [&](Value i, Values &sums, function_ref<Value(size_t listed)> activation) {
    Values row;
    for (int64_t v = 0; v < group.vectors; ++v)
      row.push_back(weight(i, v));
    for (auto [listed, pixel] : llvm::enumerate(pixels)) {
      Value x = activation(listed);
      for (int64_t v = 0; v < group.vectors; ++v) {
        if (x.getType() != row[static_cast<size_t>(v)].getType())
          x = k_.halfOf(x);
        Value &sum = sums[static_cast<size_t>(pixel * group.vectors + v)];
        sum = body_.product(x, row[static_cast<size_t>(v)], sum);
      }
    }
  };
  int64_t together = k_.isa().activationsPerLoad(), done = 0;
  if (body_.registers.ofMatrices && pixels.size() > 1) {
    done = depth / 2 * 2;
    acc = matrices(place, pixels, {group.vectors, done, {}, weight, body_.product}, acc);
  } else if (together > 1) {
    done = depth / together * together;
    acc = k_.loop(k_.index(0), k_.index(done), together, acc, [&](Value i, ValueRange carried) {
      Values next(carried.begin(), carried.end()), loaded;
      for (int64_t pixel : pixels)
        loaded.push_back(activations(place(i, pixel)));
      for (int64_t lane = 0; lane < together; ++lane)
        step(k_.add(i, lane), next,
             [&](size_t listed) { return k_.broadcastLane(loaded[listed], lane); });
      return next;
    });
  }
  return k_.loop(k_.index(done), k_.index(depth), 1, acc, [&](Value i, ValueRange carried) {
    Values next(carried.begin(), carried.end());
    step(i, next, [&](size_t listed) { return activation(place(i, pixels[listed]), group); });
    return next;
  });
}

/// The same two products at a time, which are one of the last vector. With an odd number of them
/// the weights of the last second one are zero.
Values Convolution::runDoubled(Value input, ArrayRef<int64_t> pixels, const GroupRun &group,
                               ArrayRef<Value> weights, int64_t depth, Values acc) {
  auto place = [&](Value i, int64_t pixel) {
    return k_.add(k_.add(input, k_.mul(i, body_.together)), pixel * s_.strideWidth * p_.in.pixel);
  };
  int64_t last = group.vectors - 1, whole = depth / 2 * 2;
  auto steps = [&](Value from, int64_t count, ValueRange carried) {
    Values next(carried.begin(), carried.end());
    auto add = [&](int64_t pixel, int64_t v, Value x, Value weight) {
      Value &sum = next[static_cast<size_t>(pixel * group.vectors + v)];
      sum = body_.product(x, weight, sum);
    };
    for (int64_t step = 0; step < count && last > 0; ++step) {
      Value i = k_.add(from, step);
      Values row;
      for (int64_t v = 0; v < last; ++v)
        row.push_back(
            k_.loadVector(body_.accumulator, body_.weights,
                          k_.add(weights[static_cast<size_t>(v)], k_.mul(i, body_.panel))));
      for (int64_t pixel : pixels) {
        Value x = activation(place(i, pixel), group);
        for (int64_t v = 0; v < last; ++v)
          add(pixel, v, x, row[static_cast<size_t>(v)]);
      }
    }
    Value at = k_.add(weights[static_cast<size_t>(last)], k_.mul(from, kPanel / 2));
    Value both = k_.loadVector(body_.accumulator, body_.doubled, at);
    for (int64_t pixel : pixels)
      add(pixel, last, activationPair(place(from, pixel)), both);
    return next;
  };
  acc = k_.loop(k_.index(0), k_.index(whole), 2, acc,
                [&](Value i, ValueRange carried) { return steps(i, 2, carried); });
  return whole == depth ? acc : steps(k_.index(whole), 1, acc);
}

/// The products of row `ky` of the kernel.
Values Convolution::products(Value inRow, Value pixel, Value ky, const TileRun &tile,
                             const GroupRun &group, ArrayRef<Value> panels, Values acc) {
  Values weights;
  for (Value panel : panels)
    weights.push_back(k_.add(panel, k_.mul(ky, s_.kernelWidth * inner_ * body_.panel)));
  if (group.doubles) // a row of the kernel is one run
    weights.back() = k_.mul(ky, (s_.kernelWidth * inner_ + 1) / 2 * kPanel);
  Value column = k_.add(k_.mul(pixel, s_.strideWidth), -s_.padLeft);
  Value input = k_.add(inRow, k_.mul(column, p_.in.pixel));
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, tile.pixels));
  bool oneRun = (s_.dilationWidth == 1 && p_.in.pixel == s_.inChannels) || s_.kernelWidth == 1;
  if (!tile.border && oneRun)
    return run(input, all, group, weights, s_.kernelWidth * inner_, acc);
  auto tap = [&](Value kx, ArrayRef<int64_t> inside, Values sums) {
    Values rows;
    for (Value row : weights)
      rows.push_back(k_.add(row, k_.mul(kx, inner_ * body_.panel)));
    return run(k_.add(input, k_.mul(kx, s_.dilationWidth * p_.in.pixel)), inside, group, rows,
               inner_, std::move(sums));
  };
  if (s_.kernelWidth > kMostTapsInRow) // without borders (tapsFit)
    return k_.loop(k_.index(0), k_.index(s_.kernelWidth), 1, acc,
                   [&](Value kx, ValueRange carried) {
                     return tap(kx, all, Values(carried.begin(), carried.end()));
                   });
  for (int64_t kx = 0; kx < s_.kernelWidth; ++kx) {
    SmallVector<int64_t> inside;
    for (int64_t p : all)
      if (!tile.border || s_.sees(tile.firstPixel + p, kx))
        inside.push_back(p);
    if (inside.empty())
      continue;
    acc = tap(k_.index(kx), inside, std::move(acc));
  }
  return acc;
}

/// Those of channels that this group has; where it is one of several with the same code, by a
/// branch.
Values Convolution::extraProducts(const Part &part, Value pixel, const TileRun &run,
                                  const GroupRun &group, Value vector, Values acc) {
  for (const ExtraProduct &extra : body_.extras) {
    int64_t inRun = extra.channel / lanes_ - group.firstVector, v = inRun % group.vectors;
    if (inRun < 0 || inRun >= group.count * group.vectors)
      continue;
    Values sums;
    for (int64_t p = 0; p < run.pixels; ++p)
      sums.push_back(acc[static_cast<size_t>(p * group.vectors + v)]);
    auto more = [&]() -> Values {
      SmallVector<int32_t> lanes(static_cast<size_t>(lanes_));
      bool isDoubled = group.doubles && v + 1 == group.vectors;
      lanes[static_cast<size_t>(extra.channel % lanes_ * (isDoubled ? 2 : 1))] = extra.weight;
      Value weight = arith::ConstantOp::create(
          k_, DenseElementsAttr::get(body_.accumulator, ArrayRef<int32_t>(lanes)));
      Value row = k_.add(k_.mul(part.outRow, s_.strideHeight), extra.kernelRow * s_.dilationHeight);
      Value at = k_.add(place(p_.in, part), in_.of(k_, row, p_.in.row));
      at = k_.add(at, k_.mul(k_.mul(pixel, s_.strideWidth), p_.in.pixel));
      Values next;
      for (int64_t p = 0; p < run.pixels; ++p) {
        Value x = activation(k_.add(at, p * s_.strideWidth * p_.in.pixel + extra.offset), group);
        next.push_back(body_.product(x, weight, sums[static_cast<size_t>(p)]));
      }
      return next;
    };
    if (group.count == 1) {
      sums = more();
    } else {
      Value isIts = arith::CmpIOp::create(k_, arith::CmpIPredicate::eq, vector,
                                          k_.index(group.firstVector + inRun - v));
      auto branch = scf::IfOp::create(k_, ValueRange(sums).getTypes(), isIts,
                                      /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(k_);
      k_.setInsertionPointToStart(branch.elseBlock());
      scf::YieldOp::create(k_, sums);
      k_.setInsertionPointToStart(branch.thenBlock());
      scf::YieldOp::create(k_, more());
      sums = Values(branch.getResults());
    }
    for (int64_t p = 0; p < run.pixels; ++p)
      acc[static_cast<size_t>(p * group.vectors + v)] = sums[static_cast<size_t>(p)];
  }
  return acc;
}

} // namespace tandem::cpu
