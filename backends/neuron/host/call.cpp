#include "backends/neuron/host/call.h"

#include "backends/neuron/host/library.h"

#include <chrono>
#include <cstdio>
#include <thread>

namespace tandem::neuron::host {

void Call::hang(uint64_t milliseconds) {
  if (milliseconds)
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

Reply Call::begin() {
  Library &library = Library::get();
  if (const Error *problem = library.problem())
    return Reply(NEURON_BAD_STATE, problem->text());
  Fault fault = library.faults().next(function_);
  if (hangsInside_ && !fault.code)
    hangMs_ = fault.hangMs;
  else
    hang(fault.hangMs);
  if (fault.code)
    return Reply(fault.code, "TANDEM_NEURON_FAULT asks for it");
  if (null_)
    return Reply(NEURON_UNEXPECTED_NULL, "an argument is NULL");
  return Reply();
}

void Call::beginPlain() const {
  hang(Library::get().faults().next(function_).hangMs);
}

int Call::end(const Reply &reply) const noexcept {
  if (!reply.ok() && Library::get().logs())
    std::fprintf(stderr, "neuron_adapter: %s: %s: %s\n", std::string(nameOf(function_)).c_str(),
                 resultName(reply.code).c_str(), reply.text.c_str());
  return reply.code;
}

} // namespace tandem::neuron::host
