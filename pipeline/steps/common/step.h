#pragma once

#include "base/result.h"
#include "pipeline/app/application.h"
#include "pipeline/steps/common/value.h"

#include <functional>
#include <memory>
#include <span>
#include <variant>
#include <vector>

namespace tandem {

/// One input of a step that runs: looks at a value that lives elsewhere. monostate: an optional
/// port without a value.
using InputRef = std::variant<std::monostate, const Image *, const Detection *, const Value *>;

/// The inputs of a step, in the order of its ports. The loader has checked their types, so each
/// accessor only looks.
class StepInputs {
public:
  explicit StepInputs(std::span<const InputRef> refs) : refs_(refs) {}

  const Image &image(size_t port) const { return **std::get_if<const Image *>(&refs_[port]); }
  const Tensor &tensor(size_t port) const { return get<Tensor>(port); }
  const Detections &detections(size_t port) const { return get<Detections>(port); }
  double number(size_t port) const { return get<double>(port); }
  /// Null where the optional port has no value.
  const Detection *detection(size_t port) const {
    const auto *ref = std::get_if<const Detection *>(&refs_[port]);
    return ref ? *ref : nullptr;
  }

private:
  template <typename T> const T &get(size_t port) const {
    return *std::get_if<T>(*std::get_if<const Value *>(&refs_[port]));
  }
  std::span<const InputRef> refs_;
};

/// A step of an application, ready to run. One thread at a time.
class Step {
public:
  virtual ~Step() = default;

  /// Called once, before run(): checks what is known of the tensors that come in (null for other
  /// values) and gives what is known of those that go out, one entry an output port (unused for
  /// other values). Errors: kInvalidArgument, what was found and expected. As it stands here: one
  /// output that is no tensor, and nothing to check.
  virtual Result<std::vector<TensorSpec>> bind(std::span<const TensorSpec *const>) {
    return std::vector<TensorSpec>(1);
  }

  /// Fills `outputs`, one a port, whose memory is that of the last run. Allocates only what grows.
  virtual Status run(const StepInputs &inputs, std::span<Value> outputs) = 0;
};

/// The kinds of steps there are.
class StepTable {
public:
  using Create = std::function<Result<std::unique_ptr<Step>>(const AppStep &)>;

  void add(StepKind kind, Create create);
  /// For loadApplication().
  const std::vector<StepKind> &kinds() const { return kinds_; }
  /// A step for `step.uses`; kNotFound where the table has no such kind.
  Result<std::unique_ptr<Step>> create(const AppStep &step) const;

private:
  std::vector<StepKind> kinds_;
  std::vector<Create> creators_;
};

/// Adds every kind of pipeline/steps/*.cpp. Each file defines `register<Name>(StepTable &)`;
/// CMake generates this function from the folder.
void registerAllSteps(StepTable &table);

/// `tensor` as f32 of that shape, memory kept.
void shapeFloats(Tensor &tensor, const Shape &shape);

/// Refuses a tensor that is not f32.
Status requireFloats(const TensorSpec &spec, std::string_view port);

/// Refuses scores of `classes` classes from a model that has labels for another number of them.
Status requireLabels(const TensorSpec &spec, std::string_view port, size_t classes);

} // namespace tandem
