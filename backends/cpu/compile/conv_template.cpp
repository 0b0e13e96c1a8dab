#include "backends/cpu/compile/conv_template.h"

#include "backends/cpu/compile/byte_matrices.h"
#include "backends/cpu/compile/reals.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

/// About this many pixels are multiplied with all weights before the next ones are read.
constexpr int64_t kBlockPixels = 112;

std::vector<TileRun> tileRuns(const ConvShape &shape, EvenSplit split) {
  std::vector<TileRun> runs;
  for (int64_t tile = 0; tile < split.parts; ++tile) {
    int64_t first = split.start(tile), pixels = split.length(tile);
    bool border = false;
    for (int64_t kx : {int64_t(0), shape.kernelWidth - 1})
      border = border || !shape.sees(first, kx) || !shape.sees(first + pixels - 1, kx);
    bool joins = !runs.empty() && !border && !runs.back().border && runs.back().pixels == pixels;
    if (joins)
      ++runs.back().count;
    else
      runs.push_back({tile, 1, first, pixels, border});
  }
  return runs;
}

TapRange verticalTaps(KernelBuilder &k, const ConvShape &shape, Value row) {
  Value none = k.index(0), all = k.index(shape.kernelHeight);
  if (!shape.hasVerticalBorder())
    return {none, all};
  // Taps t with 0 <= row * stride - pad + t * dilation < inHeight.
  auto tapsTo = [&](int64_t limit) {
    Value distance = k.sub(k.index(limit + shape.padTop), k.mul(row, shape.strideHeight));
    distance = k.larger(distance, none);
    return k.div(k.add(distance, shape.dilationHeight - 1), shape.dilationHeight);
  };
  return {k.smaller(tapsTo(0), all), k.smaller(tapsTo(shape.inHeight), all)};
}

namespace {

/// Groups of output channels that have equal code.
struct GroupRun {
  int64_t firstGroup, count, firstVector, vectors;
  int64_t validInLast; ///< lanes of the last vector that exist
  bool endsInHalf;     ///< the last vector is half a one
  bool doubles;        ///< the last vector has two products of its channels in its lanes
};

class Convolution {
public:
  Convolution(KernelBuilder &k, const ConvShape &shape, const ConvBody &body)
      : k_(k), s_(shape), p_(body.places), body_(body), lanes_(k.isa().lanes()),
        inner_(shape.inChannels / body.together), depth_(shape.taps() * inner_) {
    int64_t stepBytes = s_.strideWidth * p_.in.pixel * 4 / body.together;
    ConvQuestion question = this->question();
    std::optional<ConvSchedule> tuned = body.tuning ? body.tuning->find(question) : std::nullopt;
    bool readsAgain = rows() * s_.outWidth > 1; // the weights, with the next tile
    TileLimits limits = packsCodes() && readsAgain ? limitsOfCodes(depth_) : TileLimits();
    limits.pixels = pixelsSideBySide(stepBytes);
    Tile tile = tuned ? tuned->tile
                      : chooseTile(k.isa(), s_.outWidth, s_.outChannels, body.registers, limits);
    tiles_ = EvenSplit::ofAtMost(s_.outWidth, tile.pixels);
    tileRuns_ = tileRuns(s_, tiles_);
    makeGroups(tile.vectors);
    order_ = tuned && (singleRow() || !walksPixels(tuned->order))
                 ? tuned->order
                 : chooseOrder(rows(), tiles_.parts, rows() * s_.outWidth, groups_, singleRow());
    if (body.tuning && !body.tuning->isExhausted(question))
      k.schedule = question.key() + ": " +
                   scheduleText({{tiles_.longest(), groupRuns_.front().vectors}, order_});
  }

  void build();
  /// Rows [from, to), of an input that begins elsewhere.
  void buildRows(Value from, Value to, Value input) {
    input_ = input;
    order_ = LoopOrder::kRowUnits;
    k_.loop(from, to, 1, [&](Value row) {
      forGroups(k_.index(0), k_.index(groups_),
                [&](const GroupRun &group, Value vector) { rowOfTiles(row, group, vector); });
    });
  }

private:
  /// What a row of the output is of: rows of all groups of all entries are counted through.
  struct Part {
    Value entry, group, outRow;
  };

  ConvQuestion question() const;
  void makeGroups(int64_t vectorsAtMost);
  void forGroups(Value from, Value to, function_ref<void(const GroupRun &, Value vector)> body);
  void forTiles(Value row, Value from, Value to, const GroupRun &group, Value vector);
  void rowOfTiles(Value row, const GroupRun &group, Value vector) {
    forTiles(row, k_.index(0), k_.index(tiles_.parts), group, vector);
  }
  void tile(Value row, Value pixel, const TileRun &run, const GroupRun &group, Value vector);
  void finish(ArrayRef<Value> sums, Value out, Value channel, int64_t pixels,
              const GroupRun &group);
  void finishDoubled(ArrayRef<Value> sums, Value out, Value channel, const GroupRun &group);
  Values runDoubled(Value input, ArrayRef<int64_t> pixels, const GroupRun &group,
                    ArrayRef<Value> weights, int64_t depth, Values acc);
  Values products(Value inRow, Value pixel, Value ky, const TileRun &run, const GroupRun &group,
                  ArrayRef<Value> panels, Values acc);
  Values extraProducts(const Part &part, Value pixel, const TileRun &run, const GroupRun &group,
                       Value vector, Values acc);
  Values run(Value input, ArrayRef<int64_t> pixels, const GroupRun &group, ArrayRef<Value> weights,
             int64_t depth, Values acc);
  Values matrices(function_ref<Value(Value i, int64_t pixel)> place, ArrayRef<int64_t> pixels,
                  ByteMatrixRun run, Values acc);
  int64_t rows() const { return s_.batch * p_.groups * s_.outHeight; }
  /// Whether weights are read once and then not for a long time, as in every run of the model: they
  /// come from far away, and hardware that reads ahead does not do so far enough. Of a single pixel
  /// they are all that there is to wait for.
  bool streamsWeights() const {
    return order_ != LoopOrder::kRowBlocks && order_ != LoopOrder::kPixelBlocks &&
           rows() * s_.outWidth > 1;
  }
  bool packsCodes() const {
    return body_.epilogue.finishBlock && k_.isa().byteDot == codegen::ByteDot::kVnni;
  }
  /// One row whose tiles are alike: a matrix product.
  bool singleRow() const {
    return s_.batch * p_.groups * s_.outHeight == 1 &&
           llvm::none_of(tileRuns_, [](const TileRun &run) { return run.border; });
  }

  Part partOf(Value row) {
    Value none = k_.index(0), part = k_.div(row, s_.outHeight);
    return {s_.batch == 1 ? none : k_.div(part, p_.groups),
            p_.groups == 1  ? none
            : s_.batch == 1 ? part
                            : k_.rem(part, p_.groups),
            s_.batch * p_.groups == 1 ? row : k_.rem(row, s_.outHeight)};
  }
  /// The elements of as many products as there are lanes.
  Value activations(Value at) {
    Type element = cast<MemRefType>(body_.input.getType()).getElementType();
    Value all = k_.loadVector(k_.vector(element, lanes_ * body_.together), body_.input, at);
    return body_.together == 1
               ? widenReals(k_, all)
               : vector::BitCastOp::create(k_, k_.vector(storedWeight(), lanes_), all);
  }
  /// The elements of one product, in all lanes of the group's first vector.
  Value activation(Value at, const GroupRun &group) {
    if (body_.together == 1)
      return k_.broadcast(loadReal(k_, body_.input, at), typeOf(group, 0));
    Type element = cast<MemRefType>(body_.input.getType()).getElementType();
    Value few = k_.loadVector(k_.vector(element, body_.together), body_.input, at);
    Type one = k_.vector(storedWeight(), 1);
    Value whole = vector::ExtractOp::create(k_, vector::BitCastOp::create(k_, one, few),
                                            ArrayRef<int64_t>{0});
    return k_.broadcast(whole, typeOf(group, 0).clone(storedWeight()));
  }
  /// The elements of two products, in lanes side by side.
  Value activationPair(Value at) {
    Type element = cast<MemRefType>(body_.input.getType()).getElementType();
    Value few = k_.loadVector(k_.vector(element, 2 * body_.together), body_.input, at);
    Value whole = vector::ExtractOp::create(
        k_, vector::BitCastOp::create(k_, k_.vector(k_.getI64Type(), 1), few),
        ArrayRef<int64_t>{0});
    Value all = k_.broadcast(whole, k_.vector(k_.getI64Type(), lanes_ / 2));
    return vector::BitCastOp::create(k_, body_.accumulator, all);
  }
  VectorType typeOf(const GroupRun &group, int64_t vector) {
    bool isHalf = group.endsInHalf && vector + 1 == group.vectors;
    return isHalf ? k_.halfVectorF32() : body_.accumulator;
  }
  Type storedWeight() { return cast<MemRefType>(body_.weights.getType()).getElementType(); }
  Value place(const ConvPlaces::Steps &steps, const Part &part) {
    return k_.add(k_.dot({part.entry, part.group}, {steps.entry, steps.group}), steps.offset);
  }

  KernelBuilder &k_;
  const ConvShape &s_;
  const ConvPlaces &p_;
  const ConvBody &body_;
  int64_t lanes_;
  int64_t inner_; ///< products of a tap
  int64_t depth_; ///< and of all
  EvenSplit tiles_{1, 1};
  std::vector<TileRun> tileRuns_;
  std::vector<GroupRun> groupRuns_;
  int64_t groups_ = 0;
  LoopOrder order_;
  Value input_; ///< where the input begins, if not at 0
};

/// All that its time depends on, but for what the epilogue adds.
ConvQuestion Convolution::question() const {
  bool isReal = isa<FloatType>(body_.accumulator.getElementType());
  std::string element = isReal                ? body_.together == 1 ? "f32" : "bf16"
                        : body_.together == 1 ? "pairs"
                                              : "bytes";
  return {.isa = k_.isa(),
          .operation = "conv " + element + " " + shapeText(s_, p_.groups),
          .rowPixels = s_.outWidth,
          .channels = s_.outChannels,
          .singleRow = s_.batch * p_.groups * s_.outHeight == 1 && s_.taps() == 1,
          .registers = body_.registers};
}

void Convolution::makeGroups(int64_t vectorsAtMost) {
  int64_t vectors = (s_.outChannels + lanes_ - 1) / lanes_;
  EvenSplit split = EvenSplit::ofAtMost(vectors, vectorsAtMost);
  groups_ = split.parts;
  for (int64_t group = 0; group < groups_; ++group) {
    int64_t rest = s_.outChannels - (split.start(group) + split.length(group) - 1) * lanes_;
    int64_t valid = std::min(rest, lanes_);
    bool half = body_.registers.halves && endsInHalf(k_.isa(), valid);
    bool doubles = body_.doubled && packsCodes() && valid <= lanes_ / 2;
    bool joins = !groupRuns_.empty() && groupRuns_.back().vectors == split.length(group) &&
                 groupRuns_.back().validInLast == valid;
    if (joins)
      ++groupRuns_.back().count;
    else
      groupRuns_.push_back(
          {group, 1, split.start(group), split.length(group), valid, half, doubles});
  }
}

void Convolution::forGroups(Value from, Value to,
                            function_ref<void(const GroupRun &, Value vector)> body) {
  for (const GroupRun &run : groupRuns_) {
    Value first = k_.larger(from, k_.index(run.firstGroup));
    Value last = k_.smaller(to, k_.index(run.firstGroup + run.count));
    k_.loop(first, last, 1, [&](Value group) {
      Value vector = k_.add(k_.mul(group, run.vectors),
                            k_.index(run.firstVector - run.firstGroup * run.vectors));
      body(run, vector);
    });
  }
}

void Convolution::forTiles(Value row, Value from, Value to, const GroupRun &group, Value vector) {
  for (const TileRun &run : tileRuns_) {
    if (run.border) { // by itself, its place known: only rows of tiles have borders
      tile(row, k_.index(run.firstPixel), run, group, vector);
      continue;
    }
    Value first = k_.larger(from, k_.index(run.firstTile));
    Value last = k_.smaller(to, k_.index(run.firstTile + run.count));
    k_.loop(first, last, 1, [&](Value i) {
      Value pixel =
          k_.add(k_.mul(i, run.pixels), k_.index(run.firstPixel - run.firstTile * run.pixels));
      tile(row, pixel, run, group, vector);
    });
  }
}

/// Products of the listed pixels by the instruction for matrices of bytes.
Values Convolution::matrices(function_ref<Value(Value i, int64_t pixel)> place,
                             ArrayRef<int64_t> pixels, ByteMatrixRun run, Values acc) {
  Type byte = cast<MemRefType>(body_.input.getType()).getElementType();
  VectorType eight = k_.vector(byte, 2 * body_.together);
  run.bytes = [&, eight](Value i, size_t listed) {
    return k_.loadVector(eight, body_.input, place(i, pixels[listed]));
  };
  auto sumsOf = [&](int64_t pixel) {
    return MutableArrayRef(acc).slice(static_cast<size_t>(pixel * run.vectors),
                                      static_cast<size_t>(run.vectors));
  };
  Values sums;
  for (int64_t pixel : pixels)
    llvm::append_range(sums, sumsOf(pixel));
  sums = addByteMatrices(k_, run, sums);
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
    return widenReals(k_, vector);
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
    acc = matrices(place, pixels, {group.vectors, done, {}, weight}, acc);
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
  for (int64_t kx = 0; kx < s_.kernelWidth; ++kx) {
    SmallVector<int64_t> inside;
    for (int64_t p : all)
      if (!tile.border || s_.sees(tile.firstPixel + p, kx))
        inside.push_back(p);
    if (inside.empty())
      continue;
    Values tap;
    for (Value row : weights)
      tap.push_back(k_.add(row, kx * inner_ * body_.panel));
    acc = run(k_.add(input, kx * s_.dilationWidth * p_.in.pixel), inside, group, tap, inner_, acc);
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
      Value at = k_.add(place(p_.in, part), k_.mul(row, p_.in.row));
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

void Convolution::tile(Value row, Value pixel, const TileRun &run, const GroupRun &group,
                       Value vector) {
  Part part = partOf(row);
  Values panels, acc;
  for (int64_t v = 0; v < group.vectors; ++v) {
    Value at = k_.mul(k_.add(vector, v), lanes_); // first channel
    Value panel =
        k_.add(k_.mul(k_.div(at, body_.panel), depth_ * body_.panel), k_.rem(at, body_.panel));
    panels.push_back(k_.add(panel, k_.mul(part.group, p_.weights)));
  }
  auto channelOf = [&](int64_t v) {
    return k_.add(k_.mul(k_.add(vector, v), lanes_), k_.mul(part.group, p_.channels));
  };
  for (int64_t p = 0; p < run.pixels; ++p)
    for (int64_t v = 0; v < group.vectors; ++v)
      acc.push_back(
          group.doubles && v + 1 == group.vectors ? k_.constant(body_.accumulator, 0)
          : p > 0 ? acc[static_cast<size_t>(v)]
                  : firstLanes(k_, body_.epilogue.initial(k_, channelOf(v)), typeOf(group, v)));

  Value outRow = part.outRow;
  TapRange taps = verticalTaps(k_, s_, outRow);
  Value top = k_.add(k_.mul(outRow, s_.strideHeight), -s_.padTop);
  auto kernelRow = [&](Value ky, Values sums) {
    Value inRow =
        k_.add(place(p_.in, part), k_.mul(k_.add(top, k_.mul(ky, s_.dilationHeight)), p_.in.row));
    if (input_)
      inRow = k_.add(inRow, input_);
    return products(inRow, pixel, ky, run, group, panels, sums);
  };
  if (s_.kernelHeight == 1 && !s_.hasVerticalBorder())
    acc = kernelRow(k_.index(0), acc);
  else
    acc = k_.loop(taps.from, taps.to, 1, acc, [&](Value ky, ValueRange carried) {
      return kernelRow(ky, Values(carried.begin(), carried.end()));
    });

  acc = extraProducts(part, pixel, run, group, vector, acc);
  Value out = k_.add(place(p_.out, part), k_.mul(outRow, p_.out.row));
  out = k_.add(out, k_.add(k_.mul(pixel, p_.out.pixel), k_.mul(vector, lanes_)));
  finish(acc, out, channelOf(0), run.pixels, group);
}

/// Four vectors at a time where they are packed together: of one pixel, and of several what is left
/// of them.
void Convolution::finish(ArrayRef<Value> sums, Value out, Value channel, int64_t pixels,
                         const GroupRun &group) {
  int64_t most = packsCodes() ? 4 : 1, all = group.vectors - (group.doubles ? 1 : 0);
  if (group.doubles) {
    Values last;
    for (int64_t p = 0; p < pixels; ++p)
      last.push_back(sums[static_cast<size_t>(p * group.vectors + all)]);
    finishDoubled(last, k_.add(out, all * lanes_), k_.add(channel, all * lanes_), group);
  }
  for (int64_t first = 0; first < all; first += most) {
    int64_t vectors = std::min(most, all - first), lanes = vectors * lanes_;
    bool isLast = first + vectors == group.vectors;
    int64_t valid = isLast ? lanes - lanes_ + group.validInLast : lanes;
    EvenSplit blocks = EvenSplit::ofAtMost(pixels, most / vectors);
    for (int64_t block = 0; block < blocks.parts; ++block) {
      Values some;
      for (int64_t p = 0; p < blocks.length(block); ++p)
        for (int64_t v = 0; v < vectors; ++v)
          some.push_back(
              sums[static_cast<size_t>((blocks.start(block) + p) * group.vectors + first + v)]);
      Value index = k_.add(out, blocks.start(block) * p_.out.pixel + first * lanes_);
      Value ofFirst = k_.add(channel, first * lanes_);
      if (some.size() == 1)
        body_.epilogue.finish(k_, some[0], index, ofFirst, valid);
      else
        body_.epilogue.finishBlock(k_, {some, blocks.length(block), lanes, valid, p_.out.pixel},
                                   index, ofFirst);
    }
  }
}

/// Sums of two lanes side by side belong together: of two pixels they fill a vector.
void Convolution::finishDoubled(ArrayRef<Value> sums, Value out, Value channel,
                                const GroupRun &group) {
  constexpr int64_t kMostPixels = 8;
  SmallVector<int64_t> even, odd, twice;
  for (int64_t lane = 0; lane < lanes_; ++lane) {
    even.push_back(2 * lane);
    odd.push_back(2 * lane + 1);
    twice.push_back(lane % (lanes_ / 2));
  }
  Value initial = body_.epilogue.initial(k_, channel);
  initial = vector::ShuffleOp::create(k_, initial, initial, twice);
  EvenSplit blocks = EvenSplit::ofAtMost(static_cast<int64_t>(sums.size()), kMostPixels);
  for (int64_t block = 0; block < blocks.parts; ++block) {
    auto own = sums.slice(static_cast<size_t>(blocks.start(block)),
                          static_cast<size_t>(blocks.length(block)));
    Values pairs;
    for (size_t p = 0; p < own.size(); p += 2) {
      Value next = own[std::min(p + 1, own.size() - 1)];
      Value sum = arith::AddIOp::create(k_, vector::ShuffleOp::create(k_, own[p], next, even),
                                        vector::ShuffleOp::create(k_, own[p], next, odd));
      pairs.push_back(arith::AddIOp::create(k_, sum, initial));
    }
    Value index = k_.add(out, blocks.start(block) * p_.out.pixel);
    body_.epilogue.finishBlock(
        k_, {pairs, blocks.length(block), lanes_ / 2, group.validInLast, p_.out.pixel}, index,
        channel);
  }
}

void Convolution::build() {
  Value none = k_.index(0), allGroups = k_.index(groups_), allRows = k_.index(rows());
  auto overRows = [&](Value from, Value to, const GroupRun &group, Value vector) {
    k_.loop(from, to, 1, [&](Value row) { rowOfTiles(row, group, vector); });
  };
  switch (order_) {
  case LoopOrder::kGroupUnits:
    k_.units = groups_;
    forGroups(k_.begin(), k_.end(),
              [&](const GroupRun &group, Value vector) { overRows(none, allRows, group, vector); });
    break;
  case LoopOrder::kRowUnits:
    k_.units = rows();
    forGroups(none, allGroups, [&](const GroupRun &group, Value vector) {
      overRows(k_.begin(), k_.end(), group, vector);
    });
    break;
  case LoopOrder::kRowBlocks:
    k_.units = rows();
    k_.loop(k_.begin(), k_.end(), 1, [&](Value row) {
      forGroups(none, allGroups,
                [&](const GroupRun &group, Value vector) { rowOfTiles(row, group, vector); });
    });
    break;
  case LoopOrder::kPixelUnits:
    k_.units = tiles_.parts;
    forGroups(none, allGroups, [&](const GroupRun &group, Value vector) {
      forTiles(none, k_.begin(), k_.end(), group, vector);
    });
    break;
  case LoopOrder::kPixelBlocks: {
    int64_t block = std::max<int64_t>(1, kBlockPixels / tiles_.longest());
    k_.units = tiles_.parts;
    k_.loop(k_.begin(), k_.end(), block, [&](Value from) {
      Value to = k_.smaller(k_.add(from, block), k_.end());
      forGroups(none, allGroups, [&](const GroupRun &group, Value vector) {
        forTiles(none, from, to, group, vector);
      });
    });
    break;
  }
  }
}

} // namespace

void buildConvolution(KernelBuilder &k, const ConvShape &shape, const ConvBody &body) {
  Convolution(k, shape, body).build();
}

void buildProducts(KernelBuilder &k, const ConvShape &shape, const ConvBody &body, Value input,
                   Value from, Value to) {
  Convolution(k, shape, body).buildRows(from, to, input);
}

} // namespace tandem::cpu
