// Networks that a library has compiled before.
#include "backends/neuron/client/network.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <dlfcn.h>

namespace tandem::neuron {
namespace {

/// A property of the Android system; empty elsewhere.
std::string systemProperty(const char *name) {
  using Get = int (*)(const char *name, char *value);
  constexpr size_t kLongest = 92; // PROP_VALUE_MAX
  auto get = reinterpret_cast<Get>(dlsym(RTLD_DEFAULT, "__system_property_get"));
  char value[kLongest] = {};
  return get && get(name, value) > 0 ? value : "";
}

std::string lowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

} // namespace

std::string thisSoc() {
  if (const char *soc = std::getenv("TANDEM_NEURON_SOC"); soc && *soc)
    return lowerCase(soc);
  for (const char *name : {"ro.soc.model", "ro.board.platform"})
    if (std::string soc = systemProperty(name); !soc.empty())
      return lowerCase(soc);
  return "";
}

Result<Network> restoreNetwork(const Library &library, const artifact::StoredNetwork &stored,
                               std::string_view soc, const Place &place) {
  Version version = {stored.version()->major(), stored.version()->minor(),
                     stored.version()->patch()};
  if (version != library.version())
    return place.error(Code::kUnavailable, "its stored network is of Neuron ", version.text(), ", ",
                       library.path(), " is ", library.version().text());
  std::string_view wanted = stored.soc()->string_view();
  if (!wanted.empty() && !soc.empty() && wanted != soc)
    return place.error(Code::kUnavailable, "its stored network is for ", wanted, ", this is ", soc);
  NeuronModel *model = nullptr;
  NeuronCompilation *compilation = nullptr;
  TANDEM_RETURN_IF_ERROR(call(place, "its stored network",
                              library.NeuronModel_restoreFromCompiledNetwork, &model, &compilation,
                              static_cast<const void *>(stored.network()->data()),
                              static_cast<size_t>(stored.network()->size())));
  return Network{own(model, library.NeuronModel_free),
                 own(compilation, library.NeuronCompilation_free)};
}

Result<std::vector<uint8_t>> storeNetwork(const Library &library, const Network &network,
                                          const Place &place) {
  size_t size = 0;
  TANDEM_RETURN_IF_ERROR(call(place, library.NeuronCompilation_getCompiledNetworkSize,
                              network.compilation.get(), &size));
  constexpr size_t kMost = size_t{1} << 31; // what a bundle's artifact can hold
  if (size == 0 || size >= kMost)
    return place.error(Code::kUnavailable, library.path(), " says that the compiled network has ",
                       size, " bytes, expected 1 to ", kMost - 1);
  std::vector<uint8_t> bytes(size);
  TANDEM_RETURN_IF_ERROR(call(place, library.NeuronCompilation_storeCompiledNetwork,
                              network.compilation.get(), static_cast<void *>(bytes.data()), size));
  return bytes;
}

} // namespace tandem::neuron
