#pragma once

#include "runtime/session.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tandem {

/// What crosses a region's border, as the compiler saw it.
struct RegionBorder {
  double transferUs = 0; ///< to the device's own memory and back, by its model
  double bytesOut = 0;   ///< of what it makes for others
};

/// By region of a model: the steps before which a new piece begins, in rising order.
using ModelCuts = std::vector<std::vector<size_t>>;

/// The steps that a region can be cut between.
struct RegionSteps {
  std::vector<double> us;          ///< that each takes
  std::vector<double> bytesBefore; ///< what crosses the cut before each
};

/// What an executor needs of a model: so that it can be tried without a compiled one. One thread at
/// a time.
class ModelRunner {
public:
  virtual ~ModelRunner() = default;
  virtual std::span<const TensorView> inputs() const = 0;
  virtual std::span<const TensorView> outputs() const = 0;
  /// From what was written into the inputs, which keep it; the outputs are valid until the next
  /// run.
  virtual Status run() = 0;
  /// How many pieces run() has that unlike devices can run one after another, at least 1.
  virtual size_t regionCount() const { return 1; }
  /// One piece of run(): all of them in order make the whole.
  virtual Status runRegion(size_t, RegionWay) { return run(); }
  /// The same model once more, independent of this one, its weights shared: for another frame at
  /// the same time. Errors: those of Session, and kUnsupported from a runner that is the only one.
  virtual Result<std::unique_ptr<ModelRunner>> another() const;
  /// The framework's format that the model came in: "tflite".
  virtual std::string format() const = 0;
  /// The devices that its regions run on, each once, in order: "neuron, cpu". After a run those
  /// that they did run on.
  virtual std::vector<std::string> devices() const = 0;
  /// Memory of its own, beside the weights that all runners of a model share.
  virtual size_t memoryBytes() const { return 0; }
  /// What each region did so far; nothing where the model is not compiled.
  virtual std::span<const RegionProfile> regions() const { return {}; }
  /// Of one of regions(); for plans, not for every frame. All 0 where nothing is known.
  virtual RegionBorder borderOf(size_t) const { return {}; }
  /// Runs each step by itself, a few times, on what the inputs hold. A region that cannot be cut is
  /// one step; no regions: none can. Before cut().
  virtual Result<std::vector<RegionSteps>> measureSteps() { return std::vector<RegionSteps>(); }
  /// From now on pieces are what regionCount(), runRegion(), regions() and borderOf() count, here
  /// and in copies of this runner. Errors: kInvalidArgument for cuts that its regions do not have.
  virtual Status cut(const ModelCuts &cuts);
  /// What went wrong with devices and was made good (Session::notices()).
  virtual std::vector<std::string> notices() const { return {}; }
};

/// The first model of a bundle, in a session of its own. Errors: those of Bundle and Session.
Result<std::unique_ptr<ModelRunner>> openModelRunner(const std::string &bundlePath,
                                                     const SessionOptions &options);

} // namespace tandem
