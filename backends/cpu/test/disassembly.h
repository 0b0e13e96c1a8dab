#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tandem::test {

/// Instructions in order, as LLVM prints them: "fmla v0.4s, v8.4s, v24.s[0]".
struct Instructions {
  std::vector<std::string> instructions;

  /// Those with this mnemonic, and with `operand` in their operands.
  int count(std::string_view mnemonic, std::string_view operand = "") const;
  /// All that use the stack: what is spilt.
  int stackAccesses() const { return count("", "[sp"); }
};

/// All the code for aarch64 in an ELF image.
Instructions allInstructions(std::string_view image);
/// Its loop without loops in it that has the most instructions of that mnemonic.
Instructions busiestLoop(std::string_view image, std::string_view mnemonic);

} // namespace tandem::test
