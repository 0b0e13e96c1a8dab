#include "tools/tandem/interruption.h"

#include <atomic>

namespace tandem {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free); // else no handler may touch it

void note(int /*signal*/) {
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

/// A signal that is ignored stays so: the shell asks for it of what runs in the background.
void noteSignal(int signal, struct sigaction &before) {
  struct sigaction noting = {};
  noting.sa_handler = note;
  noting.sa_flags = SA_RESTART; // no read or write of a frame fails for it
  sigaction(signal, nullptr, &before);
  if (before.sa_handler != SIG_IGN)
    sigaction(signal, &noting, nullptr);
}

} // namespace

Interruption::Interruption() {
  interrupted = false;
  noteSignal(SIGINT, interrupt_);
  noteSignal(SIGTERM, terminate_);
}

Interruption::~Interruption() {
  sigaction(SIGINT, &interrupt_, nullptr);
  sigaction(SIGTERM, &terminate_, nullptr);
}

bool Interruption::came() const {
  return interrupted;
}

} // namespace tandem
