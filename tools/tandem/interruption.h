#pragma once

#include <csignal>

namespace tandem {

/// While one is there, the first SIGINT or SIGTERM is only noted, so that what has begun can be
/// brought to its end; the next one does what it does by default. One at a time in a process.
class Interruption {
public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption &) = delete;
  Interruption &operator=(const Interruption &) = delete;

  bool came() const;

private:
  struct sigaction interrupt_ = {}, terminate_ = {}; ///< what they did before
};

} // namespace tandem
