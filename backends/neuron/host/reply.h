#pragma once

#include "backends/neuron/abi/neuron_adapter.h"

#include <sstream>
#include <string>
#include <string_view>

namespace tandem::neuron::host {

/// What a function of the ABI answers: its code, and for people why it is not NEURON_NO_ERROR. Only
/// the code leaves the library; the text goes to the log (see README.md, TANDEM_NEURON_LOG).
struct [[nodiscard]] Reply {
  int code = NEURON_NO_ERROR;
  std::string text;

  Reply() = default;
  template <typename... Parts> explicit Reply(int failure, const Parts &...parts) : code(failure) {
    std::ostringstream out;
    (out << ... << parts);
    text = out.str();
  }

  bool ok() const { return code == NEURON_NO_ERROR; }
};

/// Leaves the function with the Reply of an expression that failed.
#define TANDEM_NEURON_RETURN_IF_REFUSED(expression)                                                \
  do {                                                                                             \
    if (::tandem::neuron::host::Reply tandemReply = (expression); !tandemReply.ok())               \
      return tandemReply;                                                                          \
  } while (false)

/// "BAD_DATA" for 4; "result 99" for a number that has no name.
std::string resultName(int code);
/// The code of a name as it stands in the header, with or without NEURON_; -1 when there is none.
int resultFromName(std::string_view name);

} // namespace tandem::neuron::host
