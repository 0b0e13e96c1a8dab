#include "backends/neuron/client/library.h"

#include "backends/neuron/client/names.h"

#include <cstdlib>
#include <dlfcn.h>

namespace tandem::neuron {
namespace {

/// In the order of the vendor's own clients: what an app may link against, then what the system
/// uses, then the development kit.
constexpr const char *kNames[] = {
    "libneuronusdk_adapter.mtk.so", "libneuronusdk_adapter.9.mtk.so", "libneuronusdk_adapter.so",
    "libneuron_adapter_mgvi.so",    "libneuron_adapter.so",
};

std::string loaderMessage() {
  const char *message = dlerror();
  return message ? message : "no reason given";
}

} // namespace

Library::~Library() {
  dlclose(handle_);
}

Status Library::resolve() {
  std::string missing;
  auto look = [&](auto &function, bool required) {
    using Pointer = decltype(function.pointer);
    function.pointer = reinterpret_cast<Pointer>(dlsym(handle_, function.name));
    if (required && !function.pointer)
      missing += (missing.empty() ? "" : ", ") + std::string(function.name);
  };
#define TANDEM_REQUIRED(name) look(name, true);
#define TANDEM_OPTIONAL(name) look(name, false);
  TANDEM_NEURON_FUNCTIONS(TANDEM_REQUIRED, TANDEM_OPTIONAL)
#undef TANDEM_REQUIRED
#undef TANDEM_OPTIONAL
  if (!missing.empty())
    return Error(Code::kUnavailable, path_, "the Neuron library has no ", missing);
  NeuronRuntimeVersion version = {};
  if (int code = Neuron_getVersion.pointer(&version); code != NEURON_NO_ERROR)
    return Error(Code::kUnavailable, path_, "Neuron_getVersion returned ", resultName(code));
  version_ = {version.major, version.minor, version.patch};
  return Status();
}

Result<std::shared_ptr<const Library>> Library::open(const std::string &path) {
  void *handle = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (!handle)
    return Error(Code::kUnavailable, path, "the Neuron library does not load: ", loaderMessage());
  std::shared_ptr<Library> library(new Library(path, handle));
  TANDEM_RETURN_IF_ERROR(library->resolve());
  return std::shared_ptr<const Library>(std::move(library));
}

Result<std::shared_ptr<const Library>> Library::open() {
  if (const char *path = std::getenv("TANDEM_NEURON_LIBRARY"); path && *path)
    return open(path);
  std::string tried;
  for (const char *name : kNames) {
    // Loaded twice is loaded once: this only asks whether there is one, so that the error of one
    // that is there and of no use is not lost among those of the names that are not.
    if (void *handle = dlopen(name, RTLD_LAZY | RTLD_LOCAL)) {
      Result<std::shared_ptr<const Library>> library = open(name);
      dlclose(handle);
      return library;
    }
    tried += (tried.empty() ? "" : ", ") + std::string(name);
  }
  return Error(Code::kUnavailable, "", "there is no Neuron library: none of ", tried,
               " loads, and TANDEM_NEURON_LIBRARY names none");
}

} // namespace tandem::neuron
