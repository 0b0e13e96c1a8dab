#include "backends/cpu/compile/bands.h"

#include "backends/cpu/compile/codes.h"
#include "backends/cpu/compile/conv_bytes.h"
#include "backends/cpu/compile/conv_f32.h"
#include "backends/cpu/compile/depthwise.h"
#include "backends/cpu/compile/hybrid.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

// When bands pay, as it was measured (README, "Bands"). Reals between two ops that fit the second
// cache are written and read again at no cost there. Of codes that is so beyond it, too; but bands
// are as fast, and need less memory.
constexpr int64_t kMostWholeCodes = 256 << 10; ///< bytes between two ops
/// The weights of a product are read for each band again: at most so much of the second cache.
constexpr int64_t kPartForWeights = 4;
constexpr size_t kMostStages = 3;

constexpr int64_t kUnits = 8; ///< each makes some rows that its neighbour makes too

namespace {

/// An op whose result is made some rows at a time.
struct Stage {
  Operation *op;
  ConvShape shape;
  Value result; ///< what its kernel writes, with what is fused
  RowsCode code = nullptr;

  int64_t reach() const { return (shape.kernelHeight - 1) * shape.dilationHeight + 1; }
  bool movesByOne() const { return shape.strideHeight == 1; }
  /// Whether its code may make two rows together, from an even one on: DepthwiseBytes.
  bool isPaired() const {
    return isa<graph::DepthwiseConv2dOp>(op) && hasCodes(op) && movesByOne();
  }
  /// Rows of the input that so many of the result need.
  int64_t rowsFor(int64_t rows) const { return (rows - 1) * shape.strideHeight + reach(); }
  int64_t outRow() const { return shape.outWidth * shape.outChannels; }
};

/// What a kernel is made of.
struct Bands {
  std::vector<Stage> stages;
  int64_t together = 1; ///< rows of the last stage that are made at a time
  /// Of each result but the last.
  struct Kept {
    int64_t rows;
    bool rounds; ///< what is asked for, to pairs
  };
  std::vector<Kept> kept = {};

  explicit Bands(std::vector<Stage> of) : stages(std::move(of)), kept(stages.size() - 1) {
    auto behindFirst = ArrayRef<Stage>(stages).drop_front();
    bool moveByOne = llvm::all_of(behindFirst, [](const Stage &s) { return s.movesByOne(); });
    together = moveByOne || stages.back().isPaired() ? 2 : 1;
    int64_t rows = together;
    bool areEven = together == 2; // where the rows that are asked for begin and end
    for (size_t i = kept.size(); i-- > 0;) {
      areEven = areEven && isa<graph::Conv2dOp>(stages[i + 1].op);
      kept[i].rounds = stages[i].isPaired() && !areEven;
      kept[i].rows = rows = stages[i + 1].rowsFor(rows) + (kept[i].rounds ? 2 : 0);
      areEven = areEven || kept[i].rounds;
    }
  }
  EvenSplit units() const {
    int64_t height = stages.back().shape.outHeight;
    return {height, std::min(kUnits, (height + together - 1) / together), together};
  }
  int64_t ringElements(size_t stage) const { return kept[stage].rows * stages[stage].outRow(); }
};

} // namespace

static void buildBands(KernelBuilder &k, const Bands &bands) {
  ArrayRef<Stage> stages = bands.stages;
  EvenSplit units = bands.units();
  k.units = units.parts;
  Value none = k.index(0);
  auto rowOf = [&](Value unit) {
    Value longer = k.mul(k.smaller(unit, k.index(units.longer())), units.unit);
    return k.smaller(k.add(k.mul(unit, units.shorter()), longer), k.index(units.total));
  };
  Value to = rowOf(k.end());
  // A call has the rings of its first unit for itself.
  std::vector<RowRange> ranges(stages.size());
  for (size_t i = 0; i + 1 < stages.size(); ++i)
    ranges[i].out =
        ranges[i + 1].in = {k.mul(k.begin(), bands.ringElements(i)), bands.kept[i].rows};
  Values made(stages.size() - 1, none); // rows of each result but the last
  k.loop(rowOf(k.begin()), to, bands.together, made, [&](Value row, ValueRange carried) -> Values {
    ranges.back().from = row;
    ranges.back().to = k.smaller(k.add(row, bands.together), to);
    for (size_t i = stages.size() - 1; i > 0; --i) {
      const ConvShape &s = stages[i].shape;
      auto top = [&](Value y) { return k.add(k.mul(y, s.strideHeight), -s.padTop); };
      Value low = k.larger(top(ranges[i].from), none);
      Value high = k.larger(k.add(top(k.add(ranges[i].to, -1)), stages[i].reach()), none);
      if (bands.kept[i - 1].rounds) {
        low = k.mul(k.div(low, 2), 2);
        high = k.mul(k.div(k.add(high, 1), 2), 2);
      }
      Value all = k.index(s.inHeight);
      ranges[i - 1].from = k.smaller(k.larger(low, carried[i - 1]), all);
      ranges[i - 1].to = k.larger(ranges[i - 1].from, k.smaller(high, all));
    }
    Values next;
    for (const RowRange &range : ranges)
      next.push_back(range.to);
    for (auto [stage, range] : llvm::zip_equal(stages, ranges))
      stage.code(k, &range);
    next.pop_back();
    return next;
  });
}

/// Whether the sums of an op depend on its window only, and its weights are there.
static bool hasPlainWeights(Operation *op) {
  if (!graph::constantOf(op->getOperand(1)))
    return false;
  if (!hasCodes(op))
    return isF32(op->getOperand(1));
  return !isHybrid(op) && (isa<graph::DepthwiseConv2dOp>(op) || areMostlyBytes(op->getOperand(1)));
}

/// The stage that an op can be. A convolution is a matrix product, or a stem: then it is the first.
static std::optional<Stage> stageOf(Operation *op, bool isFirst, Plan &plan) {
  auto conv = dyn_cast<graph::Conv2dOp>(op);
  auto depthwise = dyn_cast<graph::DepthwiseConv2dOp>(op);
  if (!conv && !depthwise)
    return std::nullopt;
  Stage stage{op, conv ? imageShapeOf(conv) : imageShapeOf(depthwise), op->getResult(0)};
  const ConvShape &s = stage.shape;
  if (depthwise && shapeOf(depthwise).inHeight != s.inHeight) // lies down: one row
    return std::nullopt;
  bool isProduct = s.taps() == 1 && s.strideHeight * s.strideWidth == 1 && s.padTop == 0 &&
                   s.padLeft == 0 && s.inHeight == s.outHeight && s.inWidth == s.outWidth;
  bool isStem = isFirst && s.strideHeight > 1;
  int64_t weights = s.taps() * s.outChannels * s.inChannels *
                    static_cast<int64_t>(hasCodes(op) ? sizeof(int8_t) : sizeof(float));
  if (conv && weights * kPartForWeights > plan.settings().secondCache)
    return std::nullopt;
  if (s.batch != 1 || (conv && (conv.getGroups() != 1 || !(isProduct || isStem))) ||
      (depthwise && s.inChannels != s.outChannels) || !hasPlainWeights(op))
    return std::nullopt;
  if (!hasCodes(op)) {
    Tail tail = plan.tailOf(op, conv ? conv.getActivation() : depthwise.getActivation());
    stage.result = tail.result;
    // What reads pixels is of the last stage only: it counts elements of the whole result.
    if (tail.readsPixels())
      stage.result = {};
  }
  return stage;
}

/// Whether a product reads a value of the storage that a step between would make.
static bool readsAsStored(const Stage &product, Plan &plan) {
  Value input = product.op->getOperand(0);
  if (hasCodes(product.op))
    return storedCodeType(input, plan).element == ElementType::kU8 &&
           product.shape.inChannels % 4 == 0;
  return plan.settings().precision != Precision::kBf16 ||
         (plan.storesIn16Bits(input) && product.shape.inChannels % 2 == 0);
}

/// The only reader of what a stage writes, if it can be the next one.
static std::optional<Stage> stageBehind(const Stage &stage, Plan &plan) {
  if (!stage.result || !plan.isOnlyReadInside(stage.result))
    return std::nullopt;
  Operation *reader = *stage.result.getUsers().begin();
  bool isConv = isa<graph::Conv2dOp>(reader);
  if (isConv == isa<graph::Conv2dOp>(stage.op) || reader->getOperand(0) != stage.result)
    return std::nullopt;
  std::optional<Stage> next = stageOf(reader, /*isFirst=*/false, plan);
  if (!next || hasCodes(stage.op) != hasCodes(reader) || (isConv && !readsAsStored(*next, plan)))
    return std::nullopt;
  // What is fused behind a stage may give its result another shape, with other rows.
  const ConvShape &from = stage.shape, &to = next->shape;
  if (from.outHeight != to.inHeight || from.outWidth != to.inWidth ||
      from.outChannels != to.inChannels)
    return std::nullopt;
  return next;
}

/// What is not written and read again where a stage and the next one are of one step, in bytes; 0
/// where it stays in the cache anyway.
static int64_t savedBehind(const Stage &stage, Plan &plan) {
  if (!stage.result)
    return 0;
  int64_t bytes = stage.shape.outElements() *
                  static_cast<int64_t>(elementSize(plan.typeOf(stage.result).element));
  const Settings &settings = plan.settings();
  int64_t mostWhole =
      hasCodes(stage.op) ? std::min(settings.secondCache, kMostWholeCodes) : settings.secondCache;
  return bytes > settings.bandBytes.value_or(mostWhole) ? bytes : 0;
}

static RowsCode codeOf(Operation *op, const ConvShape &shape, Plan &plan, Buffers &buffers) {
  if (auto depthwise = dyn_cast<graph::DepthwiseConv2dOp>(op))
    return hasCodes(op) ? depthwiseCodes(depthwise, plan, buffers)
                        : depthwiseF32(depthwise, plan, buffers);
  graph::Activation activation = cast<graph::Conv2dOp>(op).getActivation();
  if (!hasCodes(op))
    return convF32(shape, /*groups=*/1, op, activation, plan, buffers);
  return convBytes(shape, /*groups=*/1, op, activation,
                   centredFilter(op->getOperand(1), /*channelsLast=*/false), plan, buffers);
}

/// The stages of the step that begins with `op`: a chain of any length is cut into steps so that
/// the most is saved.
static std::vector<Stage> chainFrom(Operation *op, Plan &plan) {
  std::vector<Stage> chain;
  std::vector<int64_t> saved; // behind each
  for (std::optional<Stage> next = stageOf(op, /*isFirst=*/true, plan); next;) {
    chain.push_back(*next);
    saved.push_back(savedBehind(chain.back(), plan));
    next = saved.back() > 0 ? stageBehind(chain.back(), plan) : std::nullopt;
  }
  std::vector<int64_t> most(chain.size() + 1); // from each stage on
  size_t length = 0;                           // of the first step then
  for (size_t from = chain.size(); from-- > 0;) {
    int64_t own = 0;
    most[from] = -1;
    for (size_t next = from + 1; next <= std::min(from + kMostStages, chain.size()); ++next) {
      if (own + most[next] > most[from]) {
        most[from] = own + most[next];
        length = next - from;
      }
      own += saved[next - 1];
    }
  }
  chain.resize(length);
  return chain;
}

bool planBands(Operation *op, Plan &plan) {
  if (plan.settings().inF16)
    return false;
  std::vector<Stage> chain = chainFrom(op, plan);
  if (chain.size() < 2)
    return false;
  Bands bands(std::move(chain));
  for (const Stage &stage : ArrayRef<Stage>(bands.stages).drop_front()) // the first is begun
    plan.fuse(stage.op);
  for (size_t i = 0; i + 1 < bands.stages.size(); ++i)
    plan.keep(bands.stages[i].result, plan.scratch({plan.typeOf(bands.stages[i].result).element,
                                                    bands.units().parts * bands.ringElements(i)}));
  Buffers buffers(plan);
  buffers.areShared = true;
  for (Stage &stage : bands.stages)
    stage.code = codeOf(stage.op, stage.shape, plan, buffers);
  plan.step({buffers.types, [=](KernelBuilder &k) { buildBands(k, bands); }}, buffers.ids);
  return true;
}

} // namespace tandem::cpu
