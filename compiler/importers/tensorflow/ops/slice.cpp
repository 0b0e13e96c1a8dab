#include "compiler/importers/common/python_range.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// Slice: begins and sizes, where -1 is all that is left.
static MaybeValue importSlice(TfNode &node) {
  MaybeValue input = node.input(0);
  auto begin = node.integers(1, "the begin"), size = node.integers(2, "the size");
  if (failed(input) || failed(begin) || failed(size))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (begin->size() != shape.size() || size->size() != shape.size())
    return node.invalid("begin and size have " + Twine(begin->size()) + " and " +
                        Twine(size->size()) + " entries for rank " + Twine(shape.size()));
  for (size_t d = 0; d < shape.size(); ++d)
    if ((*size)[d] == -1 && (*begin)[d] >= 0 && (*begin)[d] <= shape[d])
      (*size)[d] = shape[d] - (*begin)[d];
  SmallVector<int64_t> steps(shape.size(), 1);
  return node.create<graph::SliceOp>(input, *begin, *size, steps);
}

namespace {
/// The terms of StridedSlice: numbers and masks with one entry or bit each.
struct Terms {
  SmallVector<int64_t> begin, end, stride;
  int64_t beginMask, endMask, ellipsisMask, newAxisMask, shrinkMask;

  static bool isSet(int64_t mask, size_t term) { return (mask >> term & 1) != 0; }
};

FailureOr<Terms> readTerms(TfNode &node) {
  auto begin = node.integers(1, "the begin"), end = node.integers(2, "the end"),
       stride = node.integers(3, "the stride");
  Terms terms{{},
              {},
              {},
              node.attribute("begin_mask", 0),
              node.attribute("end_mask", 0),
              node.attribute("ellipsis_mask", 0),
              node.attribute("new_axis_mask", 0),
              node.attribute("shrink_axis_mask", 0)};
  if (node.failed() || failed(begin) || failed(end) || failed(stride))
    return failure();
  if (begin->size() > 31 || end->size() != begin->size() || stride->size() != begin->size())
    return node.invalid("begin, end and stride have " + Twine(begin->size()) + ", " +
                        Twine(end->size()) + " and " + Twine(stride->size()) +
                        " entries, expected as many, at most 31");
  for (int64_t each : *stride)
    if (each == 0 || std::abs(each) > INT32_MAX)
      return node.invalid("a stride of " + Twine(each));
  terms.begin = std::move(*begin);
  terms.end = std::move(*end);
  terms.stride = std::move(*stride);
  return terms;
}
} // namespace

/// StridedSlice. A term takes a part of one dimension, or one element of it without the dimension
/// ("shrink"), or puts in a dimension of 1 ("new axis"), or stands for all dimensions that the
/// other terms leave ("ellipsis").
static MaybeValue importStridedSlice(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<Terms> read = readTerms(node);
  if (failed(input) || failed(read))
    return failure();
  const Terms &terms = *read;
  ArrayRef<int64_t> shape = shapeOf(*input);
  size_t count = terms.begin.size(), taken = 0;
  for (size_t t = 0; t < count; ++t)
    taken += !Terms::isSet(terms.ellipsisMask, t) && !Terms::isSet(terms.newAxisMask, t);
  if (taken > shape.size())
    return node.invalid(Twine(taken) + " terms for an input of shape " + shapeText(shape));

  SmallVector<int64_t> begins(shape.size(), 0), sizes(shape), steps(shape.size(), 1), result;
  size_t d = 0;
  bool hadEllipsis = false;
  for (size_t t = 0; t < count; ++t) {
    if (Terms::isSet(terms.ellipsisMask, t)) {
      for (size_t left = hadEllipsis ? 0 : shape.size() - taken; left > 0; --left)
        result.push_back(shape[d++]);
      hadEllipsis = true;
      continue;
    }
    if (Terms::isSet(terms.newAxisMask, t)) {
      result.push_back(1);
      continue;
    }
    bool shrinks = Terms::isSet(terms.shrinkMask, t);
    PythonRange range = pythonRange(terms.begin[t], terms.end[t], terms.stride[t],
                                    Terms::isSet(terms.beginMask, t) && !shrinks,
                                    Terms::isSet(terms.endMask, t), shape[d]);
    begins[d] = range.begin;
    sizes[d] = shrinks ? 1 : range.size; // slice_c2 checks that the element is there
    steps[d] = shrinks ? 1 : terms.stride[t];
    if (!shrinks)
      result.push_back(range.size);
    ++d;
  }
  result.append(shape.begin() + d, shape.end());
  return node.reshape(node.create<graph::SliceOp>(input, begins, sizes, steps), result);
}

void registerSlice(OpTable &table) {
  table.add("Slice", importSlice);
  table.add("StridedSlice", importStridedSlice);
}

} // namespace tandem::tensorflow
