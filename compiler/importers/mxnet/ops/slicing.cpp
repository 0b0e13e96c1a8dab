#include "compiler/importers/common/python_range.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
/// What is taken of each dimension; all of it until something else is said.
struct Window {
  Ints begin, size, stride;

  explicit Window(ArrayRef<int64_t> shape)
      : begin(shape.size(), 0), size(shape), stride(shape.size(), 1) {}

  /// begin:end:step by Python's rules.
  void take(size_t dim, std::optional<int64_t> from, std::optional<int64_t> to, int64_t step) {
    PythonRange range = pythonRange(from.value_or(0), to.value_or(0), step, !from, !to, size[dim]);
    begin[dim] = range.begin;
    size[dim] = range.size;
    stride[dim] = step;
  }
};

MaybeValue sliced(SymbolNode &node, MaybeValue input, const Window &window) {
  if (elementCount(window.size) == 0)
    return node.invalid("it takes nothing of an input of shape " + shapeText(shapeOf(*input)));
  return node.create<graph::SliceOp>(input, window.begin, window.size, window.stride);
}
} // namespace

/// slice: 'begin', 'end' and 'step' of the first dimensions, any of them None.
static MaybeValue importSlice(SymbolNode &node) {
  MaybeValue input = node.input(0);
  auto begin = node.optionalIntegers("begin"), end = node.optionalIntegers("end"),
       step = node.optionalIntegers("step");
  if (node.failed() || failed(input))
    return failure();
  size_t rank = shapeOf(*input).size();
  bool hasSteps = !step.empty();
  if (begin.size() != end.size() || begin.size() > rank ||
      (hasSteps && step.size() != begin.size()))
    return node.invalid("'begin' " + node.string("begin", "()") + " and 'end' " +
                        node.string("end", "()") + " do not fit an input of shape " +
                        shapeText(shapeOf(*input)));
  Window window(shapeOf(*input));
  for (size_t dim = 0; dim < begin.size(); ++dim) {
    int64_t stride = hasSteps ? step[dim].value_or(1) : 1;
    constexpr int64_t kMostStride = int64_t(1) << 32;
    if (stride == 0 || stride < -kMostStride || stride > kMostStride)
      return node.invalid("'step' is " + node.string("step", "()"));
    window.take(dim, begin[dim], end[dim], stride);
  }
  return sliced(node, input, window);
}

static MaybeValue importSliceAxis(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*input).size()));
  int64_t begin = node.integer("begin");
  std::optional<int64_t> end;
  if (node.has("end"))
    end = node.integer("end");
  if (node.failed())
    return failure();
  Window window(shapeOf(*input));
  window.take(axis, begin, end, 1);
  return sliced(node, input, window);
}

/// slice_like: the left cut to the right's size along 'axes', along all by default.
static MaybeValue importSliceLike(SymbolNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<Ints> like = node.shape(1);
  if (failed(input) || failed(like))
    return failure();
  auto rank = static_cast<int64_t>(std::min(shapeOf(*input).size(), like->size()));
  Ints axes = node.axes("axes", rank);
  if (node.failed())
    return failure();
  Window window(shapeOf(*input));
  for (int64_t axis : axes) {
    if ((*like)[axis] > window.size[axis])
      return node.invalid("shape " + shapeText(*like) + " is larger than " +
                          shapeText(shapeOf(*input)));
    window.size[axis] = (*like)[axis];
  }
  return sliced(node, input, window);
}

/// Crop: height and width of 'h_w', or of a second input, at 'offset' or in the centre.
static MaybeValue importCrop(SymbolNode &node) {
  MaybeValue input = node.input(0);
  Ints size = node.integers("h_w", Ints{0, 0}), offset = node.integers("offset", Ints{0, 0});
  bool isCentred = node.flag("center_crop", false);
  if (node.failed() || failed(input))
    return failure();
  if (node.inputCount() > 1) {
    FailureOr<Ints> like = node.shape(1);
    if (failed(like))
      return failure();
    size = Ints(ArrayRef<int64_t>(*like).take_back(2));
  }
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.size() != 4 || size.size() != 2 || offset.size() != 2)
    return node.invalid("'h_w' " + shapeText(size) + " and 'offset' " + shapeText(offset) +
                        " do not fit an input of shape " + shapeText(shape));
  Window window(shape);
  for (int i = 0; i < 2; ++i) {
    int64_t room = shape[2 + i] - size[i], begin = isCentred ? room / 2 : offset[i];
    if (size[i] < 1 || room < 0 || begin < 0 || begin > room)
      return node.invalid("'h_w' " + shapeText(size) + " at " + shapeText(offset) +
                          " is outside of an input of shape " + shapeText(shape));
    window.begin[2 + i] = begin;
    window.size[2 + i] = size[i];
  }
  return sliced(node, input, window);
}

/// The parts between `cuts`, which are ascending; with 'squeeze_axis' the dimension goes.
static FailureOr<Values> cut(SymbolNode &node, Value input, int64_t axis, ArrayRef<int64_t> cuts,
                             bool squeeze) {
  Values parts;
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    Window window(shapeOf(input));
    window.begin[axis] = cuts[i];
    window.size[axis] = cuts[i + 1] - cuts[i];
    MaybeValue part = sliced(node, input, window);
    if (squeeze) {
      Ints shape = window.size;
      shape.erase(shape.begin() + axis);
      part = node.reshape(part, shape);
    }
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  return parts;
}

static FailureOr<Ints> equalCuts(SymbolNode &node, int64_t extent, int64_t count) {
  constexpr int64_t kMostParts = 1 << 16;
  if (count < 1 || count > kMostParts || extent % count)
    return node.invalid("its dimension of " + Twine(extent) + " is no multiple of " + Twine(count) +
                        " parts");
  Ints cuts;
  for (int64_t i = 0; i <= count; ++i)
    cuts.push_back(i * (extent / count));
  return cuts;
}

/// SliceChannel: 'num_outputs' equal parts.
static FailureOr<Values> importSliceChannel(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*input).size()), 1);
  int64_t count = node.integer("num_outputs");
  bool squeeze = node.flag("squeeze_axis", false);
  if (node.failed())
    return failure();
  FailureOr<Ints> cuts = equalCuts(node, shapeOf(*input)[axis], count);
  if (failed(cuts))
    return failure();
  return cut(node, *input, axis, *cuts, squeeze);
}

/// 'sections' equal parts, or one from each of 'indices' (the first is 0) to the next.
static FailureOr<Values> splitAt(SymbolNode &node, Value input, int64_t axis) {
  int64_t sections = node.integer("sections", 0);
  Ints indices = node.integers("indices", Ints());
  bool squeeze = node.flag("squeeze_axis", false);
  if (node.failed())
    return failure();
  int64_t extent = shapeOf(input)[axis];
  FailureOr<Ints> cuts = indices;
  if (sections > 0) {
    cuts = equalCuts(node, extent, sections);
  } else {
    cuts->push_back(extent);
    if (cuts->front() != 0 || !llvm::is_sorted(*cuts))
      return node.invalid("'indices' is " + node.string("indices", "()") + " for a dimension of " +
                          Twine(extent));
  }
  if (failed(cuts))
    return failure();
  return cut(node, input, axis, *cuts, squeeze);
}
static FailureOr<Values> importSplit(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*input).size()), 0);
  return node.failed() ? FailureOr<Values>(failure()) : splitAt(node, *input, axis);
}
/// hsplit and dsplit: along the second dimension, of a vector the only one, and the third.
template <int64_t axis> static FailureOr<Values> importSplitAlong(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  if (rank <= axis && rank != 1)
    return node.invalid("an input of shape " + shapeText(shapeOf(*input)));
  return splitAt(node, *input, std::min(axis, rank - 1));
}

void registerSlicing(OpTable &table) {
  table.add("slice", importSlice);
  table.add("slice_axis", importSliceAxis);
  table.add("slice_like", importSliceLike);
  table.add("Crop", importCrop);
  table.addList("SliceChannel", importSliceChannel);
  table.addList("_split_v2", importSplit);
  table.addList("_npi_hsplit", importSplitAlong<1>);
  table.addList("_npi_dsplit", importSplitAlong<2>);
  table.addName("split", "SliceChannel");
  table.addName("crop", "slice");
}

} // namespace tandem::mxnet
