#include "compiler/importers/mxnet/image.h"

using namespace mlir;

namespace tandem::mxnet {

FailureOr<ImageLayout> ImageLayout::of(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  if (failed(shape))
    return failure();
  size_t rank = shape->size();
  if (rank < 3 || rank > 5)
    return node.unsupported("an input of shape " + shapeText(*shape) +
                            ", only sequences (rank 3), images (rank 4) and volumes (rank 5) are");
  constexpr StringRef kFirst[] = {"NCW", "NCHW", "NCDHW"}, kLast[] = {"NWC", "NHWC", "NDHWC"};
  ImageLayout result;
  result.spatial_ = rank - 2;
  StringRef layout = node.string("layout", kFirst[rank - 3]);
  result.channelsLast_ = layout == kLast[rank - 3];
  if (!result.channelsLast_ && layout != kFirst[rank - 3])
    return node.unsupported("layout '" + layout + "' of an input of shape " + shapeText(*shape));
  return result;
}

MaybeValue ImageLayout::toNhwc(SymbolNode &node, MaybeValue value) const {
  if (failed(value))
    return failure();
  if (isVolume())
    return channelsLast_ ? value : toNdhwc(node, value);
  if (spatial_ == 1) {
    Ints shape(shapeOf(*value));
    shape.insert(shape.begin() + (channelsLast_ ? 1 : 2), 1);
    value = node.reshape(value, shape);
  }
  return channelsLast_ ? value : node.toNhwc(value);
}

MaybeValue ImageLayout::fromNhwc(SymbolNode &node, MaybeValue value) const {
  if (!channelsLast_)
    value = isVolume() ? toNcdhw(node, value) : node.toNchw(value);
  if (failed(value) || spatial_ != 1)
    return value;
  Ints shape(shapeOf(*value));
  shape.erase(shape.begin() + (channelsLast_ ? 1 : 2));
  return node.reshape(value, shape);
}

int64_t ImageLayout::channels(ArrayRef<int64_t> shape) const {
  return channelsLast_ ? shape.back() : shape[1];
}

Extents ImageLayout::size(ArrayRef<int64_t> shape) const {
  Extents size(shape.drop_front(channelsLast_ ? 1 : 2).take_front(spatial_));
  if (spatial_ == 1)
    size.insert(size.begin(), 1);
  return size;
}

Ints ImageLayout::spatialAxes() const {
  int64_t first = channelsLast_ ? 1 : 2;
  return llvm::to_vector(llvm::seq<int64_t>(first, first + static_cast<int64_t>(spatial_)));
}

Extents ImageLayout::extents(SymbolNode &node, StringRef name, int64_t absent) const {
  // The limit keeps products of what a hostile file says in range.
  constexpr int64_t kMost = 1 << 24;
  Extents all(std::max<size_t>(spatial_, 2), absent);
  Ints values = node.integers(name, Ints());
  if (values.empty())
    return all;
  bool isSane = llvm::all_of(values, [](int64_t v) { return v >= 0 && v <= kMost; });
  if (!node.failed() && (values.size() != spatial_ || !isSane))
    (void)node.invalid("'" + name + "' is " + shapeText(values) + ", expected " + Twine(spatial_) +
                       " numbers, none negative");
  if (!node.failed())
    llvm::copy(values, all.end() - spatial_);
  return all;
}

Ints ImageLayout::weightShape(int64_t first, int64_t channels, const Extents &kernel) const {
  Ints shape = {first};
  if (!channelsLast_)
    shape.push_back(channels);
  llvm::append_range(shape, ArrayRef(kernel).take_back(spatial_));
  if (channelsLast_)
    shape.push_back(channels);
  return shape;
}

MaybeValue ImageLayout::weight(SymbolNode &node, size_t input, bool swapped) const {
  Ints order = {0};
  llvm::append_range(order, spatialAxes());
  order.push_back(channelsLast_ ? static_cast<int64_t>(spatial_) + 1 : 1);
  if (isVolume()) // the depth behind rows and columns
    std::rotate(order.begin() + 1, order.begin() + 2, order.begin() + 4);
  if (swapped)
    std::swap(order.front(), order.back());
  MaybeValue weight = node.transposed(input, order);
  if (failed(weight) || spatial_ != 1)
    return weight;
  Ints shape(shapeOf(*weight));
  shape.insert(shape.begin() + 1, 1);
  return node.reshape(weight, shape);
}

FailureOr<Extents> readKernel(SymbolNode &node, const ImageLayout &layout) {
  Extents kernel = layout.extents(node, "kernel", 1);
  auto isEmpty = [](int64_t size) { return size < 1; };
  if (!node.failed() && !node.has("kernel"))
    return node.invalid("'kernel' is missing");
  if (!node.failed() && llvm::any_of(kernel, isEmpty))
    return node.invalid("'kernel' is '" + node.string("kernel", "") +
                        "', expected positive numbers");
  if (node.failed())
    return failure();
  return kernel;
}

FailureOr<ConvolutionFacts> ConvolutionFacts::of(SymbolNode &node, bool biasByDefault) {
  FailureOr<ImageLayout> layout = ImageLayout::of(node);
  if (failed(layout))
    return failure();
  FailureOr<Extents> kernel = readKernel(node, *layout);
  ConvolutionFacts facts;
  facts.layout = *layout;
  facts.stride = layout->extents(node, "stride", 1);
  facts.dilation = layout->extents(node, "dilate", 1);
  facts.pad = layout->extents(node, "pad", 0);
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
