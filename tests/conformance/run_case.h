#pragma once

#include "base/element_type.h"
#include "base/result.h"
#include "tests/conformance/cases.h"
#include "tests/emulated/machine.h"

#include <cstddef>
#include <string>
#include <vector>

namespace tandem::test {

/// One output of a case.
struct CaseOutput {
  ElementType type = ElementType::kF32;
  std::vector<std::byte> data;
};

/// Compiles the case for one backend alone, runs it on inputs made from its name, gives its
/// outputs. `isa`: the only instruction set that the cpu backend makes code for; all when empty.
/// `machine`: what runs it; this one when null. kUnsupported when the backend refuses the op,
/// kUnavailable when the processor lacks the instruction set.
Result<std::vector<CaseOutput>> runCase(const OpCase &opCase, const std::string &backend,
                                        const std::string &isa = "",
                                        EmulatedMachine *machine = nullptr);

} // namespace tandem::test
