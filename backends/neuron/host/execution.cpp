#include "backends/neuron/host/execution.h"

#include "backends/neuron/host/library.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <system_error>
#include <thread>

namespace tandem::neuron::host {
namespace {
constexpr uint8_t kMostBoost = 100;
constexpr int kMostRunners = 255;
constexpr uint8_t kAllFlushBits =
    NEURON_CACHE_FLUSH_DISABLE_SYNC_INPUT | NEURON_CACHE_FLUSH_DISABLE_INVALIDATE_OUTPUT;

std::string_view text(Compilation::Side side) {
  return side == Compilation::Side::kInput ? "input" : "output";
}
} // namespace

Execution::Execution(const Compilation &compilation)
    : network_(compilation.network()), type_(compilation.type()),
      outputsAreSpecified_(compilation.specifiesOutputs()) {
  bindings_.inputs.resize(network_->inputs().size());
  bindings_.outputs.resize(network_->outputs().size());
}

Reply Execution::create(Compilation &compilation, std::shared_ptr<Execution> &execution) {
  TANDEM_NEURON_RETURN_IF_REFUSED(compilation.mustBeFinished());
  execution.reset(new Execution(compilation));
  TANDEM_NEURON_RETURN_IF_REFUSED(compilation.network()->makeSession(execution->session_));
  compilation.markUsed();
  return Reply();
}

Reply Execution::mustNotCompute() const {
  std::lock_guard lock(mutex_);
  return state_ == State::kComputing ? Reply(NEURON_BAD_STATE, "it is computing") : Reply();
}

Reply Execution::bindingFor(Side side, int64_t index, const NeuronOperandType *type, size_t length,
                            Binding *&binding) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustNotCompute());
  auto &bindings = side == Side::kInput ? bindings_.inputs : bindings_.outputs;
  const auto &tensors = side == Side::kInput ? network_->inputs() : network_->outputs();
  if (index < 0 || static_cast<size_t>(index) >= tensors.size())
    return Reply(NEURON_BAD_DATA, text(side), " ", index, " of ", tensors.size());
  if (type)
    return Reply(NEURON_BAD_DATA, text(side), " ", index,
                 " with another type than the model's, which is not supported");
  size_t needed = tensors[static_cast<size_t>(index)].bytes;
  if (length < needed)
    return Reply(NEURON_BAD_DATA, text(side), " ", index, " needs ", needed, " bytes, not ",
                 length);
  binding = &bindings[static_cast<size_t>(index)];
  return Reply();
}

Reply Execution::bind(Side side, int64_t index, const NeuronOperandType *type, const void *buffer,
                      size_t length) {
  if ((buffer == nullptr) != (length == 0))
    return Reply(NEURON_BAD_DATA, length, " bytes at ", buffer ? "an address" : "NULL");
  Binding *binding = nullptr;
  TANDEM_NEURON_RETURN_IF_REFUSED(bindingFor(side, index, type, length, binding));
  // Inputs are only read; one type for both sides keeps this in one place.
  *binding = {.data = static_cast<std::byte *>(const_cast<void *>(buffer)),
              .memory = nullptr,
              .offset = 0,
              .length = length};
  return Reply();
}

Reply Execution::bindMemory(Side side, uint32_t index, const NeuronOperandType *type,
                            const std::shared_ptr<SharedMemory> &memory, size_t offset,
                            size_t length) {
  if (offset > memory->size() || length > memory->size() - offset)
    return Reply(NEURON_BAD_DATA, length, " bytes at ", offset, ", the memory has ",
                 memory->size());
  Binding *binding = nullptr;
  TANDEM_NEURON_RETURN_IF_REFUSED(bindingFor(side, index, type, length, binding));
  *binding = {.data = nullptr, .memory = memory, .offset = offset, .length = length};
  return Reply();
}

Reply Execution::setBoostHint(uint8_t value) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustNotCompute());
  return value <= kMostBoost ? Reply()
                             : Reply(NEURON_BAD_DATA, "boost ", int(value), ", expected 0 to 100");
}

Reply Execution::setCacheFlushHint(uint8_t bits) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustNotCompute());
  return (bits & ~kAllFlushBits) ? Reply(NEURON_BAD_DATA, "hint ", int(bits), " has unknown bits")
                                 : Reply();
}

Reply Execution::setLoopTimeout() {
  return mustNotCompute(); // no loop is run, so none can take too long
}

Reply Execution::setRunnerPoolSize(uint8_t runners) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustNotCompute());
  if (type_ != NEURON_COMPILATION_TYPE_BATCHED)
    return Reply(NEURON_BAD_STATE, "the compilation is not one for batches");
  return runners ? Reply() : Reply(NEURON_BAD_DATA, "a pool of no runners");
}

Reply Execution::setBatchDone() {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustNotCompute());
  if (type_ != NEURON_COMPILATION_TYPE_BATCHED)
    return Reply(NEURON_BAD_STATE, "the compilation is not one for batches");
  TANDEM_NEURON_RETURN_IF_REFUSED(checkBound());
  batches_[static_cast<int>(batches_.size())] = bindings_;
  return Reply();
}

Reply Execution::setIoDone(int runner) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustNotCompute());
  if (type_ != NEURON_COMPILATION_TYPE_EXECUTION_CONTROLLER)
    return Reply(NEURON_BAD_STATE, "the compilation has no execution controller");
  if (runner < 0 || runner > kMostRunners)
    return Reply(NEURON_BAD_DATA, "runner ", runner, ", expected 0 to ", kMostRunners);
  TANDEM_NEURON_RETURN_IF_REFUSED(checkBound());
  batches_[runner] = bindings_;
  return Reply();
}

Reply Execution::checkBound() const {
  for (Side side : {Side::kInput, Side::kOutput}) {
    const auto &bindings = side == Side::kInput ? bindings_.inputs : bindings_.outputs;
    for (size_t i = 0; i < bindings.size(); ++i)
      if (!bindings[i].isSet())
        return Reply(NEURON_BAD_DATA, text(side), " ", i, " is not set");
  }
  return Reply();
}

Reply Execution::begin() {
  std::lock_guard lock(mutex_);
  if (state_ == State::kComputing)
    return Reply(NEURON_BAD_STATE, "it is computing");
  if (batches_.empty())
    TANDEM_NEURON_RETURN_IF_REFUSED(checkBound());
  state_ = State::kComputing;
  return Reply();
}

void Execution::end(const Reply &result) {
  std::lock_guard lock(mutex_);
  state_ = result.ok() ? State::kCompleted : State::kFailed;
}

Reply Execution::computeAll() noexcept try {
  if (batches_.empty())
    return computeOne(bindings_);
  std::map<int, Bindings> batches = std::move(batches_);
  batches_.clear();
  for (const auto &[runner, bindings] : batches)
    TANDEM_NEURON_RETURN_IF_REFUSED(computeOne(bindings));
  return Reply();
} catch (const std::bad_alloc &) {
  return Reply(NEURON_OUT_OF_MEMORY, "no memory");
}

Reply Execution::computeOne(const Bindings &bindings) {
  auto start = std::chrono::steady_clock::now();
  auto bytesOf = [](const Binding &binding, bool toWrite, std::byte *&data) {
    data = binding.data;
    if (!binding.memory)
      return Reply();
    std::span<std::byte> mapped;
    Reply reply = binding.memory->map(toWrite, mapped);
    data = mapped.data() + binding.offset;
    return reply;
  };
  for (size_t i = 0; i < bindings.inputs.size(); ++i) {
    std::byte *data = nullptr;
    TANDEM_NEURON_RETURN_IF_REFUSED(bytesOf(bindings.inputs[i], /*toWrite=*/false, data));
    const TensorView &input = session_->inputs()[i];
    std::memcpy(input.data, data, input.bytes);
  }
  if (Status status = session_->run(); !status.ok())
    return Reply(NEURON_BAD_STATE, status.error().text());
  for (size_t i = 0; i < bindings.outputs.size(); ++i) {
    std::byte *data = nullptr;
    TANDEM_NEURON_RETURN_IF_REFUSED(bytesOf(bindings.outputs[i], /*toWrite=*/true, data));
    const TensorView &output = session_->outputs()[i];
    std::memcpy(data, output.data, output.bytes);
  }
  if (Library::get().timing())
    std::this_thread::sleep_until(
        start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                    std::chrono::duration<double, std::micro>(network_->modelledUs())));
  return Reply();
}

Reply Execution::compute(const std::function<void()> &hang) {
  TANDEM_NEURON_RETURN_IF_REFUSED(begin());
  hang();
  Reply result = computeAll();
  end(result);
  return result;
}

Reply Execution::start(std::vector<std::shared_ptr<Completion>> dependencies,
                       std::shared_ptr<Completion> &completion) {
  if (!outputsAreSpecified_)
    return Reply(NEURON_BAD_DATA, "the model does not specify the dimensions of every output");
  for (size_t i = 0; i < dependencies.size(); ++i)
    if (int code = 0; dependencies[i]->poll(code) && code != NEURON_NO_ERROR)
      return Reply(code, "dependency ", i, " has failed");
  TANDEM_NEURON_RETURN_IF_REFUSED(begin());
  auto done = std::make_shared<ComputationCompletion>();
  // The client may free the execution as soon as it is no longer computing.
  auto work = [self = shared_from_this(), done, waitsFor = std::move(dependencies)] {
    Reply result;
    for (const std::shared_ptr<Completion> &dependency : waitsFor)
      if (int code = dependency->wait(); code != NEURON_NO_ERROR && result.ok())
        result = Reply(code, "a dependency has failed");
    if (result.ok())
      result = self->computeAll();
    self->end(result);
    done->finish(result.code);
  };
  try {
    std::thread(std::move(work)).detach();
  } catch (const std::system_error &error) {
    Reply result(NEURON_RESOURCE_EXHAUSTED_TRANSIENT, "no thread: ", error.what());
    end(result);
    return result;
  }
  completion = std::move(done);
  return Reply();
}

Reply Execution::outputAt(int32_t index, const Network::Tensor *&tensor) const {
  std::lock_guard lock(mutex_);
  if (state_ != State::kCompleted)
    return Reply(NEURON_BAD_STATE, "nothing has been computed");
  if (index < 0 || static_cast<size_t>(index) >= network_->outputs().size())
    return Reply(NEURON_BAD_DATA, "output ", index, " of ", network_->outputs().size());
  tensor = &network_->outputs()[static_cast<size_t>(index)];
  return Reply();
}

Reply Execution::outputRank(int32_t index, uint32_t *rank) const {
  const Network::Tensor *tensor = nullptr;
  TANDEM_NEURON_RETURN_IF_REFUSED(outputAt(index, tensor));
  *rank = static_cast<uint32_t>(tensor->dimensions.size());
  return Reply();
}

Reply Execution::outputDimensions(int32_t index, uint32_t *dimensions) const {
  const Network::Tensor *tensor = nullptr;
  TANDEM_NEURON_RETURN_IF_REFUSED(outputAt(index, tensor));
  if (tensor->dimensions.empty())
    return Reply(NEURON_BAD_DATA, "output ", index, " is a scalar");
  std::copy(tensor->dimensions.begin(), tensor->dimensions.end(), dimensions);
  return Reply();
}

bool Execution::mayBeFreed() const {
  std::lock_guard lock(mutex_);
  return state_ != State::kComputing;
}

} // namespace tandem::neuron::host
