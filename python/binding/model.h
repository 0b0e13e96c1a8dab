#pragma once

#include "python/binding/array.h"
#include "runtime/session.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tandem::python {

/// tandem.Model: a session with its lock. Calls from several threads take turns.
class Model {
public:
  /// `subject`: what messages call the bundle.
  Model(const std::shared_ptr<const Bundle> &bundle, std::string subject, const std::string &model,
        int threads);

  /// Copies the inputs into the session's arena, runs, and copies the outputs out of it; all of it
  /// without the GIL.
  nanobind::object call(const nanobind::args &args, const nanobind::kwargs &kwargs);
  /// Runs on what is in the inputs.
  void run();
  /// NumPy arrays that look into the arena; by name, or by place.
  nanobind::object input(nanobind::handle key) const;
  nanobind::object output(nanobind::handle key) const;

  nanobind::list inputInfo() const { return infoOf(shared()->session->inputs()); }
  nanobind::list outputInfo() const { return infoOf(shared()->session->outputs()); }
  std::string name() const { return name_; }
  std::string repr() const;
  /// As `tandem run --json` says it.
  nanobind::object regions() const;
  std::vector<std::string> notices() const;
  void close() { shared_.reset(); }

private:
  /// What outlives the model where an array still looks into it, or a thread is in a call.
  struct Shared {
    std::unique_ptr<Session> session;
    std::mutex running;
    size_t warned = 0; ///< notices that were told

    /// Into the session's inputs, wherever the arrays look, also into these inputs themselves.
    void copyIn(std::span<const ArrayView> arrays);
  };
  struct Input {
    nanobind::object name;
    std::string what; ///< for messages: "input 'x'"
  };
  /// How a result's array is made: numpy.empty(shape, dtype).
  struct Output {
    nanobind::object name, shape, type;
  };

  /// Held by whoever uses it: another thread may close the model meanwhile.
  const std::shared_ptr<Shared> &shared() const;
  nanobind::list infoOf(std::span<const TensorView> tensors) const;
  nanobind::object viewOf(std::span<const TensorView> tensors, nanobind::handle key,
                          std::string_view what, bool writable) const;
  size_t placeOf(std::span<const TensorView> tensors, nanobind::handle key,
                 std::string_view what) const;
  Status readArguments(const nanobind::args &args, const nanobind::kwargs &kwargs,
                       ArrayView *arrays) const;
  Status checkNames(const nanobind::kwargs &kwargs) const;
  Status checkInput(const ArrayView &array, size_t index) const;
  Error wrongArguments(const std::string &what) const;
  void warnOfNotices(Shared &shared) const;

  std::string subject_, name_;
  std::shared_ptr<Shared> shared_; ///< null: closed
  std::vector<Input> inputs_;
  std::vector<Output> outputs_;
  nanobind::object empty_; ///< numpy.empty
};

} // namespace tandem::python
