#pragma once

#include "base/result.h"
#include "compiler/driver/fixed_inputs.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tandem {

/// An operation that has a choice, and the best that was found.
struct TunedOperation {
  std::string operation, node; ///< as the backend writes it; the first node that is one
  std::string schedule;        ///< the fastest; the model's own when nothing is faster
  double us = 0, modelUs = 0;  ///< of it; of the model's own
  size_t tried = 0;            ///< schedules that were measured, the model's own included
};

struct TuneRequest {
  std::string model;
  FixedInputs inputs;
  std::map<std::string, std::string> options; ///< of backends, as the model will be compiled with
  double seconds = 120;                       ///< to measure for, about
  std::function<void(const std::string &stage, double done)> progress;
  /// Called with what is the best of an operation so far, whenever that changes: for whoever does
  /// not want to lose it when the work is ended early. An error ends it.
  std::function<Status(const TunedOperation &)> found;
};

struct TuneResult {
  std::vector<TunedOperation> operations; ///< the longest first
  bool complete = true;                   ///< all candidates were measured in the time
};

/// Times the schedules that the cpu backend has for the heavy operations of a model, each operation
/// by itself on one thread of this machine. Errors: those of opProbes() and sessions.
Result<TuneResult> tuneModel(const TuneRequest &request);

} // namespace tandem
