#pragma once

#include "devices/profile.h"

#include <cstdint>

namespace tandem {

/// What one op does, whoever does it.
struct Work {
  WorkKind kind = WorkKind::kElementwise;
  ElementType type = ElementType::kF32; ///< of the activations
  uint64_t macs = 0;
  uint64_t elements = 0; ///< of the results
  uint64_t bytes = 0;    ///< read and written, constants included
};

/// Time of the op on the processor, microseconds: the slower of its arithmetic and its memory
/// traffic, the roofline of Williams, Waterman and Patterson (2009), plus the processor's cost of
/// an op. A model; a measured time, where the profile has one, is better.
double predictedUs(const Work &work, const Processor &processor);

/// Moving so many bytes between the CPU's memory and the processor's; microseconds.
double transferUs(uint64_t bytes, const Processor &processor);

} // namespace tandem
