#pragma once

#include "backends/neuron/host/functions.h"
#include "base/result.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tandem::neuron::host {

/// What happens to one call on purpose.
struct Fault {
  uint64_t hangMs = 0; ///< first it does nothing for so long,
  int code = 0;        ///< then it returns this at once, or goes on when it is NEURON_NO_ERROR
};

/// Calls that shall fail, as TANDEM_NEURON_FAULT writes them. Counts calls; any thread.
class FaultPlan {
public:
  /// "Function:call:code", separated by commas. `call` counts from 1, and with a plus behind it
  /// means all from there on. `code` is a number, a name of the ABI, or "hang=milliseconds".
  static Result<FaultPlan> parse(std::string_view text);

  FaultPlan() = default;
  FaultPlan(FaultPlan &&other) noexcept : entries_(std::move(other.entries_)) {}
  /// Takes the plan; to be done before the first call is counted.
  FaultPlan &operator=(FaultPlan &&other) noexcept {
    entries_ = std::move(other.entries_);
    return *this;
  }

  /// Counts this call and says what shall happen to it.
  Fault next(Function function);

private:
  struct Entry {
    Function function;
    uint64_t call = 1;
    bool andLater = false;
    Fault fault;
  };
  static Result<Entry> parseEntry(std::string_view text);

  std::vector<Entry> entries_;
  std::array<std::atomic<uint64_t>, kFunctionCount> calls_ = {};
};

} // namespace tandem::neuron::host
