#include "compiler/importers/torch/volumes.h"

#include "compiler/importers/common/pool_window.h"

#include <limits>

using namespace mlir;

namespace tandem::torch {

MaybeValue volumeOf(AtenNode &node, StringRef name) {
  MaybeValue value = node.tensor(name);
  if (succeeded(value) && shapeOf(*value).size() != 5)
    return node.unsupported("an input of shape " + shapeText(shapeOf(*value)) +
                            ", only batches of volumes (rank 5) are");
  return value;
}

Triple tripleOf(AtenNode &node, StringRef name, std::optional<Triple> absent) {
  constexpr int64_t kMost = 1 << 24; // keeps products of what a hostile file says in range
  std::optional<SmallVector<int64_t>> all;
  if (absent)
    all.emplace(absent->begin(), absent->end());
  SmallVector<int64_t> values = node.integers(name, all);
  if (values.empty() && absent && !node.failed()) // an absent stride is written as []
    values = *all;
  if (values.size() == 1)
    values.append(2, values[0]);
  bool isSane = llvm::all_of(values, [](int64_t v) { return v >= -kMost && v <= kMost; });
  if (!node.failed() && (values.size() != 3 || !isSane))
    (void)node.invalid("'" + name + "' is " + shapeText(values) +
                       ", expected one or three numbers");
  return node.failed() ? Triple{1, 1, 1} : Triple{values[0], values[1], values[2]};
}

namespace {
constexpr Triple kOne = {1, 1, 1}, kNone = {0, 0, 0};

struct Convolution {
  MaybeValue input, weight, bias;
  VolumeWindow window;
  int64_t groups;
};

/// The weight is [output, input / groups, depth, height, width].
FailureOr<Convolution> readConvolution(AtenNode &node) {
  Convolution read{volumeOf(node, "input"),
                   node.tensor("weight"),
                   node.optionalTensor("bias"),
                   {},
                   node.integer("groups", 1)};
  read.window.stride = tripleOf(node, "stride", kOne);
  read.window.dilation = tripleOf(node, "dilation", kOne);
  if (node.failed() || failed(read.input) || failed(read.weight) || failed(read.bias))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*read.weight);
  if (shape.size() != 5)
    return node.invalid("'weight' has shape " + shapeText(shape) + ", expected 5 dimensions");
  read.window.size = {shape[2], shape[3], shape[4]};
  return read;
}

MaybeValue convolve(AtenNode &node, const Convolution &read) {
  return toNcdhw(node, convolveVolume(node, toNdhwc(node, read.input),
                                      node.transpose(read.weight, {0, 3, 4, 2, 1}), read.bias,
                                      read.window, read.groups));
}
} // namespace

/// out = (in - 1) * stride + (kernel - 1) * dilation + 1 - 2 * padding + output padding, where the
/// weight is [input, output / groups, ...].
MaybeValue importVolumeConvolution(AtenNode &node, bool isTransposed) {
  FailureOr<Convolution> read = readConvolution(node);
  Triple padding = tripleOf(node, "padding", kNone), more = tripleOf(node, "output_padding", kNone);
  if (failed(read) || node.failed())
    return failure();
  VolumeWindow &window = read->window;
  window.low = window.high = padding;
  if (!isTransposed)
    return convolve(node, *read);
  Triple size;
  for (int i = 0; i < 3; ++i)
    size[i] = (shapeOf(*read->input)[2 + i] - 1) * window.stride[i] +
              (window.size[i] - 1) * window.dilation[i] + 1 - 2 * padding[i] + more[i];
  return toNcdhw(node, convolveVolumeTransposed(node, toNdhwc(node, read->input),
                                                node.transpose(read->weight, {1, 3, 4, 2, 0}),
                                                read->bias, window, size, read->groups));
}
static MaybeValue importConv3d(AtenNode &node) {
  return importVolumeConvolution(node, /*isTransposed=*/false);
}
static MaybeValue importConvTranspose3d(AtenNode &node) {
  return importVolumeConvolution(node, /*isTransposed=*/true);
}

/// 'same' gives as many outputs as inputs, the odd pad at the end; 'valid' none.
MaybeValue importVolumeConvolutionPadding(AtenNode &node) {
  FailureOr<Convolution> read = readConvolution(node);
  bool isSame = node.string("padding", "valid") == "same";
  if (failed(read) || node.failed())
    return failure();
  for (int i = 0; isSame && i < 3; ++i) {
    int64_t total = read->window.dilation[i] * (read->window.size[i] - 1);
    read->window.low[i] = total / 2;
    read->window.high[i] = total - total / 2;
  }
  return convolve(node, *read);
}

static FailureOr<VolumeWindow> readPool(AtenNode &node) {
  VolumeWindow window;
  window.size = tripleOf(node, "kernel_size");
  window.stride = tripleOf(node, "stride", window.size);
  window.low = window.high = tripleOf(node, "padding", kNone);
  if (node.failed())
    return failure();
  return window;
}

static MaybeValue larger(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  return build.create<graph::MaximumOp>(a, b);
}

/// aten.max_pool3d, and max_pool3d_with_indices, whose second result is not made.
static MaybeValue importMaxPool3d(AtenNode &node) {
  MaybeValue input = volumeOf(node, "self");
  FailureOr<VolumeWindow> window = readPool(node);
  Triple dilation = tripleOf(node, "dilation", kOne);
  bool roundsUp = node.flag("ceil_mode", false);
  if (failed(input) || failed(window) || node.failed())
    return failure();
  if (dilation == kOne)
    return toNcdhw(node, maxPoolVolume(node, toNdhwc(node, input), *window, roundsUp));
  window->dilation = dilation;
  if (failed(checkVolume(node, *input, *window)))
    return failure();
  if (roundsUp)
    return node.unsupported("dilation " + shapeText(dilation) + " with 'ceil_mode'");
  auto list = [](const Triple &all) { return SmallVector<int64_t>(all.begin(), all.end()); };
  return combineWindows(node, input,
                        {list(window->size), list(window->stride), list(dilation),
                         list(window->low), list(window->high)},
                        -std::numeric_limits<float>::infinity(), larger);
}

/// aten.avg_pool3d divides as avg_pool2d does.
static MaybeValue importAvgPool3d(AtenNode &node) {
  MaybeValue input = volumeOf(node, "self");
  FailureOr<VolumeWindow> window = readPool(node);
  bool roundsUp = node.flag("ceil_mode", false),
       countsPadding = node.flag("count_include_pad", true);
  if (failed(input) || failed(window) || node.failed())
    return failure();
  if (node.has("divisor_override"))
    return node.unsupported("'divisor_override'");
  return toNcdhw(node,
                 averagePoolVolume(node, toNdhwc(node, input), *window, countsPadding, roundsUp));
}

void registerVolumes(OpTable &table) {
  table.add("aten.conv3d.default", importConv3d);
  table.add("aten.conv3d.padding", importVolumeConvolutionPadding);
  table.add("aten.conv_transpose3d.input", importConvTranspose3d);
  table.add("aten.max_pool3d.default", importMaxPool3d);
  table.add("aten.max_pool3d_with_indices.default", importMaxPool3d);
  table.add("aten.avg_pool3d.default", importAvgPool3d);
}

} // namespace tandem::torch
