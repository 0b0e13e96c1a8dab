#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/python_range.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
/// What is taken of the dimensions named.
struct Ranges {
  SmallVector<int64_t> starts, ends, axes, steps;
};

/// Attributes before opset 10, inputs from then on. Without axes they are the first ones.
FailureOr<Ranges> readRanges(OnnxNode &node, int64_t rank) {
  Ranges ranges;
  if (node.opset() < 10) {
    ranges.starts = node.integers("starts");
    ranges.ends = node.integers("ends");
    ranges.axes = node.integers("axes", SmallVector<int64_t>());
  } else {
    auto read = [&](size_t index, StringRef what, SmallVector<int64_t> &into) {
      if (index >= 3 && !node.has(index))
        return success();
      FailureOr<SmallVector<int64_t>> list = node.ints(index, what);
      if (succeeded(list))
        into = *list;
      return LogicalResult(list);
    };
    if (failed(read(1, "the list of starts", ranges.starts)) ||
        failed(read(2, "the list of ends", ranges.ends)) ||
        failed(read(3, "the list of axes", ranges.axes)) ||
        failed(read(4, "the list of steps", ranges.steps)))
      return failure();
  }
  if (node.failed())
    return failure();
  size_t count = ranges.starts.size();
  if (ranges.axes.empty())
    ranges.axes = llvm::to_vector(llvm::seq<int64_t>(0, count));
  if (ranges.steps.empty())
    ranges.steps.assign(count, 1);
  if (ranges.ends.size() != count || ranges.axes.size() != count || ranges.steps.size() != count)
    return node.invalid("starts, ends, axes and steps are not equally many");
  FailureOr<SmallVector<int64_t>> axes = node.normalized(ranges.axes, rank);
  if (failed(axes))
    return failure();
  ranges.axes = *axes;
  return ranges;
}
} // namespace

static MaybeValue importSlice(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  SmallVector<int64_t> sizes(shapeOf(*input)), begins(sizes.size(), 0), strides(sizes.size(), 1);
  FailureOr<Ranges> ranges = readRanges(node, sizes.size());
  if (failed(ranges))
    return failure();
  for (auto [start, end, axis, given] :
       llvm::zip(ranges->starts, ranges->ends, ranges->axes, ranges->steps)) {
    if (given == 0)
      return node.invalid("a step of 0");
    // Beyond this a step only ever takes the first element.
    int64_t step = std::clamp<int64_t>(given, -INT32_MAX, INT32_MAX);
    // INT64_MIN has no place counted from the front.
    PythonRange range = pythonRange(start, std::max(end, -INT64_MAX / 2), step, /*noBegin=*/false,
                                    /*noEnd=*/false, sizes[axis]);
    begins[axis] = range.size == 0 ? 0 : range.begin;
    sizes[axis] = range.size;
    strides[axis] = step;
  }
  return node.create<graph::SliceOp>(input, begins, sizes, strides);
}

/// Whether the sizes take up a dimension, one behind the other.
static bool areParts(ArrayRef<int64_t> sizes, int64_t extent) {
  for (int64_t size : sizes) {
    if (size < 0 || size > extent)
      return false;
    extent -= size;
  }
  return extent == 0;
}

/// Split: into the sizes given; else 'num_outputs' (opset 18), or as many parts as there are
/// results, the last one what is left.
static FailureOr<Values> importSplit(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", shapeOf(*input).size(), 0);
  auto parts = static_cast<int64_t>(node.outputCount());
  if (node.failed())
    return failure();
  int64_t extent = shapeOf(*input)[axis];
  SmallVector<int64_t> sizes;
  if (node.opset() < 13) {
    sizes = node.integers("split", SmallVector<int64_t>());
  } else if (node.has(1)) {
    FailureOr<SmallVector<int64_t>> given = node.ints(1, "the list of sizes");
    if (failed(given))
      return failure();
    sizes = *given;
  }
  parts = node.integer("num_outputs", parts);
  constexpr int64_t kMostParts = 1 << 16;
  if (node.failed() || parts < 1 || parts > kMostParts)
    return node.invalid(Twine(parts) + " parts");
  if (sizes.empty()) {
    int64_t size = llvm::divideCeil(extent, parts);
    for (int64_t i = 0, left = extent; i < parts; ++i, left -= size)
      sizes.push_back(std::clamp<int64_t>(left, 0, size));
  }
  if (!areParts(sizes, extent))
    return node.invalid("parts of " + shapeText(sizes) + " of a dimension of " + Twine(extent));
  return splitAlong(node, input, axis, sizes);
}

void registerSlice(OpTable &table) {
  table.add("Slice", importSlice);
  table.addList("Split", importSplit);
}

} // namespace tandem::onnx
