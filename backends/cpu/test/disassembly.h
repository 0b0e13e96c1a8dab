#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tandem::test {

/// The instructions of a loop without loops in it, in order, as LLVM prints them:
/// "fmla v0.4s, v8.4s, v24.s[0]".
struct InnerLoop {
  std::vector<std::string> instructions;

  /// Those with this mnemonic, and with `operand` in their operands.
  int count(std::string_view mnemonic, std::string_view operand = "") const;
  /// All that use the stack: what is spilt.
  int stackAccesses() const { return count("", "[sp"); }
};

/// The inner loops of the code for aarch64 in an ELF image.
std::vector<InnerLoop> innerLoops(std::string_view image);
/// The one with the most instructions of that mnemonic.
InnerLoop busiestLoop(std::string_view image, std::string_view mnemonic);

} // namespace tandem::test
