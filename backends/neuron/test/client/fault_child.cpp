#include "backends/neuron/test/client/fault_child.h"

#include "runtime/session.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

// Of the address sanitizer, where there is one, under its own name.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int __lsan_do_recoverable_leak_check() __attribute__((weak));

namespace tandem::neuron::test {
namespace {

constexpr size_t kAtOnce = 4;
constexpr char kLibrary[] = TANDEM_FAULT_LIBRARY; // of another build; empty: this one's
constexpr unsigned kDeadlockSeconds = 120;

/// "" or what went wrong.
std::string runFrames(const FaultModel &model, std::string &notices) {
  auto bundle = Bundle::open(model.bundle);
  if (!bundle.ok())
    return bundle.error().text();
  auto session = Session::create(std::move(bundle).value());
  if (!session.ok())
    return session.error().text();
  const TensorView &input = (*session)->inputs()[0], &output = (*session)->outputs()[0];
  std::string problem;
  for (int frame = 0; frame < FaultModel::kFrames && problem.empty(); ++frame) {
    std::memcpy(input.data, model.input.data(), model.input.size());
    std::memset(output.data, 0, output.bytes);
    if (Status status = (*session)->run(); !status.ok())
      problem = status.error().text();
    else if (std::memcmp(output.data, model.answer.data(), model.answer.size()) != 0)
      problem = "frame " + std::to_string(frame) + " has another answer";
    else if (std::memcmp(input.data, model.input.data(), model.input.size()) != 0)
      problem = "frame " + std::to_string(frame) + " changed its input";
  }
  for (const std::string &notice : (*session)->notices())
    notices += notice + "\n";
  return problem;
}

[[noreturn]] void child(const FaultModel &model, const std::string &fault, int pipe) {
  alarm(kDeadlockSeconds);
  setenv("TANDEM_NEURON_FAULT", fault.c_str(), 1);
  if (kLibrary[0])
    setenv("TANDEM_NEURON_LIBRARY", kLibrary, 0);
  std::string notices, problem = runFrames(model, notices);
  bool hangs = fault.find("hang") != std::string::npos; // what is late has not been freed yet
  if (problem.empty() && !hangs && __lsan_do_recoverable_leak_check &&
      __lsan_do_recoverable_leak_check())
    problem = "it leaks";
  std::string report = problem + "\n" + notices;
  bool written = write(pipe, report.data(), report.size()) == static_cast<ssize_t>(report.size());
  _exit(written && problem.empty() ? 0 : 1); // not exit(): late calls may still be running
}

std::string readAll(int pipe) {
  std::string text;
  char part[4096];
  for (ssize_t size; (size = read(pipe, part, sizeof part)) > 0;)
    text.append(part, static_cast<size_t>(size));
  close(pipe);
  return text;
}

/// Takes the report apart; a process that ended by a signal has left none.
Outcome outcomeOf(const std::string &fault, int status, const std::string &report) {
  size_t line = report.find('\n');
  Outcome outcome = {fault, report.substr(0, line),
                     line == std::string::npos ? "" : report.substr(line + 1)};
  if (WIFSIGNALED(status))
    outcome.problem = WTERMSIG(status) == SIGALRM
                          ? "it does not end"
                          : std::string("it ends by signal ") + std::to_string(WTERMSIG(status));
  else if (WEXITSTATUS(status) != 0 && outcome.problem.empty())
    outcome.problem = "it ends with code " + std::to_string(WEXITSTATUS(status));
  return outcome;
}

} // namespace

std::vector<Outcome> runWithFaults(const FaultModel &model,
                                   const std::vector<std::string> &faults) {
  struct Running {
    std::string fault;
    int pipe;
  };
  std::map<pid_t, Running> running;
  std::vector<Outcome> outcomes;
  auto finishOne = [&] {
    int status = 0;
    pid_t pid = wait(&status);
    auto found = running.find(pid);
    outcomes.push_back(outcomeOf(found->second.fault, status, readAll(found->second.pipe)));
    running.erase(found);
  };
  for (const std::string &fault : faults) {
    if (running.size() == kAtOnce)
      finishOne();
    int ends[2];
    if (pipe(ends) != 0)
      std::abort();
    pid_t pid = fork();
    if (pid == 0) {
      close(ends[0]);
      child(model, fault, ends[1]);
    }
    close(ends[1]);
    running[pid] = {fault, ends[0]};
  }
  while (!running.empty())
    finishOne();
  return outcomes;
}

} // namespace tandem::neuron::test
