// ScaleAndTranslate, which tf.image.resize with 'antialias' and jax.image.resize are.
#include "compiler/importers/common/resampling.h"
#include "compiler/importers/tensorflow/node.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace tandem::tensorflow {

namespace {
/// How much an element counts at a distance from the place, from 0 on; nothing from the radius on.
struct Kernel {
  StringLiteral name;
  double radius;
  double (*weight)(double radius, double distance);
};

double box(double, double x) {
  return x < 0.5 ? 1 : x == 0.5 ? 0.5 : 0;
}
double triangle(double, double x) {
  return std::max(1 - x, 0.0);
}
double lanczos(double radius, double x) {
  if (x >= radius)
    return 0;
  constexpr double kNear = 1e-3;
  double turn = M_PI * x;
  return x <= kNear ? 1 : radius * std::sin(turn) * std::sin(turn / radius) / (turn * turn);
}
double gaussian(double radius, double x) {
  double deviation = radius / 3;
  return x >= radius ? 0 : std::exp(-x * x / (2 * deviation * deviation));
}
/// The family of Mitchell and Netravali (1988), of which Keys' is b = 0, c = 1/2.
double cubic(double b, double c, double x) {
  if (x >= 2)
    return 0;
  if (x >= 1)
    return ((((-b - 6 * c) * x + 6 * b + 30 * c) * x - 12 * b - 48 * c) * x + 8 * b + 24 * c) / 6;
  return (((12 - 9 * b - 6 * c) * x - 18 + 12 * b + 6 * c) * x * x + 6 - 2 * b) / 6;
}
double keysCubic(double, double x) {
  return cubic(0, 0.5, x);
}
double mitchellCubic(double, double x) {
  return cubic(1.0 / 3, 1.0 / 3, x);
}

constexpr Kernel kKernels[] = {{"lanczos1", 1, lanczos},
                               {"lanczos3", 3, lanczos},
                               {"lanczos5", 5, lanczos},
                               {"gaussian", 1.5, gaussian},
                               {"box", 1, box},
                               {"triangle", 1, triangle},
                               {"keyscubic", 2, keysCubic},
                               {"mitchellcubic", 2, mitchellCubic}};

/// One dimension: place i of the result is place (i - translation) / scale of the image.
struct Mapping {
  int64_t in = 0, out = 0;
  float scale = 1, translation = 0;
  bool antialias = true;
};

/// [out, in]; a place outside of the image has zeros. In f32 as TensorFlow has it, since the end of
/// a kernel may fall on an element.
std::vector<float> matrixOf(const Mapping &how, const Kernel &kernel) {
  std::vector<float> matrix(static_cast<size_t>(how.in * how.out), 0.0f);
  auto step = static_cast<float>(1.0 / how.scale), shift = -step * how.translation;
  float spread = how.antialias ? std::max(step, 1.0f) : 1.0f, narrow = 1.0f / spread;
  float reach = static_cast<float>(kernel.radius) * spread;
  auto last = static_cast<float>(how.in - 1);
  for (int64_t i = 0; i < how.out; ++i) {
    float at = (static_cast<float>(i) + 0.5f) * step + shift;
    if (!(at >= 0 && at <= static_cast<float>(how.in)))
      continue;
    auto first = static_cast<int64_t>(std::clamp(std::ceil(at - reach - 0.5f), 0.0f, last));
    auto end = static_cast<int64_t>(std::clamp(std::floor(at + reach - 0.5f), 0.0f, last)) + 1;
    std::vector<double> weights;
    double sum = 0;
    for (int64_t j = first; j < end; ++j) {
      float distance = std::abs((static_cast<float>(j) + 0.5f - at) * narrow);
      weights.push_back(kernel.weight(kernel.radius, distance));
      sum += weights.back();
    }
    if (std::abs(sum) >= 1000 * std::numeric_limits<float>::min())
      for (int64_t j = first; j < end; ++j)
        matrix[i * how.in + j] = static_cast<float>(weights[j - first] / sum);
  }
  return matrix;
}
} // namespace

/// ScaleAndTranslate: images, the size of the result, scale and translation, each (rows, columns).
static MaybeValue importScaleAndTranslate(TfNode &node) {
  MaybeValue result = node.cast(node.input(0), node.builder().getF32Type());
  FailureOr<SmallVector<int64_t>> size = node.integers(1, "the size");
  FailureOr<Numbers> scale = node.constant(2, "the scale"),
                     translation = node.constant(3, "the translation");
  StringRef name = node.string("kernel_type", "lanczos3");
  bool antialias = node.flag("antialias", true);
  if (node.failed() || failed(result) || failed(size) || failed(scale) || failed(translation))
    return failure();
  const auto *kernel =
      llvm::find_if(kKernels, [&](const Kernel &each) { return each.name == name; });
  if (kernel == std::end(kKernels))
    return node.unsupported("'kernel_type' '" + name + "'");
  if (shapeOf(*result).size() != 4 || size->size() != 2 || scale->reals.size() != 2 ||
      translation->reals.size() != 2)
    return node.invalid("images of shape " + shapeText(shapeOf(*result)) + " to a size of " +
                        Twine(size->size()) + " numbers");
  for (int64_t dimension : {0, 1}) {
    Mapping how = {shapeOf(*result)[1 + dimension], (*size)[dimension], scale->reals[dimension],
                   translation->reals[dimension], antialias};
    if (how.in < 1 || how.out < 1 || how.in > NodeBuilder::kMaxFill / how.out || !(how.scale > 0) ||
        !std::isfinite(how.scale) || !std::isfinite(how.translation))
      return node.unsupported("from " + Twine(how.in) + " to " + Twine(how.out) +
                              " places, or such a scale");
    result = multiplyAlong(node, result, 1 + dimension, matrixOf(how, *kernel), how.out);
    if (failed(result))
      return failure();
  }
  return result;
}

void registerScaleAndTranslate(OpTable &table) {
  table.add("ScaleAndTranslate", importScaleAndTranslate);
  table.makesFloats("ScaleAndTranslate");
}

} // namespace tandem::tensorflow
