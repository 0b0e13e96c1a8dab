#include "backends/neuron/run/engine.h"

#include <cstring>
#include <sys/mman.h>

namespace tandem::neuron {
namespace {

/// Where the vendor's own clients begin each value in shared memory.
constexpr size_t kSlotAlignment = 128;
constexpr std::byte kSignBit{0x80};

void transfer(std::byte *to, const std::byte *from, const Slot &slot) {
  if (!slot.flipSign)
    std::memcpy(to, from, slot.bytes);
  else
    for (size_t i = 0; i < slot.bytes; ++i)
      to[i] = from[i] ^ kSignBit;
}

} // namespace

Engine::Engine(const artifact::Artifact &artifact, std::vector<Buffer> buffers, Place place,
               std::shared_ptr<const void> owner, const Engine *like)
    : artifact_(artifact), buffers_(std::move(buffers)), place_(std::move(place)),
      owner_(std::move(owner)), library_(like ? like->library_ : nullptr),
      network_(like ? like->network_ : nullptr) {
  inputs_ = slotsOf(*artifact.inputs());
  outputs_ = slotsOf(*artifact.outputs());
}

std::vector<Slot> Engine::slotsOf(const Borders &borders) {
  std::vector<Slot> slots;
  for (const artifact::Border *border : borders) {
    const Buffer &buffer = buffers_[border->buffer()];
    slots.push_back({.outside = buffer.data,
                     .offset = stagingBytes_,
                     .bytes = static_cast<size_t>(buffer.size),
                     .flipSign = border->flip_sign()});
    stagingBytes_ += (slots.back().bytes + kSlotAlignment - 1) / kSlotAlignment * kSlotAlignment;
  }
  return slots;
}

uint64_t Engine::copyInputs() {
  uint64_t bytes = 0;
  for (const Slot &slot : inputs_) {
    transfer(staging_.data() + slot.offset, slot.outside, slot);
    bytes += slot.bytes;
  }
  return bytes;
}

uint64_t Engine::copyOutputs() {
  uint64_t bytes = 0;
  for (const Slot &slot : outputs_) {
    transfer(slot.outside, staging_.data() + slot.offset, slot);
    bytes += slot.bytes;
  }
  return bytes;
}

void Engine::load() {
  status_ = tryLoad();
}

void Engine::compute() {
  status_ = call(place_, library_->NeuronExecution_compute, execution_.get());
}

void Engine::release() {
  execution_.reset();
  memory_.reset();
  network_.reset();
  library_.reset();
}

Status Engine::openLibrary() {
  auto library = Library::open();
  if (!library.ok())
    return place_.error(library.error().code, library.error().subject,
                        library.error().subject.empty() ? "" : ": ", library.error().message);
  library_ = std::move(library).value();
  return {};
}

Status Engine::tryLoad() {
  if (!library_)
    TANDEM_RETURN_IF_ERROR(openLibrary());
  if (!network_) {
    TANDEM_ASSIGN_OR_RETURN(Network network, makeNetwork());
    network_ = std::make_shared<const Network>(std::move(network));
  }
  Result<SharedMemory> staging = SharedMemory::create(stagingBytes_);
  if (!staging.ok())
    return place_.error(staging.error().code, staging.error().message);
  staging_ = std::move(staging).value();
  NeuronExecution *execution = nullptr;
  TANDEM_RETURN_IF_ERROR(
      call(place_, library_->NeuronExecution_create, network_->compilation.get(), &execution));
  execution_ = own(execution, library_->NeuronExecution_free);
  return bind();
}

/// From the stored network, else from the graph.
Result<Network> Engine::makeNetwork() {
  const artifact::StoredNetwork *stored = artifact_.stored();
  if (!stored)
    return compileNetwork(*library_, artifact_, buffers_, place_);
  Result<Network> restored = restoreNetwork(*library_, *stored, thisSoc(), place_);
  if (restored.ok())
    return restored;
  Result<Network> compiled = compileNetwork(*library_, artifact_, buffers_, place_);
  if (!compiled.ok())
    return Error(compiled.error().code, place_.path, restored.error().message,
                 "; compiling it again: ", compiled.error().message);
  notice_ = restored.error().message + "; it is compiled again";
  return compiled;
}

/// To memory objects where the library takes this memory, else to plain buffers.
Status Engine::bind() {
  NeuronMemory *memory = nullptr;
  bool offered = library_->NeuronMemory_createFromFd && library_->NeuronMemory_free &&
                 library_->NeuronExecution_setInputFromMemory &&
                 library_->NeuronExecution_setOutputFromMemory;
  if (!offered)
    return bindBuffers();
  Status created = call(place_, library_->NeuronMemory_createFromFd, staging_.size(),
                        PROT_READ | PROT_WRITE, staging_.descriptor(), size_t(0), &memory);
  if (created.ok()) {
    memory_ = own(memory, library_->NeuronMemory_free);
    return bindMemory(memory);
  }
  if (!library_->NeuronExecution_setInput || !library_->NeuronExecution_setOutput)
    return created;
  notice_ += (notice_.empty() ? "" : "; ") + created.error().message +
             "; values are copied instead of shared";
  return bindBuffers();
}

Status Engine::bindMemory(const NeuronMemory *memory) {
  const NeuronOperandType *asDeclared = nullptr;
  uint32_t index = 0;
  for (const Slot &slot : inputs_)
    TANDEM_RETURN_IF_ERROR(call(place_, library_->NeuronExecution_setInputFromMemory,
                                execution_.get(), index++, asDeclared, memory, slot.offset,
                                slot.bytes));
  index = 0;
  for (const Slot &slot : outputs_)
    TANDEM_RETURN_IF_ERROR(call(place_, library_->NeuronExecution_setOutputFromMemory,
                                execution_.get(), index++, asDeclared, memory, slot.offset,
                                slot.bytes));
  return Status();
}

Status Engine::bindBuffers() {
  const NeuronOperandType *asDeclared = nullptr;
  int32_t index = 0;
  for (const Slot &slot : inputs_) {
    const void *value = staging_.data() + slot.offset;
    TANDEM_RETURN_IF_ERROR(call(place_, library_->NeuronExecution_setInput, execution_.get(),
                                index++, asDeclared, value, slot.bytes));
  }
  index = 0;
  for (const Slot &slot : outputs_) {
    void *value = staging_.data() + slot.offset;
    TANDEM_RETURN_IF_ERROR(call(place_, library_->NeuronExecution_setOutput, execution_.get(),
                                index++, asDeclared, value, slot.bytes));
  }
  return Status();
}

} // namespace tandem::neuron
