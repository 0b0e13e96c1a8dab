#include "backends/neuron/host/kernels.h"

#include "compiler/backend/backend.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace tandem::neuron::host {

std::vector<std::string> kernelBackends() {
  return {"cpu", "reference"};
}

namespace {
/// Those of this build that are asked, with what they run on: this machine.
struct Kernels {
  DeviceProfile machine;
  std::vector<std::pair<const Backend *, const Processor *>> asked;
};

const Kernels &kernels() {
  static const Kernels *found = [] {
    auto *made = new Kernels; // never destroyed, as the library
    Result<DeviceProfile> machine = findProfile(kMachine);
    if (!machine.ok())
      return made;
    made->machine = std::move(machine).value();
    for (const std::string &name : kernelBackends())
      for (const Backend *backend : backends())
        if (const Processor *processor = made->machine.processorOf(name);
            backend->name() == name && processor)
          made->asked.emplace_back(backend, processor);
    return made;
  }();
  return *found;
}
} // namespace

std::string whyNoKernel(Operation *op) {
  std::string reasons;
  for (auto [backend, processor] : kernels().asked) {
    Support support = backend->supports(op, *processor);
    if (support)
      return "";
    (((reasons += reasons.empty() ? "" : "; ") += backend->name().str()) += ": ") +=
        llvm::join(support.reasons, ", ");
  }
  return reasons.empty() ? "this build has no kernels" : reasons;
}

} // namespace tandem::neuron::host
