// Functions of keras.ops, and in Keras 2 of TensorFlow, that move, join and choose elements.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/einsum.h"
#include "compiler/importers/common/excerpt.h"
#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/keras/image.h"

using namespace mlir;

namespace tandem::keras {

namespace {
constexpr int64_t kMostParts = 1024; // an op for each

/// The one of both keys that is there: what keras.ops calls it, else TensorFlow.
StringRef present(Layer &layer, StringRef ops, StringRef tf) {
  return layer.find(ops) ? ops : tf;
}

/// An axis of a tensor, of which the result may have `more` than it.
FailureOr<int64_t> readAxis(Layer &layer, mlir::Value x, std::optional<int64_t> absent,
                            int64_t more = 0) {
  int64_t given = layer.integer("axis", absent);
  std::optional<int64_t> axis =
      normalizedAxis(given, static_cast<int64_t>(shapeOf(x).size()) + more);
  if (layer.failed())
    return failure();
  if (!axis)
    return layer.invalid("'axis' is " + Twine(given) + ", outside an input of shape " +
                         shapeText(shapeOf(x)));
  return *axis;
}

MaybeValue importReshape(Layer &layer) {
  MaybeValue x = layer.operand(0, "tensor");
  SmallVector<int64_t> shape = layer.oneOrMore(present(layer, "newshape", "shape"), {});
  if (layer.failed() || failed(x))
    return failure();
  int64_t total = *elementCount(shapeOf(*x)), known = 1, *open = nullptr;
  for (int64_t &size : shape) {
    if (size == -1 && !open)
      open = &size;
    else if (size < 1 || __builtin_mul_overflow(known, size, &known))
      return layer.invalid("a shape has " + Twine(size));
  }
  if (open)
    *open = total / known;
  return layer.reshape(x, shape);
}

MaybeValue importTranspose(Layer &layer) {
  MaybeValue x = layer.operand(0, "a");
  if (failed(x))
    return failure();
  auto reversed =
      llvm::to_vector(llvm::reverse(llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()))));
  SmallVector<int64_t> order = layer.oneOrMore(present(layer, "axes", "perm"), reversed);
  for (int64_t &axis : order)
    axis = normalizedAxis(axis, static_cast<int64_t>(order.size())).value_or(-1);
  return layer.failed() ? MaybeValue(failure()) : layer.transpose(x, order);
}

MaybeValue importSwapAxes(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  int64_t given[] = {layer.integer("axis1"), layer.integer("axis2")};
  if (layer.failed() || failed(x))
    return failure();
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  auto rank = static_cast<int64_t>(order.size());
  std::optional<int64_t> a = normalizedAxis(given[0], rank), b = normalizedAxis(given[1], rank);
  if (!a || !b)
    return layer.invalid("swaps axes " + shapeText(given));
  std::swap(order[*a], order[*b]);
  return layer.transpose(x, order);
}

MaybeValue importExpandDims(Layer &layer) {
  MaybeValue x = layer.operand(0, "input");
  SmallVector<int64_t> axes = layer.oneOrMore("axis", {});
  if (layer.failed() || failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  auto rank = static_cast<int64_t>(shape.size() + axes.size());
  for (int64_t &axis : axes) {
    std::optional<int64_t> normal = normalizedAxis(axis, rank);
    if (!normal)
      return layer.invalid("'axis' has " + Twine(axis));
    axis = *normal;
  }
  llvm::sort(axes);
  for (int64_t axis : axes)
    shape.insert(shape.begin() + std::min<int64_t>(axis, shape.size()), 1);
  return layer.reshape(x, shape);
}

MaybeValue importSqueeze(Layer &layer) {
  MaybeValue x = layer.operand(0, "input");
  if (failed(x))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", {}, shapeOf(*x));
  if (failed(axes))
    return failure();
  SmallVector<int64_t> shape;
  for (auto [d, size] : llvm::enumerate(shapeOf(*x)))
    if (layer.find("axis") ? !llvm::is_contained(*axes, static_cast<int64_t>(d)) : size != 1)
      shape.push_back(size);
  return layer.reshape(x, shape);
}

MaybeValue importConcatenate(Layer &layer) {
  Values parts = layer.tensorsIn(layer.argument(0, "values"));
  if (parts.empty() || parts.size() != layer.inputs().size())
    return layer.unsupported("of other things than tensors");
  FailureOr<int64_t> axis = readAxis(layer, parts[0], -1);
  return failed(axis) ? MaybeValue(failure()) : concatAlong(layer, parts, *axis);
}

MaybeValue importStack(Layer &layer) {
  Values parts = layer.tensorsIn(layer.argument(0, "values"));
  if (parts.empty() || parts.size() != layer.inputs().size())
    return layer.unsupported("of other things than tensors");
  FailureOr<int64_t> axis = readAxis(layer, parts[0], 0, 1);
  return failed(axis)
             ? MaybeValue(failure())
             : stackAlong(layer, SmallVector<MaybeValue>(parts.begin(), parts.end()), *axis);
}

/// Where a dimension is cut: in so many equal parts or, by keras.ops, at these places; by
/// TensorFlow in parts of these sizes.
FailureOr<SmallVector<int64_t>> readParts(Layer &layer, int64_t extent) {
  StringRef key = present(layer, "indices_or_sections", "num_or_size_splits");
  const Json *given = layer.find(key);
  std::optional<int64_t> count = given ? asInt(*given) : std::nullopt;
  SmallVector<int64_t> numbers = layer.oneOrMore(key, {});
  if (layer.failed())
    return failure();
  std::optional<SmallVector<int64_t>> sizes;
  if (count && *count > kMostParts)
    return layer.unsupported("in " + Twine(*count) + " parts");
  if (count && *count > 0 && *count <= extent && extent % *count == 0) {
    sizes.emplace(*count, extent / *count);
  } else if (!count && key == "num_or_size_splits") {
    sizes = partSizes(numbers, extent);
  } else if (!count && !numbers.empty()) {
    numbers.push_back(extent);
    int64_t begin = 0;
    sizes.emplace();
    for (int64_t place : numbers) {
      if (place < begin || place > extent)
        return layer.invalid("'" + key + "' has " + Twine(place));
      sizes->push_back(place - begin);
      begin = place;
    }
  }
  if (!sizes)
    return layer.invalid("'" + key + "' is " + shapeText(numbers) + " for a dimension of " +
                         Twine(extent));
  return *sizes;
}

Results importSplit(Layer &layer) {
  MaybeValue x = layer.operand(0, "value");
  if (failed(x))
    return failure();
  FailureOr<int64_t> axis = readAxis(layer, *x, 0);
  if (failed(axis))
    return failure();
  FailureOr<SmallVector<int64_t>> sizes = readParts(layer, shapeOf(*x)[*axis]);
  if (failed(sizes))
    return failure();
  return splitAlong(layer, x, *axis, *sizes);
}

/// One tensor for each entry of a dimension, without it.
Results importUnstack(Layer &layer) {
  MaybeValue x = layer.operand(0, "value");
  if (failed(x))
    return failure();
  FailureOr<int64_t> axis = readAxis(layer, *x, 0);
  if (failed(axis))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  int64_t count = shape[*axis];
  if (count > kMostParts)
    return layer.unsupported("in " + Twine(count) + " parts");
  shape.erase(shape.begin() + *axis);
  Values parts;
  for (int64_t i = 0; i < count; ++i) {
    MaybeValue part = layer.reshape(sliceAlong(layer, x, *axis, i, 1), shape);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  return parts;
}

MaybeValue importTile(Layer &layer) {
  MaybeValue x = layer.operand(0, "input");
  SmallVector<int64_t> repeats = layer.oneOrMore(present(layer, "repeats", "multiples"), {});
  if (layer.failed() || failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  if (repeats.size() > shape.size())
    shape.insert(shape.begin(), repeats.size() - shape.size(), 1);
  repeats.insert(repeats.begin(), shape.size() - repeats.size(), 1);
  for (auto [size, times] : llvm::zip(shape, repeats))
    if (times < 1 || times > kMaxElements / std::max<int64_t>(size, 1))
      return layer.invalid("repeats " + shapeText(shape) + " " + Twine(times) + " times");
  return layer.create<graph::TileOp>(layer.reshape(x, shape), repeats);
}

MaybeValue importRepeat(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  int64_t times = layer.integer("repeats");
  if (layer.failed() || failed(x))
    return failure();
  if (!layer.find("axis"))
    return layer.unsupported("without 'axis'");
  FailureOr<int64_t> axis = readAxis(layer, *x, std::nullopt);
  if (failed(axis))
    return failure();
  if (times < 1 || times > kMaxElements / std::max<int64_t>(shapeOf(*x)[*axis], 1))
    return layer.invalid("'repeats' is " + Twine(times));
  return repeatEach(layer, x, *axis, times);
}

MaybeValue importBroadcast(Layer &layer) {
  MaybeValue x = layer.operand(0, "input");
  SmallVector<int64_t> shape = layer.oneOrMore("shape", {});
  if (layer.failed() || failed(x))
    return failure();
  if (!hasSaneSize(shape) || shape.size() < shapeOf(*x).size())
    return layer.invalid("'shape' is " + shapeText(shape) + " for an input of shape " +
                         shapeText(shapeOf(*x)));
  return expandTo(layer, x, shape);
}

MaybeValue importFlip(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  if (failed(x))
    return failure();
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", all, shapeOf(*x));
  return failed(axes) ? MaybeValue(failure()) : reversed(layer, x, *axes);
}

/// Of indices that are a tensor, or numbers in the model.
MaybeValue importTake(Layer &layer) {
  MaybeValue x = layer.operand(0, "params");
  if (failed(x))
    return failure();
  bool isTf = layer.className().starts_with("tf.");
  if (!isTf && !layer.find("axis"))
    return layer.unsupported("without 'axis'");
  FailureOr<int64_t> axis = readAxis(layer, *x, isTf ? std::optional<int64_t>(0) : std::nullopt);
  const Json *given = layer.argument(1, "indices");
  if (failed(axis) || !given)
    return failed(axis) ? MaybeValue(failure())
                        : MaybeValue(layer.unsupported("without indices in the model"));
  Type type = layer.builder().getI32Type();
  std::optional<int64_t> one = asInt(*given);
  std::optional<SmallVector<int64_t>> numbers = one ? SmallVector<int64_t>{*one} : asInts(*given);
  if (numbers && numbers->empty())
    return layer.invalid("has no indices");
  if (numbers) {
    int64_t size = shapeOf(*x)[*axis];
    for (int64_t &place : *numbers) {
      std::optional<int64_t> normal = normalizedAxis(place, size);
      if (!normal)
        return layer.invalid("has an index " + Twine(place) + " for a dimension of " + Twine(size));
      place = *normal;
    }
    MaybeValue picked = pickAlong(layer, x, *axis, *numbers);
    SmallVector<int64_t> shape(shapeOf(*x));
    shape.erase(shape.begin() + *axis);
    return one ? layer.reshape(picked, shape) : picked;
  }
  MaybeValue indices = layer.operand(1, "indices");
  if (succeeded(indices) && isa<FloatType>(getElementTypeOrSelf(*indices)))
    indices = layer.cast(indices, type);
  return takeAlong(layer, x, indices, *axis);
}

MaybeValue importPad(Layer &layer) {
  MaybeValue x = layer.operand(0, "tensor");
  const Json *pads = layer.find(present(layer, "pad_width", "paddings"));
  std::string mode = layer.string("mode", "constant").lower();
  double value = layer.number("constant_values", 0);
  if (layer.failed() || failed(x))
    return failure();
  SmallVector<int64_t> low, high;
  size_t rank = shapeOf(*x).size();
  for (size_t d = 0; d < rank; ++d) {
    bool isEach = pads && pads->is_array() && pads->size() == rank;
    std::optional<SmallVector<int64_t>> both = isEach ? asInts((*pads)[d]) : std::nullopt;
    if (!both || both->size() != 2 ||
        llvm::any_of(*both, [](int64_t v) { return v < 0 || v > INT32_MAX; }))
      return layer.unsupported("padding by " +
                               (pads ? excerpt(pads->dump(), kMostOfValue) : "nothing"));
    low.push_back((*both)[0]);
    high.push_back((*both)[1]);
  }
  if (mode == "constant")
    return padOrCrop(layer, x, low, high, value);
  if (mode == "symmetric")
    return layer.create<graph::MirrorPadOp>(x, low, high, /*symmetric=*/true);
  if (mode != "reflect" && mode != "edge" && mode != "wrap")
    return layer.unsupported("mode '" + mode + "'");
  return padWithin(layer, x, low, high,
                   mode == "reflect" ? Continuation::kReflect
                   : mode == "edge"  ? Continuation::kEdge
                                     : Continuation::kWrap);
}

MaybeValue importMatmul(Layer &layer) {
  MaybeValue left = layer.operand(0, "a"), right = layer.operand(1, "b");
  bool turnLeft = layer.flag("transpose_a", false), turnRight = layer.flag("transpose_b", false);
  return layer.failed() ? MaybeValue(failure())
                        : matrixProduct(layer, left, right, turnLeft, turnRight);
}

MaybeValue importEinsum(Layer &layer) {
  StringRef equation = layer.string("subscripts", "");
  return layer.failed() ? MaybeValue(failure()) : einsum(layer, equation, layer.inputs());
}

/// One-hot vectors in real numbers.
MaybeValue importOneHot(Layer &layer) {
  MaybeValue indices = layer.operand(0, "indices");
  int64_t depth = layer.integer(present(layer, "num_classes", "depth"));
  if (layer.failed() || failed(indices))
    return failure();
  FailureOr<int64_t> axis = readAxis(layer, *indices, -1, 1);
  if (failed(axis))
    return failure();
  if (depth < 1 || depth > NodeBuilder::kMaxFill)
    return layer.invalid("has a depth of " + Twine(depth));
  Type f32 = layer.builder().getF32Type();
  return oneHot(layer, layer.cast(indices, layer.builder().getI32Type()), depth, *axis,
                layer.constant(f32, {1}, {1.0f}), layer.constant(f32, {1}, {0.0f}));
}

/// keras.ops.image.resize and tf.image.resize.
MaybeValue importResize(Layer &layer) {
  for (StringRef flag :
       {"crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias", "preserve_aspect_ratio"})
    if (layer.flag(flag, false))
      return layer.unsupported("'" + flag + "'");
  FailureOr<Image> image = Image::of(layer);
  SmallVector<int64_t> size = layer.oneOrMore("size", {});
  StringRef how = layer.string(present(layer, "interpolation", "method"), "bilinear");
  if (failed(image) || layer.failed())
    return failure();
  if (size.size() != 2 || size[0] < 1 || size[1] < 1)
    return layer.invalid("'size' is " + shapeText(size));
  return image->back(resized(layer, image->nhwc(), {size[0], size[1]}, how));
}
} // namespace

void registerShapeFunctions(LayerTable &table) {
  auto add = [&](StringRef ops, StringRef tf, Handler handler) {
    table.add(("ops." + ops).str(), handler, Takes::kIntegers);
    if (!tf.empty())
      table.add(("tf." + tf).str(), handler, Takes::kIntegers);
  };
  add("BroadcastTo", "broadcast_to", importBroadcast);
  add("Concatenate", "concat", importConcatenate);
  add("ExpandDims", "expand_dims", importExpandDims);
  add("Flip", "reverse", importFlip);
  add("OneHot", "one_hot", importOneHot);
  add("Repeat", "", importRepeat);
  add("Reshape", "reshape", importReshape);
  add("Squeeze", "squeeze", importSqueeze);
  add("Stack", "stack", importStack);
  add("SwapAxes", "", importSwapAxes);
  add("Swapaxes", "", importSwapAxes);
  add("Take", "gather", importTake);
  add("Tile", "tile", importTile);
  add("Transpose", "transpose", importTranspose);
  for (StringRef name : {"ops.Split", "tf.split"})
    table.addMany(name, importSplit, Takes::kIntegers);
  for (StringRef name : {"ops.Unstack", "tf.unstack"})
    table.addMany(name, importUnstack, Takes::kIntegers);
  for (StringRef name : {"ops.Pad", "tf.pad"})
    table.add(name, importPad);
  for (StringRef name : {"ops.Matmul", "ops.Dot", "tf.linalg.matmul"})
    table.add(name, importMatmul);
  table.add("ops.Einsum", importEinsum);
  for (StringRef name : {"ops.Resize", "tf.image.resize"})
    table.add(name, importResize);
}

} // namespace tandem::keras
