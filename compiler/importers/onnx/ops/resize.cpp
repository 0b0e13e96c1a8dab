#include "compiler/graph/types.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/resampling.h"
#include "compiler/importers/common/volumes.h"
#include "compiler/importers/onnx/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

namespace {
using Axes = SmallVector<Resampling>; ///< one per dimension of the input

struct Inputs {
  std::optional<size_t> roi, scales, sizes; ///< where they are
};

/// The places of the inputs moved with opset 11.
Inputs inputsOf(OnnxNode &node) {
  if (node.opset() < 11)
    return {std::nullopt, 1, std::nullopt};
  return {1, 2, 3};
}

/// An input that is there and has elements; models give empty tensors for absent ones.
FailureOr<std::optional<Elements>> given(OnnxNode &node, std::optional<size_t> index,
                                         StringRef what) {
  if (!index || !node.has(*index))
    return std::optional<Elements>();
  FailureOr<Elements> elements = node.constant(*index, what);
  if (failed(elements))
    return failure();
  return elements->count() == 0 ? std::optional<Elements>() : std::optional(*elements);
}

LogicalResult setScale(OnnxNode &node, Resampling &axis, double scale) {
  // ONNX's scales are f32, whose products are rounded before they are cut.
  double size = std::floor(static_cast<double>(axis.in) * scale + 1e-5);
  if (!(scale > 0) || !(size >= 1 && size <= INT32_MAX))
    return node.invalid("a scale of " + std::to_string(scale) + " for a dimension of " +
                        Twine(axis.in));
  axis.scale = scale;
  axis.out = static_cast<int64_t>(size);
  return success();
}

/// 'keep_aspect_ratio_policy': one scale for all dimensions, the smallest or largest that fits.
void keepAspectRatio(MutableArrayRef<Resampling> axes, ArrayRef<int64_t> which, StringRef policy) {
  if (policy == "stretch")
    return;
  double scale = axes[which[0]].scale;
  for (int64_t d : which)
    scale =
        policy == "not_larger" ? std::min(scale, axes[d].scale) : std::max(scale, axes[d].scale);
  for (int64_t d : which) {
    axes[d].scale = scale;
    axes[d].out = std::max<int64_t>(std::llround(scale * static_cast<double>(axes[d].in)), 1);
  }
}

/// Sizes or scales, and the region, of the dimensions in `which`.
LogicalResult readSizes(OnnxNode &node, Axes &axes, ArrayRef<int64_t> which) {
  Inputs at = inputsOf(node);
  auto roi = given(node, at.roi, "the region"), scales = given(node, at.scales, "a scale"),
       sizes = given(node, at.sizes, "a size");
  std::string policy = node.string("keep_aspect_ratio_policy", "stretch");
  if (failed(roi) || failed(scales) || failed(sizes) || node.failed())
    return failure();
  auto count = static_cast<int64_t>(which.size());
  if (node.hasAttribute("scales")) { // Upsample in opset 7 and 8
    SmallVector<double> list = node.numbers("scales");
    *scales = Elements::ofReals(ElementType::kF32, static_cast<int64_t>(list.size()),
                                [&](int64_t i) { return list[i]; });
  }
  if (node.failed() || (!*scales && !*sizes))
    return node.invalid("it has neither scales nor sizes");
  const Elements &target = *sizes ? **sizes : **scales;
  if (target.count() != count)
    return node.invalid(Twine(target.count()) + " scales or sizes for " + Twine(count) +
                        " dimensions");
  for (int64_t i = 0; i < count; ++i) {
    Resampling &axis = axes[which[i]];
    if (!*sizes) {
      if (failed(setScale(node, axis, target.real(i))))
        return failure();
    } else {
      axis.out = target.integer(i);
      if (axis.out < 1 || axis.out > INT32_MAX)
        return node.invalid("a size of " + Twine(axis.out));
      axis.scale = static_cast<double>(axis.out) / static_cast<double>(axis.in);
    }
    if (*roi && (*roi)->count() == 2 * count) {
      axis.roiStart = (*roi)->real(i);
      axis.roiEnd = (*roi)->real(count + i);
    }
  }
  if (*sizes && count > 0)
    keepAspectRatio(axes, which, policy);
  return success();
}

LogicalResult checkModes(OnnxNode &node, const Resampling &like) {
  auto isOneOf = [](StringRef value, ArrayRef<StringRef> all) {
    return llvm::is_contained(all, value);
  };
  if (!isOneOf(like.mode, {"nearest", "linear", "cubic"}))
    return node.unsupported("mode '" + like.mode + "'");
  if (!isOneOf(like.coordinates,
               {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
                "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"}))
    return node.unsupported("coordinates '" + like.coordinates + "'");
  if (!isOneOf(like.nearest, {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}))
    return node.unsupported("nearest mode '" + like.nearest + "'");
  if (like.coordinates == "tf_crop_and_resize" && node.number("extrapolation_value", 0) != 0)
    return node.unsupported("an 'extrapolation_value' other than 0");
  return success();
}

FailureOr<Axes> readAxes(OnnxNode &node, ArrayRef<int64_t> shape) {
  Resampling like;
  like.mode = node.string("mode", "nearest");
  if (like.mode == "bilinear") // Upsample in opset 7 and 8
    like.mode = "linear";
  // Before opset 11 there was no choice.
  like.coordinates = node.opset() < 11
                         ? "asymmetric"
                         : node.string("coordinate_transformation_mode", "half_pixel");
  like.nearest = node.opset() < 11 ? "floor" : node.string("nearest_mode", "round_prefer_floor");
  like.cubicCoefficient = node.number("cubic_coeff_a", -0.75);
  like.excludesOutside = node.flag("exclude_outside", false);
  like.antialias = node.flag("antialias", false);
  SmallVector<int64_t> which = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  if (node.hasAttribute("axes")) {
    FailureOr<SmallVector<int64_t>> counted = node.normalized(node.integers("axes"), shape.size());
    if (failed(counted))
      return failure();
    which = *counted;
  }
  if (node.failed() || failed(checkModes(node, like)))
    return failure();
  Axes axes;
  for (int64_t size : shape) {
    if (size < 1)
      return node.invalid("an input of shape " + shapeText(shape));
    axes.push_back(like);
    axes.back().in = axes.back().out = size;
  }
  if (failed(readSizes(node, axes, which)))
    return failure();
  return axes;
}

bool isIdentity(const Resampling &axis) {
  return axis.in == axis.out && axis.scale == 1 &&
         (axis.coordinates != "tf_crop_and_resize" || (axis.roiStart == 0 && axis.roiEnd == 1));
}

/// Flags of the graph's own resize ops.
struct Flags {
  bool alignCorners, halfPixelCenters;
};
constexpr Flags kFlags[] = {{false, false}, {false, true}, {true, false}};

/// Where resize_nearest takes its elements from: the op's definition, in its arithmetic.
bool takesSame(const Resampling &axis, Flags flags) {
  bool aligned = flags.alignCorners && axis.out > 1;
  float scale = aligned ? static_cast<float>(axis.in - 1) / static_cast<float>(axis.out - 1)
                        : static_cast<float>(axis.in) / static_cast<float>(axis.out);
  SmallVector<int64_t> places = axis.nearestPlaces();
  for (int64_t i = 0; i < axis.out; ++i) {
    float at = (static_cast<float>(i) + (flags.halfPixelCenters ? 0.5f : 0.0f)) * scale;
    float rounded = flags.alignCorners ? std::round(at) : std::floor(at);
    if (std::clamp<int64_t>(static_cast<int64_t>(rounded), 0, axis.in - 1) != places[i])
      return false;
  }
  return true;
}

/// Whether resize_bilinear with these flags is what the dimension asks for.
bool interpolatesSame(const Resampling &axis, Flags flags) {
  auto out = static_cast<double>(axis.out);
  bool isWhole = std::abs(axis.scale * static_cast<double>(axis.in) - out) < 1e-9 * out;
  bool shrinks = axis.antialias && axis.out < axis.in;
  if (shrinks || (axis.excludesOutside && !isIdentity(axis)))
    return false;
  if (isIdentity(axis))
    return true;
  if (flags.alignCorners)
    return isWhole && axis.coordinates == "align_corners";
  if (flags.halfPixelCenters)
    return isWhole &&
           (axis.coordinates == "half_pixel" || axis.coordinates == "half_pixel_symmetric" ||
            (axis.coordinates == "pytorch_half_pixel" && axis.out > 1));
  return isWhole && axis.coordinates == "asymmetric";
}

/// By ops of the graph when the spatial dimensions of images or volumes alone change in a way that
/// those have; null otherwise.
MaybeValue byGraphOp(OnnxNode &node, Value input, const Axes &axes) {
  if ((axes.size() != 4 && axes.size() != 5) || !isIdentity(axes[0]) || !isIdentity(axes[1]))
    return Value();
  auto spatial = ArrayRef(axes).drop_front(2);
  bool isNearest = spatial[0].mode == "nearest";
  if (!isNearest && spatial[0].mode != "linear")
    return Value();
  for (Flags flags : kFlags) {
    if (!llvm::all_of(spatial, [&](const Resampling &axis) {
          return isNearest ? takesSame(axis, flags) : interpolatesSame(axis, flags);
        }))
      continue;
    if (spatial.size() == 3)
      return toNcdhw(node, resizeVolume(node, toNdhwc(node, input),
                                        {spatial[0].out, spatial[1].out, spatial[2].out},
                                        {!isNearest, flags.alignCorners, flags.halfPixelCenters}));
    SmallVector<int64_t> size = {spatial[0].out, spatial[1].out};
    MaybeValue nhwc = node.toNhwc(input);
    return node.toNchw(isNearest ? node.create<graph::ResizeNearestOp>(
                                       nhwc, size, flags.alignCorners, flags.halfPixelCenters)
                                 : node.create<graph::ResizeBilinearOp>(
                                       nhwc, size, flags.alignCorners, flags.halfPixelCenters));
  }
  return Value();
}

/// One dimension by its elements' places, or by the matrix that its weights are.
MaybeValue resample(OnnxNode &node, MaybeValue value, int64_t axis, const Resampling &how) {
  if (failed(value))
    return failure();
  if (how.mode == "nearest") {
    SmallVector<int64_t> places = how.nearestPlaces();
    if (!llvm::is_contained(places, -1))
      return pickAlong(node, value, axis, places);
  }
  return resampleAlong(node, value, axis, how);
}
} // namespace

/// Resize, and Upsample before it: by an op of the graph where there is one, else dimension by
/// dimension, since all its modes are separable.
static MaybeValue importResize(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  FailureOr<Axes> axes = readAxes(node, shape);
  if (failed(axes))
    return failure();
  // Numbers between integers are cut off in the end.
  Type type = getElementTypeOrSelf(*input);
  if (isa<IntegerType>(type) && axes->front().mode != "nearest")
    input = node.cast(input, node.builder().getF32Type());
  if (failed(input))
    return failure();
  MaybeValue direct = byGraphOp(node, *input, *axes);
  if (failed(direct) || *direct)
    return node.cast(direct, type);
  MaybeValue result = input;
  for (auto [index, axis] : llvm::enumerate(*axes))
    if (!isIdentity(axis))
      result = resample(node, result, static_cast<int64_t>(index), axis);
  return node.cast(result, type);
}

void registerResize(OpTable &table) {
  table.add("Resize", importResize, Takes::kNumbers);
  table.add("Upsample", importResize, Takes::kNumbers);
}

} // namespace tandem::onnx
