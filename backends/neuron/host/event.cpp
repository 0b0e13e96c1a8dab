#include "backends/neuron/host/event.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace tandem::neuron::host {

void ComputationCompletion::finish(int code) {
  {
    std::lock_guard lock(mutex_);
    done_ = true;
    code_ = code;
  }
  changed_.notify_all();
}

int ComputationCompletion::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return done_; });
  return code_;
}

bool ComputationCompletion::poll(int &code) {
  std::lock_guard lock(mutex_);
  code = code_;
  return done_;
}

static int duplicate(int fd) {
  return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

Reply FenceCompletion::create(int fd, std::shared_ptr<Completion> &completion) {
  if (fd <= 0)
    return Reply(NEURON_BAD_DATA, "descriptor ", fd, ", expected a positive one");
  int own = duplicate(fd);
  if (own < 0)
    return Reply(NEURON_BAD_DATA, "descriptor ", fd,
                 " cannot be duplicated: ", std::strerror(errno));
  completion.reset(new FenceCompletion(own));
  return Reply();
}

FenceCompletion::~FenceCompletion() {
  close(fd_);
}

bool FenceCompletion::pollFor(int milliseconds, int &code) const {
  pollfd watched = {.fd = fd_, .events = POLLIN, .revents = 0};
  int ready = 0;
  do
    ready = ::poll(&watched, 1, milliseconds);
  while (ready < 0 && errno == EINTR);
  bool failed = ready < 0 || (watched.revents & (POLLERR | POLLNVAL));
  code = failed ? NEURON_BAD_STATE : NEURON_NO_ERROR;
  return ready != 0;
}

int FenceCompletion::wait() {
  int code = 0;
  pollFor(/*milliseconds=*/-1, code);
  return code;
}

bool FenceCompletion::poll(int &code) {
  return pollFor(/*milliseconds=*/0, code);
}

int FenceCompletion::duplicateFence() const {
  return duplicate(fd_);
}

} // namespace tandem::neuron::host
