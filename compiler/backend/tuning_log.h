#pragma once

#include "base/result.h"

#include <map>
#include <string>
#include <utility>

namespace tandem {

/// The schedules that `tandem tune` measured, for operations of any backend that has a choice; the
/// file is described in docs/tuning.md.
class TuningLog {
public:
  struct Entry {
    std::string schedule; ///< as the backend writes it
    double us = 0;        ///< of the operation by itself
    double modelUs = 0;   ///< the same with the schedule that the backend's own model chooses
  };

  /// Errors: kNotFound, kIo, and kCorruptData when it is no log, with the place.
  static Result<TuningLog> read(const std::string &path);
  Status write(const std::string &path) const;

  /// By machine and operation.
  std::map<std::pair<std::string, std::string>, Entry> entries;
};

} // namespace tandem
