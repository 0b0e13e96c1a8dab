#include "backends/neuron/host/compilation.h"

#include "backends/neuron/host/extensions.h"
#include "backends/neuron/host/library.h"
#include "backends/neuron/host/lowering.h"
#include "base/file.h"

#include <algorithm>
#include <set>

namespace tandem::neuron::host {
namespace {
constexpr uint32_t kAllHints = NEURON_OPTIMIZATION_LOW_LATENCY | NEURON_OPTIMIZATION_DEEP_FUSION |
                               NEURON_OPTIMIZATION_BATCH_PROCESSING;

/// The operation that stands for a network compiled before, if the model is one.
const Operation *compiledNetworkOf(const Model &model) {
  for (const Operation &operation : model.operations())
    if (extensionOfOperationType(operation.type) == Extension::kCompiledNetwork)
      return &operation;
  return nullptr;
}

/// Loads such a network: the model may hold nothing else.
Reply loadEmbedded(const Model &model, const Operation &operation,
                   std::shared_ptr<Network> &network) {
  std::vector<uint32_t> given = operation.inputs;
  const Operand &bytes = model.operands()[given.back()];
  given.pop_back();
  if (model.operations().size() != 1 || given != model.inputs() ||
      operation.outputs != model.outputs())
    return Reply(NEURON_UNMAPPABLE, "a compiled network must be all of the model, with the model's "
                                    "inputs and outputs in their order");
  TANDEM_NEURON_RETURN_IF_REFUSED(Network::restore(bytes.value(), network));
  if (network->inputs().size() != given.size() ||
      network->outputs().size() != model.outputs().size())
    return Reply(NEURON_BAD_DATA, "the compiled network has ", network->inputs().size(),
                 " inputs and ", network->outputs().size(), " outputs, the model ", given.size(),
                 " and ", model.outputs().size());
  return Reply();
}
} // namespace

Compilation::Compilation(Model &model, CompilationType type, std::shared_ptr<Network> network)
    : model_(&model), type_(type), state_(State::kFinished), restored_(true),
      network_(std::move(network)) {
  model.becomeRestored();
}

Reply Compilation::checkModel(const Model &model, int otherwise) {
  if (!model.isFinished())
    return Reply(otherwise, "the model is not finished");
  if (model.isRestored())
    return Reply(NEURON_BAD_STATE, "a restored model cannot be compiled again");
  return Reply();
}

Reply Compilation::checkDevices(const NeuronDevice *const *devices, uint32_t count) {
  if (count == 0)
    return Reply(NEURON_BAD_DATA, "no devices");
  std::set<const NeuronDevice *> seen;
  for (uint32_t i = 0; i < count; ++i) {
    if (!devices[i])
      return Reply(NEURON_UNEXPECTED_NULL, "device ", i, " is NULL");
    if (!Library::get().has(devices[i]))
      return Reply(NEURON_BAD_DATA, "device ", i, " is no handle of this library");
    if (!seen.insert(devices[i]).second)
      return Reply(NEURON_BAD_DATA, "device ", i, " comes twice");
  }
  return Reply();
}

Reply Compilation::checkType(CompilationType type, bool restoring) {
  bool known = type >= NEURON_COMPILATION_TYPE_NORMAL &&
               type <= NEURON_COMPILATION_TYPE_EXECUTION_CONTROLLER &&
               !(restoring && type == NEURON_COMPILATION_TYPE_DEBUG_PLUS);
  return known ? Reply() : Reply(NEURON_BAD_DATA, "no compilation has type ", type);
}

Reply Compilation::mustBeOpen() const {
  return state_ == State::kOpen ? Reply()
                                : Reply(NEURON_BAD_STATE, "the compilation's finish was called");
}

Reply Compilation::mustBeFinished() const {
  if (state_ == State::kFinished)
    return Reply();
  return Reply(NEURON_BAD_STATE, state_ == State::kOpen ? "the compilation is not finished"
                                                        : "the compilation's finish failed");
}

Reply Compilation::setPreference(int32_t preference) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeOpen());
  if (preference < NEURON_PREFER_LOW_POWER || preference > NEURON_PREFER_TURBO_BOOST)
    return Reply(NEURON_BAD_DATA, "preference ", preference, ", expected 0 to 3");
  preference_ = preference;
  return Reply();
}

Reply Compilation::setPriority(int priority) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeOpen());
  if (priority != NEURON_PRIORITY_LOW && priority != NEURON_PRIORITY_MEDIUM &&
      priority != NEURON_PRIORITY_HIGH)
    return Reply(NEURON_BAD_DATA, "priority ", priority, ", expected 90, 100 or 110");
  priority_ = priority;
  return Reply();
}

Reply Compilation::setCaching(const char *folder, const uint8_t *token) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeOpen());
  cacheFolder_ = folder;
  std::copy_n(token, cacheToken_.size(), cacheToken_.begin());
  return Reply();
}

Reply Compilation::setL1SizeKb(uint32_t size) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeOpen());
  uint32_t most = Library::get().l1SizeKb();
  if (size > most)
    return Reply(NEURON_BAD_DATA, size, " KiB of L1 memory, the platform has ", most);
  return Reply();
}

Reply Compilation::setOptimizationHint(uint32_t bits) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeOpen());
  if (bits & ~kAllHints)
    return Reply(NEURON_BAD_DATA, "hint ", bits, " has bits beyond ", kAllHints);
  return Reply();
}

Reply Compilation::setOptimizationString(const char *text) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeOpen());
  options_ = text; // the grammar is not public: any text is taken, none changes what is computed
  return Reply();
}

Reply Compilation::getOptimizationString(const char **text) const {
  *text = options_.c_str();
  return Reply();
}

Reply Compilation::supportedOperations(uint32_t count, bool *supported) const {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeOpen());
  return model_->supportedOperations(supported, count);
}

Reply Compilation::finish() {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeOpen());
  state_ = State::kFailed; // unless everything goes well
  if (!loadFromCache())
    TANDEM_NEURON_RETURN_IF_REFUSED(compile());
  state_ = State::kFinished;
  return Reply();
}

bool Compilation::specifiesOutputs() const {
  auto hasShape = [&](uint32_t output) { return model_->operands()[output].hasShape(); };
  return restored_ || compiledNetworkOf(*model_) ||
         std::all_of(model_->outputs().begin(), model_->outputs().end(), hasShape);
}

Reply Compilation::compile() {
  if (const Operation *embedded = compiledNetworkOf(*model_))
    return loadEmbedded(*model_, *embedded, network_);
  CompiledCode compiled;
  TANDEM_NEURON_RETURN_IF_REFUSED(compileForThisMachine(*model_, compiled));
  TANDEM_NEURON_RETURN_IF_REFUSED(
      Network::create(std::move(compiled.bundle), compiled.modelledUs, network_));
  writeToCache();
  return writeReport(compiled.reportJson);
}

Reply Compilation::writeReport(const std::string &report) const {
  if (type_ != NEURON_COMPILATION_TYPE_DEBUG_PLUS || model_->reportPath().empty())
    return Reply();
  Status status = writeFileAtomically(model_->reportPath(), report);
  return status.ok() ? Reply() : Reply(NEURON_OP_FAILED, status.error().text());
}

Reply Compilation::getPreference(int *preference) const {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeFinished());
  *preference = preference_;
  return Reply();
}

Reply Compilation::getPriority(int *priority) const {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeFinished());
  *priority = priority_;
  return Reply();
}

Reply Compilation::tensorAt(Side side, int32_t index, const Network::Tensor *&tensor) const {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeFinished());
  const auto &tensors = side == Side::kInput ? network_->inputs() : network_->outputs();
  if (index < 0 || static_cast<size_t>(index) >= tensors.size())
    return Reply(NEURON_BAD_DATA, side == Side::kInput ? "input " : "output ", index, " of ",
                 tensors.size());
  tensor = &tensors[static_cast<size_t>(index)];
  return Reply();
}

Reply Compilation::paddedDimensions(Side side, int32_t index, uint32_t *dimensions) const {
  const Network::Tensor *tensor = nullptr;
  TANDEM_NEURON_RETURN_IF_REFUSED(tensorAt(side, index, tensor));
  std::copy(tensor->dimensions.begin(), tensor->dimensions.end(), dimensions);
  return Reply();
}

Reply Compilation::paddedSize(Side side, int32_t index, size_t *size) const {
  const Network::Tensor *tensor = nullptr;
  TANDEM_NEURON_RETURN_IF_REFUSED(tensorAt(side, index, tensor));
  *size = tensor->bytes;
  return Reply();
}

Reply Compilation::mustBeStorable() const {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeFinished());
  if (restored_)
    return Reply(NEURON_BAD_STATE, "a restored compilation cannot be stored again");
  if (used_)
    return Reply(NEURON_BAD_STATE, "an execution was created, only before can it be stored");
  return Reply();
}

Reply Compilation::storedSize(size_t *size) const {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeStorable());
  *size = network_->storedSize();
  return Reply();
}

Reply Compilation::store(void *buffer, size_t size) const {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeStorable());
  if (size != network_->storedSize())
    return Reply(NEURON_BAD_DATA, "a buffer of ", size, " bytes, expected ",
                 network_->storedSize());
  network_->store({static_cast<std::byte *>(buffer), size});
  return Reply();
}

std::string Compilation::cachePath() const {
  static constexpr const char *kDigits = "0123456789abcdef";
  std::string path = cacheFolder_ + "/";
  for (uint8_t byte : cacheToken_) {
    path += kDigits[byte >> 4];
    path += kDigits[byte & 15];
  }
  return path + ".neuron";
}

/// The token says that it is the same model; what is stored says whether it fits at all.
bool Compilation::loadFromCache() {
  if (cacheFolder_.empty())
    return false;
  Result<MappedFile> file = MappedFile::open(cachePath());
  std::shared_ptr<Network> network;
  if (!file.ok() || !Network::restore(file.value().bytes(), network).ok() ||
      network->inputs().size() != model_->inputs().size() ||
      network->outputs().size() != model_->outputs().size())
    return false;
  network_ = std::move(network);
  restored_ = true;
  return true;
}

/// A cache that cannot be written costs time, nothing else.
void Compilation::writeToCache() const {
  if (cacheFolder_.empty())
    return;
  std::vector<std::byte> bytes(network_->storedSize());
  network_->store(bytes);
  (void)writeFileAtomically(cachePath(), std::span<const std::byte>(bytes)).ok();
}

} // namespace tandem::neuron::host
