#include "backends/cpu/compile/winograd.h"

#include "backends/cpu/compile/bf16_pairs.h"
#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/winograd_transforms.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

/// Errors of a layer beyond this part of its largest result are too large: those of several layers
/// are to stay below 1e-4.
constexpr double kLargestError = 2e-5;

namespace {

/// Equal tiles along one dimension: which of their inputs lie inside the image, [from, to), and how
/// many of their results.
struct WindowRun {
  int64_t firstTile, count, from, to, results;
};

struct Winograd {
  ConvShape s;
  int64_t m;             ///< results of a tile in each dimension
  int64_t inStep = 0;    ///< from pixel to pixel of the input
  int64_t blockRows = 1; ///< tile rows of a block at most

  int64_t window() const { return m + 2; }
  int64_t products() const { return window() * window(); }
  int64_t tileRows() const { return (s.outHeight + m - 1) / m; }
  int64_t tileColumns() const { return (s.outWidth + m - 1) / m; }
  int64_t tiles() const { return tileRows() * tileColumns(); }
  EvenSplit blocks() const { return EvenSplit::ofAtMost(tileRows(), blockRows); }
  int64_t blockTiles() const { return blocks().longest() * tileColumns(); }
  /// Rows of factors or products lie so that they do not meet in the first cache.
  static int64_t rowElements(int64_t channels) {
    int64_t whole = (channels + kPanel - 1) / kPanel * kPanel;
    return whole % 64 == 0 ? whole + kPanel : whole;
  }
  int64_t factorElements() const { return products() * blockTiles() * rowElements(s.inChannels); }
  int64_t productElements() const { return products() * blockTiles() * rowElements(s.outChannels); }
  int64_t weightBytes() const {
    return products() * s.inChannels * ((s.outChannels + kPanel - 1) / kPanel * kPanel) * 4;
  }

  std::vector<WindowRun> runs(int64_t in, int64_t out, int64_t pad) const {
    std::vector<WindowRun> result;
    for (int64_t tile = 0; tile * m < out; ++tile) {
      int64_t start = tile * m - pad;
      WindowRun run{tile, 1, std::clamp<int64_t>(-start, 0, window()),
                    std::clamp<int64_t>(in - start, 0, window()), std::min(m, out - tile * m)};
      if (!result.empty() && result.back().from == run.from && result.back().to == run.to &&
          result.back().results == run.results)
        ++result.back().count;
      else
        result.push_back(run);
    }
    return result;
  }
};

struct VectorMath {
  using Value = mlir::Value;
  KernelBuilder &k;
  Value add(Value a, Value b) const { return arith::AddFOp::create(k, a, b); }
  Value sub(Value a, Value b) const { return arith::SubFOp::create(k, a, b); }
  Value fma(double factor, Value a, Value b) const {
    return k.fma(k.constant(k.vectorF32(), factor), a, b);
  }
};

/// A block of tile rows of one entry of the batch: its sizes are known, its place is not.
struct Block {
  Value entry, firstRow;
  int64_t tiles;
  Value factors, products; ///< where they begin
};

class WinogradCode {
public:
  WinogradCode(KernelBuilder &k, const Winograd &winograd)
      : k_(k), w_(winograd), s_(winograd.s), rows_(w_.runs(s_.inHeight, s_.outHeight, s_.padTop)),
        columns_(w_.runs(s_.inWidth, s_.outWidth, s_.padLeft)) {}

  /// Tile rows [from, to) of the block.
  void factors(const Block &block, Value from, Value to, Value input, Value factors);
  /// Products [from, to) of all its tiles.
  void products(const Block &block, Value from, Value to, Value factors, Value weights,
                Value products);
  void results(const Block &block, Value from, Value to, Value products, const Epilogue &epilogue);

private:
  using TileBody = function_ref<void(const WindowRun &row, const WindowRun &column, Value tileRow,
                                     Value tileColumn)>;
  void forTiles(Value from, Value to, TileBody body) {
    for (const WindowRun &row : rows_) {
      Value first = k_.larger(from, k_.index(row.firstTile));
      Value last = k_.smaller(to, k_.index(row.firstTile + row.count));
      k_.loop(first, last, 1, [&](Value tileRow) {
        for (const WindowRun &column : columns_)
          k_.loop(k_.index(column.firstTile), k_.index(column.firstTile + column.count), 1,
                  [&](Value tileColumn) { body(row, column, tileRow, tileColumn); });
      });
    }
  }
  Value tileOf(const Block &block, Value row, Value column) {
    return k_.add(k_.mul(k_.sub(row, block.firstRow), w_.tileColumns()), column);
  }

  KernelBuilder &k_;
  const Winograd &w_;
  const ConvShape &s_;
  std::vector<WindowRun> rows_, columns_;
};

void WinogradCode::factors(const Block &block, Value from, Value to, Value input, Value factors) {
  int64_t size = w_.window(), element = w_.rowElements(s_.inChannels);
  VectorType type = k_.vectorF32();
  forTiles(from, to, [&](const WindowRun &row, const WindowRun &column, Value y, Value x) {
    Value top = k_.add(k_.mul(y, w_.m), -s_.padTop), left = k_.add(k_.mul(x, w_.m), -s_.padLeft);
    int64_t pixel = w_.inStep;
    Value in = k_.dot({block.entry, top, left},
                      {s_.inHeight * s_.inWidth * pixel, s_.inWidth * pixel, pixel});
    Value out = k_.add(block.factors, k_.mul(tileOf(block, y, x), element));
    k_.forChannels(s_.inChannels, [&](Value channel, int64_t) {
      Values grid;
      for (int64_t i = 0; i < size; ++i)
        for (int64_t j = 0; j < size; ++j) {
          bool inside = i >= row.from && i < row.to && j >= column.from && j < column.to;
          Value at = k_.add(k_.add(in, (i * s_.inWidth + j) * pixel), channel);
          grid.push_back(inside ? loadReals(k_, type, input, at) : k_.constant(type, 0));
        }
      grid = inTwoDimensions<Value>(grid, static_cast<size_t>(size), [&](ArrayRef<Value> d) {
        return winogradInput(VectorMath{k_}, d);
      });
      for (auto [product, value] : llvm::enumerate(grid))
        k_.storeVector(
            value, factors,
            k_.add(k_.add(out, static_cast<int64_t>(product) * block.tiles * element), channel));
    });
  });
}

void WinogradCode::products(const Block &block, Value from, Value to, Value factors, Value weights,
                            Value products) {
  ConvShape shape = ConvShape::product(block.tiles, s_.inChannels, s_.outChannels);
  auto steps = [&](int64_t channels) {
    int64_t pixel = w_.rowElements(channels);
    return ConvPlaces::Steps{.pixel = pixel, .row = 0, .entry = 0, .group = block.tiles * pixel};
  };
  ConvPlaces places = {.groups = w_.products(),
                       .in = steps(s_.inChannels),
                       .out = steps(s_.outChannels),
                       .weights = w_.weightBytes() / 4 / w_.products()};
  Epilogue epilogue = {[](KernelBuilder &k, Value) { return k.constant(k.vectorF32(), 0); },
                       [&](KernelBuilder &k, Value sum, Value index, Value, int64_t valid) {
                         k.storePart(sum, products, k.add(block.products, index), valid);
                       }};
  ConvBody body{.input = factors,
                .weights = weights,
                .accumulator = k_.vectorF32(),
                .registers = {.halves = true},
                .product = [&](Value x, Value weight, Value acc) { return k_.fma(x, weight, acc); },
                .epilogue = epilogue,
                .places = places};
  buildProducts(k_, shape, body, block.factors, from, to);
}

void WinogradCode::results(const Block &block, Value from, Value to, Value products,
                           const Epilogue &epilogue) {
  auto size = static_cast<size_t>(w_.window());
  int64_t element = w_.rowElements(s_.outChannels);
  forTiles(from, to, [&](const WindowRun &row, const WindowRun &column, Value y, Value x) {
    Value in = k_.add(block.products, k_.mul(tileOf(block, y, x), element));
    int64_t pixel = epilogue.pixelStep;
    Value out = k_.dot({block.entry, y, x}, {s_.outHeight * s_.outWidth * pixel,
                                             w_.m * s_.outWidth * pixel, w_.m * pixel});
    k_.forChannels(s_.outChannels, [&](Value channel, int64_t valid) {
      Values grid;
      for (int64_t product = 0; product < w_.products(); ++product)
        grid.push_back(k_.loadVector(k_.vectorF32(), products,
                                     k_.add(k_.add(in, product * block.tiles * element), channel)));
      // The second product of the second row is in all results, with factor one.
      Value &shared = grid[size + 1];
      shared = arith::AddFOp::create(k_, shared, epilogue.initial(k_, channel));
      grid = inTwoDimensions<Value>(
          grid, size, [&](ArrayRef<Value> p) { return winogradResult(VectorMath{k_}, p); });
      Values results, places;
      for (int64_t i = 0; i < row.results; ++i)
        for (int64_t j = 0; j < column.results; ++j) {
          results.push_back(grid[static_cast<size_t>(i * w_.m + j)]);
          places.push_back(k_.add(k_.add(out, (i * s_.outWidth + j) * pixel), channel));
        }
      finishAll(k_, epilogue, results, places, channel, valid);
    });
  });
}

/// Cycles at 16 lanes, from measurements of the experiments: products, transforms, and weights that
/// come from the third cache or from memory. `m` = 1: direct multiplication, perhaps in 16
/// bits.
double expectedCycles(const ConvShape &s, int64_t m, bool isTwiceAsFast = false) {
  auto vectors = [](int64_t channels) {
    return static_cast<double>((channels + kPanel - 1) / kPanel);
  };
  constexpr double kBytesPerCycle = 8;
  double in = static_cast<double>(s.inChannels),
         pixels = static_cast<double>(s.outHeight * s.outWidth);
  if (m == 1)
    return (pixels * 9 * in * vectors(s.outChannels) +
            9 * in * vectors(s.outChannels) * 64 / kBytesPerCycle) /
           (isTwiceAsFast ? 2 : 1);
  Winograd w{s, m};
  double tiles = static_cast<double>(w.tiles()), products = static_cast<double>(w.products());
  double transforms = m == 2 ? 60 : 180;
  return tiles * products * (in + 2) * vectors(s.outChannels) +
         tiles * transforms * (vectors(s.inChannels) + vectors(s.outChannels)) +
         static_cast<double>(w.weightBytes()) / kBytesPerCycle;
}

/// The results of a tile in each dimension; 1 for no Winograd.
int64_t chooseResults(const ConvShape &s, const WinogradFilter &filter, bool isTwiceAsFast) {
  double direct = expectedCycles(s, 1, isTwiceAsFast), two = expectedCycles(s, 2),
         four = expectedCycles(s, 4);
  // Of about equal ones the one with smaller weights and errors.
  if (four < 0.85 * direct && four < 0.9 * two && winogradError(filter, 4) < kLargestError)
    return 4;
  return two < 0.85 * direct && winogradError(filter, 2) < kLargestError ? 2 : 1;
}

bool suits(graph::Conv2dOp conv) {
  ArrayRef<int64_t> filter = graph::tensorType(conv.getFilter()).getShape();
  auto all = [](ArrayRef<int64_t> values, int64_t one) {
    return llvm::all_of(values, [&](int64_t value) { return value == one; });
  };
  return filter[1] == 3 && filter[2] == 3 && all(conv.getStride(), 1) &&
         all(conv.getDilation(), 1) && conv.getGroups() == 1 && filter[0] >= kPanel &&
         filter[3] >= kPanel && graph::constantOf(conv.getFilter());
}

/// Blocks one after another, all three stages of each: they are its units.
void planBlocks(const Winograd &w, graph::Conv2dOp conv, TypedBuffer packed, Plan &plan) {
  int64_t units = w.s.batch * w.blocks().parts;
  Buffers buffers(plan);
  unsigned input = buffers.add(conv.getInput()), weights = buffers.add(packed);
  unsigned factors = buffers.add(plan.scratch({ElementType::kF32, units * w.factorElements()}));
  unsigned products = buffers.add(plan.scratch({ElementType::kF32, units * w.productElements()}));
  Epilogue epilogue = floatEpilogue(conv, conv.getActivation(), plan, buffers);
  auto build = [=](KernelBuilder &k) {
    EvenSplit blocks = w.blocks();
    k.units = units;
    // A call has the scratch of its first unit for itself.
    Value firstFactor = k.mul(k.begin(), w.factorElements());
    Value firstProduct = k.mul(k.begin(), w.productElements());
    WinogradCode code(k, w);
    k.loop(k.begin(), k.end(), 1, [&](Value unit) {
      Value number = k.rem(unit, blocks.parts), longer = k.index(blocks.longer());
      auto all = [&](int64_t rows) {
        Block block{k.div(unit, blocks.parts),
                    k.add(k.mul(number, blocks.shorter()), k.smaller(number, longer)),
                    rows * w.tileColumns(), firstFactor, firstProduct};
        Value end = k.add(block.firstRow, rows);
        code.factors(block, block.firstRow, end, k.buffer(input), k.buffer(factors));
        code.products(block, k.index(0), k.index(w.products()), k.buffer(factors),
                      k.buffer(weights), k.buffer(products));
        code.results(block, block.firstRow, end, k.buffer(products), epilogue);
      };
      if (blocks.longer() == 0)
        return all(blocks.shorter());
      k.when(k.less(number, longer), [&] { all(blocks.longest()); });
      k.when(k.less(k.add(longer, -1), number), [&] { all(blocks.shorter()); });
    });
  };
  plan.step({buffers.types, build}, buffers.ids);
}

/// The whole image as one block: each stage is a step, so that threads can share it.
void planStages(const Winograd &w, graph::Conv2dOp conv, TypedBuffer packed, Plan &plan) {
  TypedBuffer factors = plan.scratch({ElementType::kF32, w.factorElements()});
  TypedBuffer products = plan.scratch({ElementType::kF32, w.productElements()});
  auto whole = [=](KernelBuilder &k) {
    return Block{k.index(0), k.index(0), w.tiles(), k.index(0), k.index(0)};
  };
  Buffers first(plan);
  first.add(conv.getInput());
  first.add(factors);
  plan.step({first.types,
             [=](KernelBuilder &k) {
               k.units = w.tileRows();
               WinogradCode(k, w).factors(whole(k), k.begin(), k.end(), k.buffer(0), k.buffer(1));
             }},
            first.ids);
  Buffers second(plan);
  for (const TypedBuffer &buffer : {factors, packed, products})
    second.add(buffer);
  plan.step({second.types,
             [=](KernelBuilder &k) {
               k.units = w.products();
               WinogradCode(k, w).products(whole(k), k.begin(), k.end(), k.buffer(0), k.buffer(1),
                                           k.buffer(2));
             }},
            second.ids);
  Buffers third(plan);
  third.add(products);
  Epilogue epilogue = floatEpilogue(conv, conv.getActivation(), plan, third);
  plan.step({third.types,
             [=](KernelBuilder &k) {
               k.units = w.tileRows();
               WinogradCode(k, w).results(whole(k), k.begin(), k.end(), k.buffer(0), epilogue);
             }},
            third.ids);
}

} // namespace

/// Factors and products of a block of tiles stay in the second cache, beside the weights; weights
/// that do not fit there are better read seldom.
static int64_t bytesOfBlock(const Winograd &w, int64_t secondCache) {
  return w.weightBytes() > secondCache ? 2 * secondCache : secondCache / 1024 * 700;
}

bool planWinograd(graph::Conv2dOp conv, Plan &plan) {
  if (!plan.settings().winograd || !suits(conv))
    return false;
  ConvShape shape = shapeOf(conv);
  auto constant = graph::constantOf(conv.getFilter());
  WinogradFilter filter{constant->as<float>(), shape.outChannels, shape.inChannels};
  bool isTwiceAsFast =
      plan.settings().inF16 || takesPairs(conv.getFilter(), shape.inChannels, /*groups=*/1, plan);
  Winograd w{shape, chooseResults(shape, filter, isTwiceAsFast)};
  if (w.m == 1)
    return false;
  w.inStep = plan.stepOf(conv.getInput());
  std::vector<float> packed = packWinograd(filter, w.m);
  TypedBuffer weights{plan.constant(packed),
                      {ElementType::kF32, static_cast<int64_t>(packed.size())}};
  int64_t ofRow = (w.factorElements() + w.productElements()) * 4; // blocks of one row as yet
  int64_t most = bytesOfBlock(w, plan.settings().secondCache);
  w.blockRows = std::clamp<int64_t>(most / ofRow, 1, w.tileRows());
  bool isOneBlock = shape.batch == 1 && w.blocks().parts == 1;
  (isOneBlock ? planStages : planBlocks)(w, conv, weights, plan);
  return true;
}

} // namespace tandem::cpu
