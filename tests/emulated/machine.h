#pragma once

#include "base/element_type.h"
#include "base/result.h"
#include "runtime/session.h"
#include "tests/emulated/wire.h"

#include <deque>
#include <span>
#include <string>
#include <vector>

namespace tandem::test {

/// Whether this build has programs for aarch64, and an emulator for them.
bool canEmulate();

/// An aarch64 processor, emulated, with a runtime that runs bundles: used like a Session, and
/// started once for all of them. One thread.
class EmulatedMachine {
public:
  /// By qemu's name: "cortex-a72" has no dot products, "cortex-a76" has them.
  explicit EmulatedMachine(std::string processor) : processor_(std::move(processor)) {}
  ~EmulatedMachine();
  EmulatedMachine(const EmulatedMachine &) = delete;
  EmulatedMachine &operator=(const EmulatedMachine &) = delete;

  /// Instead of the bundle that was open. Errors: those of the runtime there; kInternal when its
  /// program has ended.
  Status open(const std::string &bundle);

  std::span<const TensorView> inputs() const { return inputs_.views; }
  std::span<const TensorView> outputs() const { return outputs_.views; }
  Result<const TensorView *> input(std::string_view name) const { return inputs_.find(name); }
  Result<const TensorView *> output(std::string_view name) const { return outputs_.find(name); }
  Status run();

private:
  struct Tensors {
    std::deque<std::string> names;
    std::deque<std::vector<std::byte>> memory;
    std::vector<TensorView> views;

    void receive(Wire &wire);
    Result<const TensorView *> find(std::string_view name) const;
  };

  Status start();
  void stop();
  Status answer();

  std::string processor_;
  int process_ = -1, socket_ = -1;
  Wire wire_;
  Tensors inputs_, outputs_;
};

} // namespace tandem::test
