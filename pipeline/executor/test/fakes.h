#pragma once

#include "pipeline/executor/executor.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::test {

/// A model that is a function: floats in, floats out. Copies of it share what the function holds.
class FakeModel final : public ModelRunner {
public:
  using Compute = std::function<Status(const float *in, float *out)>;
  /// Asked before each region: its index and the way that it is to run.
  using OnRegion = std::function<Status(size_t region, RegionWay way)>;

  FakeModel(Shape in, Shape out, Compute compute);

  /// Backend and fallback of each; the function runs in the last one.
  void setRegions(const std::vector<std::pair<std::string_view, std::string_view>> &regions,
                  OnRegion onRegion);

  std::span<const TensorView> inputs() const override { return {&input_, 1}; }
  std::span<const TensorView> outputs() const override { return {&output_, 1}; }
  Status run() override { return compute_(inputFloats_.data(), outputFloats_.data()); }
  size_t regionCount() const override { return regions_.empty() ? 1 : regions_.size(); }
  Status runRegion(size_t region, RegionWay way) override;
  Result<std::unique_ptr<ModelRunner>> another() const override;
  std::string format() const override { return "fake"; }
  std::vector<std::string> devices() const override { return {"none"}; }
  std::span<const RegionProfile> regions() const override { return regions_; }
  RegionBorder borderOf(size_t) const override { return border; }
  RegionBorder border; ///< of every region

  TensorView &output() { return output_; }

private:
  Compute compute_;
  OnRegion onRegion_;
  std::vector<RegionProfile> regions_;
  std::vector<float> inputFloats_, outputFloats_;
  TensorView input_, output_;
};

/// Faces without a detector, for each whether it lives, and for those that do a mood.
extern const std::string_view kFaces;

/// All steps, and
///   find    a detection in each half of a picture that does not start with a byte of 1
///   seed    a picture's first byte as a number
///   chain   a number from a number, or from two
StepTable tableOfFakes();

/// Grey 200 is alive, the rest is not.
std::unique_ptr<FakeModel> liveModel();
/// The mood is [1 - x, x] of the grey over 255.
std::unique_ptr<FakeModel> moodModel();

/// An application from its YAML. The test ends where it is wrong.
ExecutorParts partsOf(std::string_view yaml, const StepTable &table,
                      std::vector<std::unique_ptr<ModelRunner>> runners);
/// kFaces with its two models.
ExecutorParts facesParts(const StepTable &table, std::unique_ptr<FakeModel> live = liveModel(),
                         std::unique_ptr<FakeModel> mood = moodModel());

/// Left half `left`, right half `right`.
Image halves(uint8_t left, uint8_t right);

/// All that a frame's result says but its times, to be compared.
std::string textOf(const Result<FrameResult> &result);

} // namespace tandem::test
