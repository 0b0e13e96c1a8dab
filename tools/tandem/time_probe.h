#pragma once

#include "compiler/driver/op_probes.h"
#include "runtime/session.h"

#include <memory>
#include <string>

namespace tandem {

/// An op by itself, ready to be timed. One thread.
class TimedProbe {
public:
  /// Errors: those of Bundle and Session.
  static Result<TimedProbe> open(const OpProbe &probe);

  /// Median of the runs that fit into a few milliseconds, after some to warm up; in microseconds.
  Result<double> time();
  /// What the compiler chose for it, "OPERATION: SCHEDULE" of its first step that has any; "":
  /// nothing was to be chosen.
  std::string schedule() const;

private:
  struct Free {
    void operator()(std::byte *memory) const;
  };
  TimedProbe() = default;

  std::unique_ptr<std::byte, Free> bytes_;
  std::unique_ptr<Session> session_; ///< on the bytes
};

} // namespace tandem
