#pragma once

#include "base/element_type.h"

#include <span>
#include <string>
#include <string_view>

namespace tandem::reference {

/// What the rules look at.
struct TensorFacts {
  ElementType type = ElementType::kF32;
  Quantization quantization; ///< empty: the elements are what they are
};

/// Why the kernels of run/ have nothing for an op of this name on these types, in words for the
/// user; empty when they have. Both halves ask this one table: the compiler before it promises, the
/// runtime before it believes an artifact.
std::string whyNot(std::string_view op, std::span<const TensorFacts> operands,
                   const TensorFacts &result);

} // namespace tandem::reference
