// The kernel of DepthwiseBytes: what it loads, interleaves, multiplies and stores.

#include "backends/cpu/compile/depthwise_bytes.h"
#include "backends/cpu/compile/interleave.h"
#include "backends/cpu/compile/quantize.h"
#include "backends/cpu/compile/reals.h"

#include <map>
#include <set>

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

/// One kernel while it is built.
class DepthwiseBytesCode {
public:
  DepthwiseBytesCode(KernelBuilder &k, const DepthwiseBytes &plan, const DepthwiseBytes::Body &body)
      : k_(k), d_(plan), s_(plan.shape_), body_(body) {}

  void build(Value unit);

private:
  /// Whether pixels of a vector are loaded and stored one by one.
  bool inPieces() const {
    return d_.pixels_ > 1 && !DepthwiseBytes::isDense(s_, d_.inStep_, d_.outStep_);
  }
  Value loadPieces(Value at, int64_t knownColumn, bool border);
  /// Vectors of results side by side: `count` runs of them whose columns all are inside, or one
  /// whose place is known.
  struct Run {
    int64_t first, count, vectors;
    bool border;
  };
  /// What a unit and a block of channels have in common.
  struct Place {
    Value unit, block, firstSlot, weights;
    Values inRows, outRows; ///< where the rows begin, by channels of the block
  };

  int64_t vectorsInRow() const { return (s_.outWidth + d_.pixels_ - 1) / d_.pixels_; }
  /// First pixel of a vector; the last one may overlap.
  int64_t pixelOf(int64_t vector) const {
    return std::min(vector * d_.pixels_, s_.outWidth - d_.pixels_);
  }
  int64_t columnOf(int64_t pixel, int64_t kx) const {
    return pixel * s_.strideWidth + kx * s_.dilationWidth - s_.padLeft;
  }
  // From a tile's first pixel or column on.
  int64_t distanceOf(const Run &run, int64_t vector) const {
    return pixelOf(run.first + vector) - pixelOf(run.first);
  }
  int64_t columnOf(const Run &run, int64_t vector, int64_t kx) const {
    return distanceOf(run, vector) * s_.strideWidth + kx * s_.dilationWidth;
  }
  using Reach = std::set<int64_t>;           ///< columns that a tile sees
  using Columns = std::map<int64_t, Values>; ///< as interleaved() gives them
  Reach reachOf(const Run &run) const;
  std::vector<Run> runs() const;
  void block(Value unit, Value block);
  void tiles(const Place &place, const Run &run);
  Columns tile(const Place &place, const Run &run, Value firstVector, Columns columns);
  Values interleaved(const Place &place, Value column, int64_t knownColumn, bool border);
  Value loadRow(Value at, int64_t knownColumn, bool border);
  void finish(const Place &place, ArrayRef<Value> sums, Value pixel, int64_t row);
  void store(Value codes, Value at, int64_t valid);

  static constexpr int64_t kBytes = DepthwiseBytes::kBytes, kTogether = DepthwiseBytes::kTogether,
                           kQuarters = DepthwiseBytes::kQuarters, kWords = DepthwiseBytes::kWords;

  KernelBuilder &k_;
  const DepthwiseBytes &d_;
  const ConvShape &s_;
  const DepthwiseBytes::Body &body_;
};

/// Two vectors of results at a time: more columns would not stay in registers.
constexpr int64_t kVectorsOfTile = 2;

std::vector<DepthwiseBytesCode::Run> DepthwiseBytesCode::runs() const {
  std::vector<Run> runs;
  for (int64_t first = 0; first < vectorsInRow(); first += kVectorsOfTile) {
    int64_t vectors = std::min(kVectorsOfTile, vectorsInRow() - first);
    int64_t last = first + vectors - 1;
    bool border = columnOf(pixelOf(first), 0) < 0 ||
                  columnOf(pixelOf(last) + d_.pixels_ - 1, s_.kernelWidth - 1) >= s_.inWidth ||
                  pixelOf(last) != last * d_.pixels_;
    if (!runs.empty() && !border && !runs.back().border && runs.back().vectors == vectors)
      ++runs.back().count;
    else
      runs.push_back({first, 1, vectors, border});
  }
  return runs;
}

/// The same of pixels that are not side by side.
Value DepthwiseBytesCode::loadPieces(Value at, int64_t knownColumn, bool border) {
  VectorType piece = k_.vector(k_.getI8Type(), s_.inChannels);
  Value bytes = k_.constant(k_.vector(k_.getI8Type(), kBytes), body_.zeroPoint);
  for (int64_t pixel = 0; pixel < d_.pixels_; ++pixel) {
    int64_t distance = pixel * s_.strideWidth, column = knownColumn + distance;
    if (border && (column < 0 || column >= s_.inWidth))
      continue;
    Value own = k_.loadVector(piece, body_.input, k_.add(at, distance * d_.inStep_));
    bytes = vector::InsertStridedSliceOp::create(
        k_, own, bytes, ArrayRef<int64_t>{pixel * s_.inChannels}, ArrayRef<int64_t>{1});
  }
  return bytes;
}

/// 64 bytes of an input row, unsigned. Pixels outside are the zero point.
Value DepthwiseBytesCode::loadRow(Value at, int64_t knownColumn, bool border) {
  VectorType type = k_.vector(k_.getI8Type(), kBytes);
  SmallVector<bool> inside(kBytes, true);
  if (border)
    for (int64_t byte = 0; byte < kBytes; ++byte) {
      int64_t column = knownColumn + (d_.pixels_ > 1 ? byte / s_.inChannels : 0);
      inside[static_cast<size_t>(byte)] = column >= 0 && column < s_.inWidth;
    }
  Value bytes;
  if (inPieces()) {
    bytes = loadPieces(at, knownColumn, border);
  } else if (llvm::all_of(inside, [](bool one) { return one; })) {
    bytes = k_.loadVector(type, body_.input, at);
  } else {
    Value outside = k_.constant(type, body_.zeroPoint);
    if (llvm::none_of(inside, [](bool one) { return one; })) {
      bytes = outside;
    } else {
      auto maskType = k_.vector(k_.getI1Type(), kBytes);
      Value mask =
          arith::ConstantOp::create(k_, DenseElementsAttr::get(maskType, ArrayRef<bool>(inside)));
      bytes = vector::MaskedLoadOp::create(k_, type, body_.input, ValueRange{at}, mask, outside);
    }
  }
  if (!body_.isSigned)
    return bytes;
  return arith::XOrIOp::create(k_, bytes, k_.constant(type, INT8_MIN));
}

/// Pairs of the four rows, whose bytes go together next: of the lower halves and of the upper ones.
Values DepthwiseBytesCode::interleaved(const Place &place, Value column, int64_t knownColumn,
                                       bool border) {
  Values rows;
  for (Value start : place.inRows)
    rows.push_back(loadRow(k_.add(start, k_.mul(column, d_.inStep_)), knownColumn, border));
  while (rows.size() < kTogether) // their weights are zero
    rows.push_back(rows.back());
  VectorType pairs = k_.vector(k_.getI16Type(), kBytes / 2);
  Values result;
  for (bool high : {false, true})
    for (size_t row : {0, 2})
      result.push_back(
          vector::BitCastOp::create(k_, pairs, interleave(k_, rows[row], rows[row + 1], high)));
  return result;
}

DepthwiseBytesCode::Reach DepthwiseBytesCode::reachOf(const Run &run) const {
  Reach reach;
  for (int64_t vector = 0; vector < run.vectors; ++vector)
    for (int64_t kx = 0; kx < s_.kernelWidth; ++kx)
      reach.insert(columnOf(run, vector, kx));
  return reach;
}

/// The tiles of a run: columns that the next one sees too are handed on to it.
void DepthwiseBytesCode::tiles(const Place &place, const Run &run) {
  if (run.count == 1) {
    tile(place, run, k_.index(run.first), {});
    return;
  }
  int64_t step = run.vectors * d_.pixels_ * s_.strideWidth;
  Reach reach = reachOf(run);
  SmallVector<int64_t> shared; // distances, of the next tile
  Values carried;
  for (int64_t distance : reach) {
    if (!reach.contains(distance + step))
      continue;
    shared.push_back(distance);
    Value first = k_.index(columnOf(pixelOf(run.first), 0) + distance);
    llvm::append_range(carried, interleaved(place, first, 0, /*border=*/false));
  }
  k_.loop(k_.index(0), k_.index(run.count), 1, carried, [&](Value i, ValueRange values) {
    Columns columns;
    size_t each = static_cast<size_t>(kQuarters);
    for (auto [number, distance] : llvm::enumerate(shared)) {
      ValueRange own = values.slice(number * each, each);
      columns[distance] = Values(own.begin(), own.end());
    }
    columns = tile(place, run, k_.add(k_.mul(i, run.vectors), run.first), std::move(columns));
    Values next;
    for (int64_t distance : shared)
      llvm::append_range(next, columns[distance + step]);
    return next;
  });
}

/// `columns` are those that are there already; all of them come back.
DepthwiseBytesCode::Columns DepthwiseBytesCode::tile(const Place &place, const Run &run,
                                                     Value firstVector, Columns columns) {
  Value pixel = run.border ? k_.index(pixelOf(run.first)) : k_.mul(firstVector, d_.pixels_);
  Value firstColumn = k_.add(k_.mul(pixel, s_.strideWidth), -s_.padLeft);
  for (int64_t distance : reachOf(run))
    if (!columns.contains(distance))
      columns[distance] = interleaved(place, k_.add(firstColumn, distance),
                                      columnOf(pixelOf(run.first), 0) + distance, run.border);

  std::vector<Values> sums(static_cast<size_t>(run.vectors * d_.rows_));
  for (int64_t quarter = 0; quarter < kQuarters; ++quarter) {
    std::map<int64_t, Value> words;
    auto half = static_cast<size_t>(quarter / 2 * 2);
    for (auto &[distance, halves] : columns)
      words[distance] = vector::BitCastOp::create(
          k_, k_.vectorI32(), interleave(k_, halves[half], halves[half + 1], quarter % 2 != 0));
    // The rows' slots differ in what their sums begin with only.
    Value ofChannels = k_.add(place.firstSlot, quarter * kWords);
    for (int64_t row = 0; row < d_.rows_; ++row)
      for (int64_t vector = 0; vector < run.vectors; ++vector) {
        Value sum = body_.scaling.initial(k_, k_.add(ofChannels, row * kBytes));
        for (int64_t i = 0; i < s_.kernelWidth * d_.parts_; ++i) {
          int64_t kx = i / d_.parts_;
          if (!d_.hasPart(i % d_.parts_, kx, quarter))
            continue;
          Value at = k_.add(place.weights,
                            (row * s_.kernelWidth * d_.parts_ + i) * kBytes + quarter * kWords);
          Value weights = k_.loadVector(k_.vectorI32(), body_.weights, at);
          sum = k_.byteDot(words[columnOf(run, vector, kx)], weights, sum);
        }
        sums[static_cast<size_t>(row * run.vectors + vector)].push_back(
            body_.scaling.wide(k_, sum, ofChannels));
      }
  }
  for (int64_t row = 0; row < d_.rows_; ++row) {
    auto store = [&] {
      for (int64_t vector = 0; vector < run.vectors; ++vector)
        finish(place, sums[static_cast<size_t>(row * run.vectors + vector)],
               k_.add(pixel, distanceOf(run, vector)), row);
    };
    if (row == 0 || s_.outHeight % d_.rows_ == 0)
      store();
    else
      k_.when(k_.less(k_.add(k_.mul(k_.rem(place.unit, d_.rowUnits()), d_.rows_), row),
                      k_.index(s_.outHeight)),
              store);
  }
  return columns;
}

void DepthwiseBytesCode::finish(const Place &place, ArrayRef<Value> codes, Value pixel,
                                int64_t row) {
  Value bytes =
      k_.packSaturated(k_.packSaturated(codes[0], codes[1]), k_.packSaturated(codes[2], codes[3]));
  bytes = body_.scaling.fromSigned(k_, bytes);
  Value at = k_.add(place.outRows[static_cast<size_t>(row)], k_.mul(pixel, d_.outStep_));
  if (inPieces()) {
    for (int64_t i = 0; i < d_.pixels_; ++i) {
      Value own = vector::ExtractStridedSliceOp::create(
          k_, bytes, ArrayRef<int64_t>{i * s_.inChannels}, ArrayRef<int64_t>{s_.inChannels},
          ArrayRef<int64_t>{1});
      store(own, k_.add(at, i * d_.outStep_), s_.inChannels);
    }
    return;
  }
  int64_t valid = d_.pixels_ > 1 ? kBytes : std::min(kBytes, s_.inChannels);
  store(bytes, at, valid);
}

/// The first `valid` codes, or their reals.
void DepthwiseBytesCode::store(Value codes, Value at, int64_t valid) {
  if (!body_.reals)
    return k_.storePart(codes, body_.output, at, valid);
  int64_t lanes = std::min(k_.isa().lanes(), cast<VectorType>(codes.getType()).getNumElements());
  for (int64_t first = 0; first < valid; first += lanes) {
    Value some = vector::ExtractStridedSliceOp::create(
        k_, codes, ArrayRef<int64_t>{first}, ArrayRef<int64_t>{lanes}, ArrayRef<int64_t>{1});
    storeReals(k_, realOf(k_, some, *body_.reals), body_.output, k_.add(at, first),
               std::min(lanes, valid - first));
  }
}

void DepthwiseBytesCode::block(Value unit, Value block) {
  int64_t blocks = static_cast<int64_t>(d_.blockStarts_.size());
  Value channel = k_.mul(block, kBytes);
  if (blocks > 1 && s_.inChannels % kBytes != 0)
    channel = k_.smaller(channel, k_.index(d_.blockStarts_.back()));
  channel = k_.add(channel, d_.first_);
  Value entry = s_.batch > 1 ? k_.div(unit, d_.rowUnits()) : k_.index(0);
  Value ofEntry = s_.batch > 1 ? k_.rem(unit, d_.rowUnits()) : unit;
  Place place;
  place.unit = unit;
  place.block = block;
  Value slot =
      arith::IndexCastOp::create(k_, k_.getIndexType(), k_.load(body_.firstSlots, ofEntry));
  place.firstSlot = k_.add(slot, k_.mul(block, d_.rows_ * kBytes));
  place.weights = k_.mul(place.firstSlot, s_.kernelWidth * d_.parts_);
  int64_t inRow = s_.inWidth * d_.inStep_;
  Value top = k_.add(k_.mul(ofEntry, d_.rows_ * s_.strideHeight), -s_.padTop);
  // Rows outside are replaced by the nearest one: their weights are zero.
  for (int64_t tap = 0; tap < s_.kernelHeight + d_.rows_ - 1; ++tap) {
    Value y = k_.add(top, tap * s_.dilationHeight);
    y = k_.smaller(k_.larger(y, k_.index(0)), k_.index(s_.inHeight - 1));
    Value ofImage = k_.add(k_.mul(entry, s_.inHeight * inRow), channel);
    place.inRows.push_back(k_.add(body_.in.of(k_, y, inRow), ofImage));
  }
  int64_t outRow = s_.outWidth * d_.outStep_;
  for (int64_t row = 0; row < d_.rows_; ++row) {
    Value y = k_.add(k_.mul(ofEntry, d_.rows_), row);
    Value ofImage = k_.add(k_.mul(entry, s_.outHeight * outRow), channel);
    place.outRows.push_back(k_.add(body_.out.of(k_, y, outRow), ofImage));
  }
  for (const Run &run : runs())
    tiles(place, run);
}

void DepthwiseBytesCode::build(Value unit) {
  k_.loop(static_cast<int64_t>(d_.blockStarts_.size()), [&](Value number) { block(unit, number); });
}

void DepthwiseBytes::build(KernelBuilder &k, Value unit, const Body &body) const {
  DepthwiseBytesCode(k, *this, body).build(unit);
}

} // namespace tandem::cpu
