#include "tests/emulated/machine.h"

#include <csignal>
#include <cstring>
#include <sys/wait.h>

namespace tandem::test {

bool canEmulate() {
  return std::strlen(TANDEM_EMULATOR) > 0;
}

EmulatedMachine::~EmulatedMachine() {
  stop();
}

Status EmulatedMachine::start() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return Error(Code::kIo, processor_, "no socket: ", std::strerror(errno));
  process_ = fork();
  if (process_ == 0) {
    dup2(ends[1], STDIN_FILENO);
    execl(TANDEM_EMULATOR, TANDEM_EMULATOR, "-cpu", processor_.c_str(), TANDEM_AGENT, nullptr);
    _exit(127);
  }
  close(ends[1]);
  socket_ = ends[0];
  wire_ = Wire(socket_);
  return Status();
}

void EmulatedMachine::stop() {
  if (process_ < 0)
    return;
  close(socket_);
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
}

Status EmulatedMachine::answer() {
  int64_t code = wire_.get();
  if (wire_.broken()) {
    stop(); // a new one will be started for the next bundle
    return Error(Code::kInternal, processor_, "the emulated program has ended");
  }
  if (code < 0)
    return Status();
  std::string text = wire_.getText();
  return Error(static_cast<Code>(code), processor_, text);
}

Status EmulatedMachine::open(const std::string &bundle) {
  if (process_ < 0)
    TANDEM_RETURN_IF_ERROR(start());
  inputs_ = outputs_ = Tensors();
  wire_.put(static_cast<int64_t>(Question::kOpen));
  wire_.putText(bundle);
  TANDEM_RETURN_IF_ERROR(answer());
  inputs_.receive(wire_);
  outputs_.receive(wire_);
  return Status();
}

Status EmulatedMachine::run() {
  wire_.put(static_cast<int64_t>(Question::kRun));
  for (const TensorView &input : inputs_.views)
    wire_.putBytes(input.data, input.bytes);
  TANDEM_RETURN_IF_ERROR(answer());
  for (const TensorView &output : outputs_.views)
    wire_.getBytes(output.data, output.bytes);
  return Status();
}

void EmulatedMachine::Tensors::receive(Wire &wire) {
  for (int64_t count = wire.get(); count > 0; --count) {
    TensorView view;
    view.name = names.emplace_back(wire.getText());
    view.type = static_cast<ElementType>(wire.get());
    view.shape.resize(static_cast<size_t>(wire.get()));
    for (int64_t &dim : view.shape)
      dim = wire.get();
    view.bytes = static_cast<size_t>(*elementCount(view.shape)) * elementSize(view.type);
    view.data = memory.emplace_back(view.bytes).data();
    views.push_back(std::move(view));
  }
}

Result<const TensorView *> EmulatedMachine::Tensors::find(std::string_view name) const {
  for (const TensorView &view : views)
    if (view.name == name)
      return &view;
  return Error(Code::kNotFound, "", "no tensor is called '", std::string(name), "'");
}

} // namespace tandem::test
