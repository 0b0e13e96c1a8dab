#include "backends/cpu/compile/convolution.h"

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

Convolution::Convolution(KernelBuilder &k, const ConvShape &shape, const ConvBody &body)
    : k_(k), s_(shape), p_(body.places), body_(body), lanes_(k.isa().lanes()),
      inner_(shape.inChannels / body.together), depth_(shape.taps() * inner_) {
  int64_t stepBytes = s_.strideWidth * p_.in.pixel * (body.inF16 ? 2 : 4) / body.together;
  ConvQuestion question = this->question();
  std::optional<ConvSchedule> tuned = body.tuning ? body.tuning->find(question) : std::nullopt;
  bool readsAgain = rows() * s_.outWidth > 1; // the weights, with the next tile
  TileLimits limits = packsCodes() && readsAgain ? limitsOfCodes(depth_) : TileLimits();
  limits.pixels = pixelsSideBySide(stepBytes);
  Tile tile = tuned ? tuned->tile
                    : chooseTile(k.isa(), s_.outWidth, s_.outChannels, body.registers, limits);
  tiles_ =
      EvenSplit::ofAtMost(s_.outWidth, tile.pixels, body.registers.pixelsTogether(tile.pixels));
  tileRuns_ = tileRuns(s_, tiles_);
  makeGroups(tile.vectors);
  order_ = tuned && (singleRow() || !walksPixels(tuned->order))
               ? tuned->order
               : chooseOrder(rows(), tiles_.parts, rows() * s_.outWidth, groups_, singleRow());
  if (body.tuning && !body.tuning->isExhausted(question))
    k.schedule = question.key() + ": " +
                 scheduleText({{tiles_.longest(), groupRuns_.front().vectors}, order_});
}

/// All that its time depends on, but for what the epilogue adds.
ConvQuestion Convolution::question() const {
  bool isReal = isa<FloatType>(body_.accumulator.getElementType());
  std::string element = body_.inF16           ? "f16"
                        : isReal              ? body_.together == 1 ? "f32" : "bf16"
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

void Convolution::buildRows(const RowRange &rows, bool once) {
  in_ = rows.in;
  out_ = rows.out;
  order_ = once ? LoopOrder::kRowUnits : LoopOrder::kRowBlocks;
  k_.loop(rows.from, rows.to, 1, [&](Value row) {
    forGroups(k_.index(0), k_.index(groups_),
              [&](const GroupRun &group, Value vector) { rowOfTiles(row, group, vector); });
  });
}

void buildConvolution(KernelBuilder &k, const ConvShape &shape, const ConvBody &body) {
  Convolution(k, shape, body).build();
}

void buildProducts(KernelBuilder &k, const ConvShape &shape, const ConvBody &body, Value input,
                   Value from, Value to) {
  Convolution(k, shape, body).buildRows({from, to, {input}, {}}, /*once=*/true);
}

void buildConvolutionRows(KernelBuilder &k, const ConvShape &shape, const ConvBody &body,
                          const RowRange &rows) {
  Convolution(k, shape, body).buildRows(rows, /*once=*/false);
}

} // namespace tandem::cpu
