#pragma once

#include "backends/neuron/client/library.h"
#include "backends/neuron/client/names.h"
#include "base/result.h"

#include <string>

namespace tandem::neuron {

/// Where something happens, for messages.
struct Place {
  std::string path;   ///< the bundle's
  std::string region; ///< "neuron_0"

  /// "x.tandem: error: neuron: region 'neuron_0': ..."
  template <typename... Parts> Error error(Code code, const Parts &...parts) const {
    return Error(code, path, "neuron: region '", region, "': ", parts...);
  }
};

/// Calls a function of the library. Errors: kUnavailable when it is not there or returns another
/// code than NO_ERROR; `detail` says what it was called for.
template <typename... Parameters, typename... Arguments>
Status call(const Place &place, std::string_view detail,
            const Function<int (*)(Parameters...)> &function, Arguments... arguments) {
  if (!function)
    return place.error(Code::kUnavailable, "the Neuron library has no ", function.name);
  int code = function.pointer(arguments...);
  if (code == NEURON_NO_ERROR)
    return Status();
  return place.error(Code::kUnavailable, function.name, detail.empty() ? "" : " for ", detail,
                     " returned ", resultName(code));
}

template <typename... Parameters, typename... Arguments>
Status call(const Place &place, const Function<int (*)(Parameters...)> &function,
            Arguments... arguments) {
  return call(place, std::string_view(), function, arguments...);
}

/// Owns an object of the library.
template <typename Object> using Handle = std::unique_ptr<Object, void (*)(Object *)>;
template <typename Object>
Handle<Object> own(Object *object, const Function<void (*)(Object *)> &free) {
  return {object, free.pointer};
}

} // namespace tandem::neuron
