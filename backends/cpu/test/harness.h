#pragma once

#include "compiler/backend/backend.h"
#include "runtime/device/device.h"

#include <string>
#include <vector>

namespace tandem::test {

using Bytes = std::vector<std::byte>;

/// A model given as the text of one function, compiled whole by one backend and run without a
/// bundle: every buffer is by itself, so that what writes or reads beyond it can be noticed.
class OneRegion {
public:
  /// `text` is a module with one function. Fails the test when it does not parse.
  OneRegion(const Backend &backend, const Device &device, const std::string &text,
            CompileOptions options = {});
  ~OneRegion();

  bool ready() const;
  /// Whether the backend takes every op.
  bool supported() const;
  /// Why it is not ready: the op that is not taken, or what compile() or load() said.
  const std::string &refusal() const;
  /// Runs on these inputs, with `threads` ranges per step, and returns the outputs. Fails the test
  /// when a byte beside a buffer was written.
  std::vector<Bytes> run(const std::vector<Bytes> &inputs, int threads = 1);
  /// Inputs of the right sizes: floats in -2..2, codes over their whole range, always the same.
  std::vector<Bytes> makeInputs(uint32_t seed = 1) const;
  const std::vector<ElementType> &outputTypes() const;
  size_t steps() const;
  /// Buffers that are no constants.
  size_t variables() const;
  /// Bytes of those that are.
  uint64_t constantBytes() const;
  /// Of all that are not, planned as in a model, whose arguments and results stay.
  uint64_t arenaBytes() const;
  /// What compile() made; empty when it made nothing.
  const std::string &artifact() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Expects two outputs to be equal: floats within `tolerance` of the largest absolute value, all
/// others within `steps` codes.
void expectNear(ElementType type, const Bytes &got, const Bytes &want, double tolerance,
                int steps = 0);

/// Runs the text on both and expects equal outputs, as expectNear() does.
void expectSame(const std::string &text, const Backend &backend, const Device &device,
                const Backend &oracle, const Device &oracleDevice, CompileOptions options,
                double tolerance = 1e-5, int steps = 0);

template <typename T> std::vector<T> as(const Bytes &bytes) {
  const T *first = reinterpret_cast<const T *>(bytes.data());
  return {first, first + bytes.size() / sizeof(T)};
}

} // namespace tandem::test
