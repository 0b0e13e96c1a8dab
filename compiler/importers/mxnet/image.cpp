#include "compiler/importers/mxnet/image.h"

using namespace mlir;

namespace tandem::mxnet {

FailureOr<ImageLayout> ImageLayout::of(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  if (failed(shape))
    return failure();
  size_t rank = shape->size();
  if (rank != 3 && rank != 4)
    return node.unsupported("an input of shape " + shapeText(*shape) +
                            ", only images (rank 4) and sequences (rank 3) are");
  ImageLayout result;
  result.isFlat_ = rank == 3;
  StringRef layout = node.string("layout", result.isFlat_ ? "NCW" : "NCHW");
  result.channelsLast_ = layout == "NHWC" || layout == "NWC";
  if (layout.size() != rank || !llvm::is_contained({"NCHW", "NHWC", "NCW", "NWC"}, layout))
    return node.unsupported("layout '" + layout + "' of an input of shape " + shapeText(*shape));
  return result;
}

MaybeValue ImageLayout::toNhwc(SymbolNode &node, MaybeValue value) const {
  if (failed(value))
    return failure();
  if (isFlat_) {
    Ints shape(shapeOf(*value));
    shape.insert(shape.begin() + (channelsLast_ ? 1 : 2), 1);
    value = node.reshape(value, shape);
  }
  return channelsLast_ ? value : node.toNhwc(value);
}

MaybeValue ImageLayout::fromNhwc(SymbolNode &node, MaybeValue value) const {
  if (!channelsLast_)
    value = node.toNchw(value);
  if (failed(value) || !isFlat_)
    return value;
  Ints shape(shapeOf(*value));
  shape.erase(shape.begin() + (channelsLast_ ? 1 : 2));
  return node.reshape(value, shape);
}

int64_t ImageLayout::channels(ArrayRef<int64_t> shape) const {
  return channelsLast_ ? shape.back() : shape[1];
}

Pair ImageLayout::size(ArrayRef<int64_t> shape) const {
  ArrayRef<int64_t> spatial = shape.drop_front(channelsLast_ ? 1 : 2);
  return isFlat_ ? Pair{1, spatial[0]} : Pair{spatial[0], spatial[1]};
}

Ints ImageLayout::spatialAxes() const {
  int64_t first = channelsLast_ ? 1 : 2;
  return isFlat_ ? Ints{first} : Ints{first, first + 1};
}

Pair ImageLayout::pair(SymbolNode &node, StringRef name, int64_t absent) const {
  // The limit keeps products of what a hostile file says in range.
  constexpr int64_t kMost = 1 << 24;
  Ints values = node.integers(name, Ints());
  if (values.empty())
    return {absent, absent};
  bool isSane = llvm::all_of(values, [](int64_t v) { return v >= 0 && v <= kMost; });
  size_t expected = isFlat_ ? 1 : 2;
  if (!node.failed() && (values.size() != expected || !isSane))
    (void)node.invalid("'" + name + "' is " + shapeText(values) + ", expected " + Twine(expected) +
                       " numbers, none negative");
  if (node.failed())
    return {absent, absent};
  return isFlat_ ? Pair{absent, values[0]} : Pair{values[0], values[1]};
}

Ints ImageLayout::weightShape(int64_t first, int64_t channels, const Pair &kernel) const {
  Ints shape = {first};
  if (!channelsLast_)
    shape.push_back(channels);
  if (!isFlat_)
    shape.push_back(kernel[0]);
  shape.push_back(kernel[1]);
  if (channelsLast_)
    shape.push_back(channels);
  return shape;
}

MaybeValue ImageLayout::weight(SymbolNode &node, size_t input, bool swapped) const {
  int64_t rank = isFlat_ ? 3 : 4;
  Ints order = {0};
  for (int64_t axis : spatialAxes())
    order.push_back(axis);
  order.push_back(channelsLast_ ? rank - 1 : 1);
  if (swapped)
    std::swap(order.front(), order.back());
  MaybeValue weight = node.transposed(input, order);
  if (failed(weight) || !isFlat_)
    return weight;
  Ints shape(shapeOf(*weight));
  shape.insert(shape.begin() + 1, 1);
  return node.reshape(weight, shape);
}

FailureOr<Pair> readKernel(SymbolNode &node, const ImageLayout &layout) {
  Pair kernel = layout.pair(node, "kernel", 1);
  if (!node.failed() && (!node.has("kernel") || kernel[0] < 1 || kernel[1] < 1))
    return node.invalid("'kernel' is '" + node.string("kernel", "absent") +
                        "', expected positive numbers");
  if (node.failed())
    return failure();
  return kernel;
}

FailureOr<ConvolutionFacts> ConvolutionFacts::of(SymbolNode &node, bool biasByDefault) {
  FailureOr<ImageLayout> layout = ImageLayout::of(node);
  if (failed(layout))
    return failure();
  FailureOr<Pair> kernel = readKernel(node, *layout);
  ConvolutionFacts facts;
  facts.layout = *layout;
  facts.stride = layout->pair(node, "stride", 1);
  facts.dilation = layout->pair(node, "dilate", 1);
  facts.pad = layout->pair(node, "pad", 0);
  facts.filters = node.integer("num_filter");
  facts.groups = node.integer("num_group", 1);
  facts.hasBias = !node.flag("no_bias", !biasByDefault);
  MaybeValue input = node.input(0);
  if (node.failed() || failed(kernel) || failed(input))
    return failure();
  facts.kernel = *kernel;
  facts.input = *input;
  facts.channels = layout->channels(shapeOf(*input));
  if (facts.groups < 1 || facts.channels % facts.groups || facts.filters % facts.groups)
    return node.invalid("'num_group' is " + Twine(facts.groups) + ", expected a divisor of " +
                        Twine(facts.channels) + " input and " + Twine(facts.filters) +
                        " output channels");
  return facts;
}

} // namespace tandem::mxnet
