#pragma once

#include "pipeline/executor/executor.h"

namespace tandem {

/// Everything that is known of one frame while the steps run over it, and which of it is missing
/// because a `when` left it out. Its memory is used again for the next frame. Several threads may
/// work on one frame: each on a step of its own, after the steps that it needs.
class FrameState {
public:
  explicit FrameState(const Application &app);

  /// From now on `output` of the step, which is in no for_each, is made in that memory: a model's
  /// input of the same size, which outlives this.
  void lend(size_t step, size_t output, std::byte *data, size_t bytes);

  /// Forgets the last frame.
  void begin(const Image &image);

  /// How often a step runs: once, or once for each of its detections.
  size_t countOf(const AppStep &step) const;
  /// Makes room for what `step` gives, all of it missing so far. Before its runs.
  void prepare(size_t step, size_t count);

  /// Collects the inputs of a run; false when a needed one is missing or `when` does not hold.
  bool inputsOf(const AppStep &step, size_t item, std::vector<InputRef> &inputs) const;
  /// What the run for `item` writes into.
  std::span<Value> outputsOf(size_t step, size_t item) { return steps_[step].items[item]; }
  void markPresent(size_t step, size_t item) { steps_[step].present[item] = true; }

  /// Null where it is missing. `item` counts only for what is made inside a for_each.
  const Value *find(const AppReference &reference, size_t item) const;

  std::vector<NamedResult> results() const;

private:
  struct PerStep {
    std::vector<std::vector<Value>> items; ///< by detection, then by output; never shrinks
    std::vector<bool> present;
  };
  const Detections *detectionsOf(const AppReference &reference) const;
  std::vector<FoundItem> foundItems(const AppResult &result) const;

  const Application &app_;
  const Image *image_ = nullptr;
  std::vector<PerStep> steps_;
};

} // namespace tandem
