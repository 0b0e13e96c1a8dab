#pragma once

// Sentences of numbers and words, for the reasons that the user reads.

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace tandem::neuron {

template <typename... Parts> std::string say(const Parts &...parts) {
  std::string text;
  llvm::raw_string_ostream out(text);
  (out << ... << parts);
  return text;
}

inline auto number(double value) {
  return llvm::format("%g", value);
}

} // namespace tandem::neuron
