#include "compiler/importers/common/short_time_fourier.h"

#include "compiler/graph/constants.h"

#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

namespace {
enum class Kind { kComplex, kFromReal, kToReal };

/// What is transformed, in this order: the last one is the one that has half of its numbers where
/// one side is real.
struct Plan {
  SmallVector<int64_t> axes, sizes;
  double scale = 1;
  bool isInverse = false, isOneSided = false;
};

int64_t pointsOf(const Plan &plan) {
  int64_t points = 1;
  for (int64_t size : plan.sizes)
    points *= size;
  return points;
}

bool isSane(ArrayRef<int64_t> sizes) {
  int64_t points = 1;
  for (int64_t size : sizes) {
    if (size < 1 || size > NodeBuilder::kMaxFill / points)
      return false;
    points *= size;
  }
  return true;
}

MaybeValue toReal(AtenNode &node, Complex x, const Plan &plan) {
  for (size_t i = 0; i + 1 < plan.axes.size(); ++i) {
    Transform transform = Transform::full(plan.sizes[i]);
    transform.inverse = plan.isInverse;
    x = fourierAlong(node, resized(node, x, plan.axes[i], plan.sizes[i]), plan.axes[i], transform);
  }
  return inverseRealFourier(node, x, plan.axes.back(), plan.sizes.back(), plan.scale);
}

MaybeValue toComplex(AtenNode &node, Complex x, const Plan &plan) {
  for (size_t i = plan.axes.size(); i-- > 0;) {
    bool isLast = i + 1 == plan.axes.size();
    Transform transform = isLast && plan.isOneSided ? Transform::oneSided(plan.sizes[i])
                                                    : Transform::full(plan.sizes[i]);
    transform.inverse = plan.isInverse;
    transform.scale = isLast ? plan.scale : 1;
    x = fourierAlong(node, resized(node, x, plan.axes[i], plan.sizes[i]), plan.axes[i], transform);
  }
  return complexValue(node, x);
}

/// 'norm': by whose number of points it is divided, or by its root both ways.
double scaleOf(AtenNode &node, bool isInverse, int64_t points) {
  StringRef norm = node.string("norm", "backward");
  auto count = static_cast<double>(points);
  if (norm == "ortho")
    return 1 / std::sqrt(count);
  if (norm != "backward" && norm != "forward")
    (void)node.invalid("'norm' is '" + norm + "'");
  return isInverse == (norm == "backward") ? 1 / count : 1;
}
} // namespace

/// The operators below those of torch.fft: all of 'dim', by a scale with a number.
template <Kind kind> static MaybeValue importCore(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  Plan plan;
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  for (int64_t dim : node.integers("dim")) {
    std::optional<int64_t> axis = normalizedAxis(dim, rank);
    if (!axis)
      return node.invalid("'dim' has " + Twine(dim) + ", outside a tensor of shape " +
                          shapeText(shapeOf(*input)));
    plan.axes.push_back(*axis);
    plan.sizes.push_back(shapeOf(*input)[*axis]);
  }
  int64_t normalization = node.integer("normalization");
  plan.isOneSided = kind == Kind::kFromReal && node.flag("onesided", true);
  plan.isInverse = kind == Kind::kToReal || (kind == Kind::kComplex && !node.flag("forward", true));
  if (kind == Kind::kToReal && !plan.sizes.empty())
    plan.sizes.back() = node.integer("last_dim_size");
  if (node.failed() || plan.axes.empty() || !isSane(plan.sizes))
    return node.invalid("a transform of " + shapeText(plan.sizes) + " points");
  auto points = static_cast<double>(pointsOf(plan));
  plan.scale = normalization == 0 ? 1 : 1 / (normalization == 1 ? std::sqrt(points) : points);
  Complex parts = partsOf(input);
  return kind == Kind::kToReal ? toReal(node, parts, plan) : toComplex(node, parts, plan);
}

/// torch.fft of one dimension, 'dim', cut or filled up to 'n'.
template <Kind kind, bool isInverse> static MaybeValue importOne(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t axis = node.dim("dim", *input, -1);
  if (node.failed())
    return failure();
  int64_t extent = shapeOf(*input)[axis];
  int64_t size = node.integer("n", kind == Kind::kToReal ? 2 * (extent - 1) : extent);
  if (node.failed() || !isSane(size))
    return node.invalid("a transform of " + Twine(size) + " points");
  Plan plan{{axis}, {size}, scaleOf(node, isInverse, size), isInverse, kind == Kind::kFromReal};
  if (node.failed())
    return failure();
  Complex parts = partsOf(input);
  return kind == Kind::kToReal ? toReal(node, parts, plan) : toComplex(node, parts, plan);
}

/// torch.fft of several dimensions: those of 'dim' (the last two of fft2, all or as many as 's' has
/// of fftn), cut or filled up to 's'.
template <Kind kind, bool isInverse> static MaybeValue importSeveral(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  auto rank = static_cast<int64_t>(shape.size());
  auto given = node.integers("s", SmallVector<int64_t>());
  bool isTwo = AtenNode::shortTarget(node.record().target).contains("fft2.");
  SmallVector<int64_t> dims;
  int64_t count = isTwo ? 2 : given.empty() ? rank : static_cast<int64_t>(given.size());
  for (int64_t i = std::max<int64_t>(rank - count, 0); i < rank; ++i)
    dims.push_back(i);
  dims = node.integers("dim", dims);
  Plan plan;
  for (auto [i, dim] : llvm::enumerate(dims)) {
    std::optional<int64_t> axis = normalizedAxis(dim, rank);
    if (node.failed() || !axis || (!given.empty() && given.size() != dims.size()))
      return node.invalid("dimensions " + shapeText(dims) + " and sizes " + shapeText(given) +
                          " of a tensor of shape " + shapeText(shape));
    bool isHalf = kind == Kind::kToReal && i + 1 == dims.size();
    int64_t extent = isHalf ? 2 * (shape[*axis] - 1) : shape[*axis];
    plan.axes.push_back(*axis);
    plan.sizes.push_back(given.empty() || given[i] == -1 ? extent : given[i]);
  }
  if (node.failed() || plan.axes.empty() || !isSane(plan.sizes))
    return node.invalid("a transform of " + shapeText(plan.sizes) + " points");
  plan.isInverse = isInverse;
  plan.isOneSided = kind == Kind::kFromReal;
  plan.scale = scaleOf(node, isInverse, pointsOf(plan));
  if (node.failed())
    return failure();
  Complex parts = partsOf(input);
  return kind == Kind::kToReal ? toReal(node, parts, plan) : toComplex(node, parts, plan);
}

namespace {
/// The arguments that stft and istft share.
struct Pieces {
  int64_t size = 0, step = 0;
  double scale = 1; ///< of the forward transform
  Value window;     ///< `size` factors
};

/// A shorter window has as many zeros on either side. A known one stays a constant, which folds
/// into the transform's matrix.
MaybeValue widened(AtenNode &node, MaybeValue window, int64_t length, int64_t size) {
  if (failed(window) || length == size)
    return window;
  int64_t before = (size - length) / 2;
  std::optional<graph::ConstantBytes> known = graph::constantOf(*window);
  if (!known || !getElementTypeOrSelf(*window).isF32() ||
      known->as<float>().size() != static_cast<size_t>(length))
    return padOrCrop(node, window, before, size - length - before, 0);
  SmallVector<float> factors(size, 0);
  llvm::copy(known->as<float>(), factors.begin() + before);
  return node.constant(node.builder().getF32Type(), {size}, factors);
}

FailureOr<Pieces> readPieces(AtenNode &node, Value like) {
  Pieces pieces;
  pieces.size = node.integer("n_fft");
  if (node.failed() || !isSane(pieces.size))
    return node.invalid("pieces of " + Twine(pieces.size));
  pieces.step = node.integer("hop_length", std::max<int64_t>(pieces.size / 4, 1));
  int64_t length = node.integer("win_length", pieces.size);
  if (node.flag("normalized", false))
    pieces.scale = 1 / std::sqrt(static_cast<double>(pieces.size));
  MaybeValue window = node.optionalTensor("window");
  if (node.failed() || failed(window) || pieces.step < 1 || length < 1 || length > pieces.size)
    return node.invalid("pieces of " + Twine(pieces.size) + ", one every " + Twine(pieces.step) +
                        ", with a window of " + Twine(length));
  if (!*window)
    window = node.fill(node.builder().getF32Type(), length, 1);
  window = widened(node, window, length, pieces.size);
  if (failed(window))
    return failure();
  if (getElementTypeOrSelf(*window) != getElementTypeOrSelf(like))
    return node.unsupported("a window of another type than the signal");
  pieces.window = *window;
  return pieces;
}
} // namespace

static MaybeValue centred(AtenNode &node, MaybeValue signal, int64_t size) {
  if (failed(signal))
    return failure();
  SmallVector<int64_t> pads(shapeOf(*signal).size(), 0);
  pads.back() = size / 2;
  StringRef mode = node.string("pad_mode", "reflect");
  if (mode == "constant")
    return padOrCrop(node, signal, pads, pads, 0);
  if (mode != "reflect" && mode != "replicate" && mode != "circular")
    return node.unsupported("'pad_mode' '" + mode + "'");
  return padWithin(node, signal, pads, pads,
                   mode == "reflect"     ? Continuation::kReflect
                   : mode == "replicate" ? Continuation::kEdge
                                         : Continuation::kWrap);
}

/// aten.stft of [batch, samples] or [samples]: [..., bins, frames].
template <bool isCentred> static MaybeValue importStft(AtenNode &node) {
  Complex signal = partsOf(node.tensor("self"));
  if (failed(signal.real) || failed(signal.imaginary))
    return failure();
  FailureOr<Pieces> pieces = readPieces(node, *signal.real);
  bool isReal = !*signal.imaginary, isOneSided = node.flag("onesided", isReal),
       isValue = node.flag("return_complex", false);
  if (failed(pieces) || node.failed())
    return failure();
  if (node.flag("align_to_window", false))
    return node.unsupported("'align_to_window'");
  if (isCentred && node.flag("center", true))
    signal = ofEachPart(signal, [&](MaybeValue part) { return centred(node, part, pieces->size); });
  Transform transform =
      isOneSided ? Transform::oneSided(pieces->size) : Transform::full(pieces->size);
  transform.scale = pieces->scale;
  Complex result = shortTimeFourier(node, signal, pieces->step, transform, pieces->window);
  if (failed(result.real) || failed(result.imaginary))
    return failure();
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*result.real).size()));
  std::swap(order[order.size() - 2], order.back());
  Complex turned = ofEachPart(result, [&](MaybeValue part) { return node.transpose(part, order); });
  return isValue ? complexValue(node, turned) : pairsOf(node, turned);
}

/// aten.istft of [..., bins, frames]: [..., samples].
static MaybeValue importInverseStft(AtenNode &node) {
  Complex bins = partsOf(node.tensor("self"));
  if (failed(bins.real) || failed(bins.imaginary))
    return failure();
  if (!*bins.imaginary)
    return node.unsupported("a transform that is not complex");
  FailureOr<Pieces> pieces = readPieces(node, *bins.real);
  bool isCentred = node.flag("center", true), isOneSided = node.flag("onesided", true);
  int64_t length = node.integer("length", -1);
  auto rank = static_cast<int64_t>(shapeOf(*bins.real).size());
  if (failed(pieces) || node.failed())
    return failure();
  if (rank < 2 || !isOneSided || node.flag("return_complex", false))
    return node.unsupported("a transform that has two sides");
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(order[rank - 2], order[rank - 1]);
  Complex turned = ofEachPart(bins, [&](MaybeValue part) { return node.transpose(part, order); });
  double scale = 1 / static_cast<double>(pieces->size) / pieces->scale;
  MaybeValue signal =
      inverseShortTimeFourier(node, turned, pieces->size, pieces->step, scale, pieces->window);
  if (failed(signal))
    return failure();
  int64_t begin = isCentred ? pieces->size / 2 : 0, samples = shapeOf(*signal).back();
  int64_t size = length >= 0 ? length : samples - 2 * begin;
  if (size < 1 || size > NodeBuilder::kMaxFill * 16 || begin >= samples)
    return node.invalid("a signal of " + Twine(size) + " samples");
  int64_t taken = std::min(size, samples - begin);
  return resized(node, sliceAlong(node, signal, rank - 2, begin, taken), rank - 2, size);
}

/// aten.unfold: pieces of a dimension, in a new last one.
static MaybeValue importUnfold(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t axis = node.dim("dimension", *input), size = node.integer("size"),
          step = node.integer("step");
  if (node.failed() || shapeOf(*input).empty())
    return node.invalid("a tensor without dimensions");
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*input).size()));
  order.erase(order.begin() + axis);
  order.push_back(axis);
  MaybeValue pieces = framed(node, node.transpose(input, order), size, step);
  auto rank = static_cast<int64_t>(order.size()); // the pieces are dimension rank - 1
  SmallVector<int64_t> back;
  for (int64_t d = 0; d <= rank; ++d)
    back.push_back(d < axis || d == rank ? d : d == axis ? rank - 1 : d - 1);
  return node.transpose(pieces, back);
}

template <bool isBack> static MaybeValue importShift(AtenNode &node) {
  MaybeValue result = node.tensor("self");
  if (failed(result))
    return failure();
  for (int64_t axis : node.dims("dim", *result)) {
    int64_t extent = shapeOf(*result)[axis];
    result = rolled(node, result, axis, isBack ? (extent + 1) / 2 : extent / 2);
  }
  return node.failed() ? MaybeValue(failure()) : result;
}

void registerFourier(OpTable &table) {
  auto add = [&](StringRef target, auto handler) {
    table.add(target, handler);
    table.addOfComplex(target, handler);
  };
  table.add("aten._fft_r2c.default", importCore<Kind::kFromReal>);
  add("aten._fft_c2c.default", importCore<Kind::kComplex>);
  add("aten._fft_c2r.default", importCore<Kind::kToReal>);
  add("aten.fft_fft.default", importOne<Kind::kComplex, false>);
  add("aten.fft_ifft.default", importOne<Kind::kComplex, true>);
  table.add("aten.fft_rfft.default", importOne<Kind::kFromReal, false>);
  add("aten.fft_irfft.default", importOne<Kind::kToReal, true>);
  for (StringRef suffix : {"2.default", "n.default"}) {
    add(("aten.fft_fft" + suffix).str(), importSeveral<Kind::kComplex, false>);
    add(("aten.fft_ifft" + suffix).str(), importSeveral<Kind::kComplex, true>);
    table.add(("aten.fft_rfft" + suffix).str(), importSeveral<Kind::kFromReal, false>);
    add(("aten.fft_irfft" + suffix).str(), importSeveral<Kind::kToReal, true>);
  }
  add("aten.stft.default", importStft<false>);
  add("aten.stft.center", importStft<true>);
  add("aten.istft.default", importInverseStft);
  table.addView("aten.unfold.default", importUnfold);
  table.addOfParts("aten.unfold.default");
  table.add("aten.fft_fftshift.default", importShift<false>);
  table.add("aten.fft_ifftshift.default", importShift<true>);
  table.addOfParts("aten.fft_fftshift.default");
  table.addOfParts("aten.fft_ifftshift.default");
}

} // namespace tandem::torch
