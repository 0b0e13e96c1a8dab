#pragma once

#include "backends/neuron/host/reply.h"

#include <condition_variable>
#include <memory>
#include <mutex>

namespace tandem::neuron::host {

/// Something that will have happened, with a result: a computation, or a fence of the system. Any
/// number of threads.
class Completion {
public:
  virtual ~Completion() = default;
  /// Blocks until it has; its result.
  virtual int wait() = 0;
  /// The result if it is there, without waiting; false when it is not.
  virtual bool poll(int &code) = 0;
  /// A descriptor that is readable once it has happened, for the caller to close; -1: there is
  /// none.
  virtual int duplicateFence() const { return -1; }
};

/// Ends when somebody says so.
class ComputationCompletion final : public Completion {
public:
  void finish(int code);
  int wait() override;
  bool poll(int &code) override;

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  int code_ = 0;
};

/// A descriptor that becomes readable, as those of the kernel's sync files and eventfds do.
class FenceCompletion final : public Completion {
public:
  /// The descriptor is duplicated.
  static Reply create(int fd, std::shared_ptr<Completion> &completion);
  FenceCompletion(const FenceCompletion &) = delete;
  FenceCompletion &operator=(const FenceCompletion &) = delete;
  ~FenceCompletion() override;

  int wait() override;
  bool poll(int &code) override;
  int duplicateFence() const override;

private:
  explicit FenceCompletion(int fd) : fd_(fd) {}
  bool pollFor(int milliseconds, int &code) const;

  int fd_;
};

} // namespace tandem::neuron::host

/// The ABI's handle.
struct NeuronEvent {
  std::shared_ptr<tandem::neuron::host::Completion> completion;
};
