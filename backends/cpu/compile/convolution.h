#pragma once

#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/f16_products.h"
#include "backends/cpu/compile/matrix_products.h"
#include "backends/cpu/compile/packing.h"
#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/row_range.h"

namespace tandem::cpu {

/// Groups of output channels that have equal code.
struct GroupRun {
  int64_t firstGroup, count, firstVector, vectors;
  int64_t validInLast; ///< lanes of the last vector that exist
  bool endsInHalf;     ///< the last vector is half a one
  bool doubles;        ///< the last vector has two products of its channels in its lanes
};

/// Writes the loops of a convolution: what is computed in which order (conv_template.cpp), a tile
/// with what becomes of its sums (conv_tile.cpp), and the products of a tile (conv_products.cpp).
class Convolution {
public:
  Convolution(codegen::KernelBuilder &k, const ConvShape &shape, const ConvBody &body);

  void build();
  /// Some rows, as a part of a kernel. `once`: each weight is not read again for a long time.
  void buildRows(const RowRange &rows, bool once);

private:
  using Values = codegen::KernelBuilder::Values;

  /// What a row of the output is of: rows of all groups of all entries are counted through.
  struct Part {
    mlir::Value entry, group, outRow;
  };

  ConvQuestion question() const;
  void makeGroups(int64_t vectorsAtMost);
  void forGroups(mlir::Value from, mlir::Value to,
                 llvm::function_ref<void(const GroupRun &, mlir::Value vector)> body);
  void forTiles(mlir::Value row, mlir::Value from, mlir::Value to, const GroupRun &group,
                mlir::Value vector);
  void rowOfTiles(mlir::Value row, const GroupRun &group, mlir::Value vector) {
    forTiles(row, k_.index(0), k_.index(tiles_.parts), group, vector);
  }
  void tile(mlir::Value row, mlir::Value pixel, const TileRun &run, const GroupRun &group,
            mlir::Value vector);
  void finish(llvm::ArrayRef<mlir::Value> sums, mlir::Value out, mlir::Value channel,
              int64_t pixels, const GroupRun &group);
  void finishSingly(llvm::ArrayRef<mlir::Value> sums, mlir::Value out, mlir::Value channel,
                    int64_t pixels, const GroupRun &group);
  void finishDoubled(llvm::ArrayRef<mlir::Value> sums, mlir::Value out, mlir::Value channel,
                     const GroupRun &group);
  Values runDoubled(mlir::Value input, llvm::ArrayRef<int64_t> pixels, const GroupRun &group,
                    llvm::ArrayRef<mlir::Value> weights, int64_t depth, Values acc);
  Values products(mlir::Value inRow, mlir::Value pixel, mlir::Value ky, const TileRun &run,
                  const GroupRun &group, llvm::ArrayRef<mlir::Value> panels, Values acc);
  Values extraProducts(const Part &part, mlir::Value pixel, const TileRun &run,
                       const GroupRun &group, mlir::Value vector, Values acc);
  Values run(mlir::Value input, llvm::ArrayRef<int64_t> pixels, const GroupRun &group,
             llvm::ArrayRef<mlir::Value> weights, int64_t depth, Values acc);
  Values runInF16(mlir::Value input, llvm::ArrayRef<int64_t> pixels, const GroupRun &group,
                  llvm::ArrayRef<mlir::Value> weights, int64_t depth, Values acc);
  Values runOfSums(mlir::Value input, llvm::ArrayRef<int64_t> pixels, const GroupRun &group,
                   llvm::ArrayRef<mlir::Value> weights, int64_t depth, Values acc);
  Values matrices(llvm::function_ref<mlir::Value(mlir::Value i, int64_t pixel)> place,
                  llvm::ArrayRef<int64_t> pixels, MatrixRun run, Values acc);
  /// Whether all products of a sum are added up in f16.
  bool sumsInF16() const { return body_.inF16 && depth_ <= kMostF16Sums; }
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

  Part partOf(mlir::Value row);
  /// The elements of as many products as there are lanes.
  mlir::Value activations(mlir::Value at);
  /// The elements of one product, in all lanes of the group's first vector.
  mlir::Value activation(mlir::Value at, const GroupRun &group);
  /// The elements of two products, in lanes side by side.
  mlir::Value activationPair(mlir::Value at);
  mlir::VectorType typeOf(const GroupRun &group, int64_t vector) {
    bool isHalf = group.endsInHalf && vector + 1 == group.vectors;
    return isHalf ? k_.halfVectorF32() : body_.accumulator;
  }
  mlir::Type storedWeight() {
    return mlir::cast<mlir::MemRefType>(body_.weights.getType()).getElementType();
  }
  mlir::Value place(const ConvPlaces::Steps &steps, const Part &part) {
    return k_.add(k_.dot({part.entry, part.group}, {steps.entry, steps.group}), steps.offset);
  }

  codegen::KernelBuilder &k_;
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
  RowPlaces in_, out_;
};

} // namespace tandem::cpu
