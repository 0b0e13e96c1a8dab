#include "pipeline/steps/common/options.h"
#include "pipeline/steps/common/resample.h"
#include "pipeline/steps/common/step.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tandem {
namespace {

constexpr int kLargestSide = 4096;
/// A rectangle of the source beyond this is a mistake of the model before, not a face.
constexpr double kLargestSource = 1 << 16;

/// Moves [low, high] into [0, last]; it fits.
void moveInside(double &low, double &high, double last) {
  if (low < 0) {
    high -= low;
    low = 0;
  }
  if (high > last) {
    low -= high - last;
    high = last;
  }
}

/// A detection's box enlarged by `scale` about its centre, but never larger than the picture, then
/// moved inside it, from the pixel that its left end is in to the one that its right end is in.
/// Networks that look at faces this way (MiniFASNet first) change their mind when a crop is one
/// pixel off, so the order of these operations matters.
PixelRect cropInside(const Image &image, const Box &box, double scale) {
  double lastX = image.width - 1, lastY = image.height - 1;
  scale = std::min({scale, lastX / box.width(), lastY / box.height()});
  double width = box.width() * scale, height = box.height() * scale;
  double centreX = box.x0 + box.width() / 2, centreY = box.y0 + box.height() / 2;
  double x0 = centreX - width / 2, x1 = centreX + width / 2;
  double y0 = centreY - height / 2, y1 = centreY + height / 2;
  moveInside(x0, x1, lastX);
  moveInside(y0, y1, lastY);
  auto pixel = [](double at, int size) { return std::clamp(static_cast<int>(at), 0, size - 1); };
  int left = pixel(x0, image.width), top = pixel(y0, image.height);
  return {left, top, pixel(x1, image.width) - left + 1, pixel(y1, image.height) - top + 1};
}

/// The rectangle grown to a square about its centre, to the left and above one pixel less where the
/// difference is odd.
PixelRect grownToSquare(const PixelRect &rect) {
  int side = std::max(rect.width, rect.height);
  return {rect.x - (side - rect.width) / 2, rect.y - (side - rect.height) / 2, side, side};
}

class Preprocess final : public Step {
public:
  explicit Preprocess(const AppStep &step);

  Result<std::vector<TensorSpec>> bind(std::span<const TensorSpec *const>) override {
    return std::vector<TensorSpec>{spec_};
  }
  Status run(const StepInputs &inputs, std::span<Value> outputs) override;

private:
  void buildTable(const AppStep &step);
  template <typename T> void store(std::span<const uint8_t> row, int y, T *out) const;

  int width_, height_;
  bool square_, planar_;
  double scale_;
  TensorSpec spec_;
  Resampler resampler_;
  /// What each 8-bit value of each channel becomes, so that normalising and quantizing cost
  /// nothing.
  std::array<std::array<float, 256>, 3> table_;
};

ChannelOrder channelOrder(const std::string &word) {
  return word == "rgb"   ? ChannelOrder::kRgb
         : word == "bgr" ? ChannelOrder::kBgr
                         : ChannelOrder::kGrey;
}

Preprocess::Preprocess(const AppStep &step)
    : width_(static_cast<int>(step.option<std::vector<double>>("size")[0])),
      height_(static_cast<int>(step.option<std::vector<double>>("size")[1])),
      square_(step.option<std::string>("pad") == "square"),
      planar_(step.option<std::string>("layout") == "nchw"), scale_(step.option<double>("scale")),
      resampler_(width_, height_, channelOrder(step.option<std::string>("channels")),
                 static_cast<uint8_t>(step.option<int64_t>("pad_value"))) {
  int64_t channels = resampler_.channels();
  spec_.shape = planar_ ? Shape{1, channels, height_, width_} : Shape{1, height_, width_, channels};
  spec_.type = *elementTypeFromName(step.option<std::string>("type"));
  if (spec_.type != ElementType::kF32) {
    const auto &quantization = step.option<std::vector<double>>("quantization");
    spec_.quantization.scales = {static_cast<float>(quantization[0])};
    spec_.quantization.zeroPoints = {static_cast<int32_t>(quantization[1])};
  }
  buildTable(step);
}

void Preprocess::buildTable(const AppStep &step) {
  const auto &range = step.option<std::vector<double>>("range");
  const auto &mean = step.option<std::vector<double>>("mean");
  const auto &deviation = step.option<std::vector<double>>("deviation");
  double least = spec_.type == ElementType::kI8 ? -128 : 0;
  for (size_t c = 0; c < table_.size(); ++c) {
    for (size_t pixel = 0; pixel < 256; ++pixel) {
      double value = range[0] + static_cast<double>(pixel) * (range[1] - range[0]) / 255;
      value = (value - mean[mean.size() == 1 ? 0 : c]) / deviation[deviation.size() == 1 ? 0 : c];
      if (spec_.type != ElementType::kF32)
        value = std::clamp(std::round(value / spec_.quantization.scales[0]) +
                               spec_.quantization.zeroPoints[0],
                           least, least + 255);
      table_[c][pixel] = static_cast<float>(value);
    }
  }
}

template <typename T> void Preprocess::store(std::span<const uint8_t> row, int y, T *out) const {
  size_t channels = static_cast<size_t>(resampler_.channels());
  size_t width = static_cast<size_t>(width_), plane = width * static_cast<size_t>(height_);
  size_t start = static_cast<size_t>(y) * width;
  for (size_t x = 0; x < width; ++x)
    for (size_t c = 0; c < channels; ++c)
      out[planar_ ? c * plane + start + x : (start + x) * channels + c] =
          static_cast<T>(table_[c][row[x * channels + c]]);
}

Status Preprocess::run(const StepInputs &inputs, std::span<Value> outputs) {
  const Image &image = inputs.image(0);
  PixelRect rect = {0, 0, image.width, image.height};
  if (const Detection *detection = inputs.detection(1)) {
    const Box &box = detection->box;
    // Written so that NaN is refused too.
    if (!(box.width() > 0 && box.width() < kLargestSource && box.height() > 0 &&
          box.height() < kLargestSource && std::abs(box.x0) < kLargestSource &&
          std::abs(box.y0) < kLargestSource))
      return Error(Code::kInvalidArgument, "", "box is ", box.x0, ", ", box.y0, ", ", box.x1, ", ",
                   box.y1, ", expected one that has an area");
    rect = cropInside(image, box, scale_);
  }
  if (square_)
    rect = grownToSquare(rect);

  Tensor &tensor = reuse<Tensor>(outputs[0]);
  tensor.spec = spec_;
  tensor.bytes.resize(static_cast<size_t>(*elementCount(spec_.shape)) * elementSize(spec_.type));
  tensor.region = {static_cast<double>(rect.x), static_cast<double>(rect.y),
                   static_cast<double>(rect.x + rect.width),
                   static_cast<double>(rect.y + rect.height)};
  resampler_.run(image, rect, [&](int y, std::span<const uint8_t> row) {
    if (spec_.type == ElementType::kF32)
      store(row, y, tensor.floats());
    else if (spec_.type == ElementType::kI8)
      store(row, y, reinterpret_cast<int8_t *>(tensor.bytes.data()));
    else
      store(row, y, reinterpret_cast<uint8_t *>(tensor.bytes.data()));
  });
  return {};
}

StepKind describe() {
  using Numbers = std::vector<double>;
  StepKind kind;
  kind.name = "preprocess";
  kind.summary = "cut out, resize and normalise a picture for a model, in one pass";
  kind.inputs = {{"image", ValueType::kImage, false}, {"box", ValueType::kDetection, true}};
  kind.outputs = {{"", ValueType::kTensor, false}};
  kind.options = {integersOption("size", std::nullopt, 1, kLargestSide, 2, 2),
                  numberOption("scale", 1, 0.01, 100),
                  wordOption("pad", "none", {"none", "square"}),
                  integerOption("pad_value", 0, 0, 255),
                  wordOption("channels", "rgb", {"rgb", "bgr", "grey"}),
                  numbersOption("range", Numbers{0, 255}, -1e6, 1e6, 2, 2),
                  numbersOption("mean", Numbers{0}, -1e6, 1e6, 1, 3),
                  numbersOption("deviation", Numbers{1}, 1e-6, 1e6, 1, 3),
                  wordOption("layout", "nhwc", {"nhwc", "nchw"}),
                  wordOption("type", "f32", {"f32", "u8", "i8"}),
                  numbersOption("quantization", Numbers{1, 0}, -128, 255, 2, 2)};
  return kind;
}

Result<std::unique_ptr<Step>> create(const AppStep &step) {
  size_t channels = step.option<std::string>("channels") == "grey" ? 1 : 3;
  for (const char *name : {"mean", "deviation"}) {
    size_t count = step.option<std::vector<double>>(name).size();
    if (count != 1 && count != channels)
      return Error(Code::kInvalidArgument, "", "'", name, "' has ", count, " entries, expected ",
                   channels == 1 ? "1" : "1 or 3");
  }
  if (step.option<std::vector<double>>("quantization")[0] <= 0)
    return Error(Code::kInvalidArgument, "", "the scale in 'quantization' is ",
                 step.option<std::vector<double>>("quantization")[0], ", expected more than 0");
  return std::unique_ptr<Step>(std::make_unique<Preprocess>(step));
}

} // namespace

void registerPreprocess(StepTable &table);
void registerPreprocess(StepTable &table) {
  table.add(describe(), create);
}

} // namespace tandem
