#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tandem::test {

/// Instructions in order, as LLVM prints them: "fmla v0.4s, v8.4s, v24.s[0]",
/// "vdpbf16ps (%rdi,%rax,4){1to16}, %zmm1, %zmm0".
struct Instructions {
  std::vector<std::string> instructions;

  /// Those with this mnemonic, and with `operand` in their operands.
  int count(std::string_view mnemonic, std::string_view operand = "") const;
  /// All that use the stack: what is spilt.
  int stackAccesses() const { return count("", "[sp") + count("", "(%rsp"); }
};

/// All the code in an ELF image for aarch64 or x86-64.
Instructions allInstructions(std::string_view image);
/// Its loop without loops in it that has the most instructions of that mnemonic.
Instructions busiestLoop(std::string_view image, std::string_view mnemonic);

} // namespace tandem::test
