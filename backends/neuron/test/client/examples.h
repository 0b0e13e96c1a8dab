#pragma once

#include "backends/neuron/test/client/op_text.h"

#include <string>
#include <vector>

namespace tandem::neuron::test {

/// An op that a row of the capability table takes, with kinds of elements that the row has.
struct Example {
  std::string op, form; ///< of the row
  ElementKind kind, resultKind;
  std::string arguments, body; ///< for OpText
};

/// Every row that is no refusal, in every kind of elements that it has.
std::vector<Example> allExamples();

/// For GoogleTest: "conv_2d_one_group_f32".
std::string nameOf(const Example &example);
inline std::ostream &operator<<(std::ostream &out, const Example &example) {
  return out << nameOf(example);
}

} // namespace tandem::neuron::test
