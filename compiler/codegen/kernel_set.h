#pragma once

#include "compiler/codegen/kernel_builder.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace tandem::codegen {

/// Generated code for a list of kernels and one instruction set.
struct CompiledKernels {
  std::string image;                    ///< ELF; exports `k0`, `k1`, ...
  std::vector<uint32_t> functionOf;     ///< per kernel: the number of its function
  std::vector<int64_t> unitsOf;         ///< per kernel
  std::vector<std::string> schedulesOf; ///< per kernel: KernelBuilder::schedule
};

/// Kernels whose code turns out equal share one function. Any thread.
llvm::Expected<CompiledKernels> compileKernels(llvm::ArrayRef<Kernel> kernels, const Isa &isa);

} // namespace tandem::codegen
