#include "backends/cpu/test/disassembly.h"

#include "llvm-c/Disassembler.h"
#include "llvm-c/Target.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <elf.h>
#include <memory>
#include <regex>

namespace tandem::test {
namespace {

constexpr size_t kInstruction = 4; // bytes

/// The executable segment.
std::string_view codeOf(std::string_view image) {
  Elf64_Ehdr header;
  std::memcpy(&header, image.data(), sizeof header);
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, &image[header.e_phoff + i * sizeof segment], sizeof segment);
    if (segment.p_type == PT_LOAD && segment.p_flags & PF_X)
      return image.substr(segment.p_offset, segment.p_filesz);
  }
  return {};
}

std::vector<std::string> disassemble(std::string_view code) {
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64Disassembler();
  std::unique_ptr<void, void (*)(void *)> context(
      LLVMCreateDisasmCPUFeatures("aarch64-linux-gnu", "generic", "+v8.6a", nullptr, 0, nullptr,
                                  nullptr),
      LLVMDisasmDispose);
  std::vector<std::string> instructions;
  for (size_t at = 0; at + kInstruction <= code.size(); at += kInstruction) {
    std::array<uint8_t, kInstruction> bytes;
    std::memcpy(bytes.data(), &code[at], kInstruction);
    std::array<char, 128> text = {};
    LLVMDisasmInstruction(context.get(), bytes.data(), kInstruction, at, text.data(), text.size());
    std::string line = text.data();
    std::replace(line.begin(), line.end(), '\t', ' ');
    instructions.push_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
  }
  return instructions;
}

} // namespace

int Instructions::count(std::string_view mnemonic, std::string_view operand) const {
  return static_cast<int>(
      std::count_if(instructions.begin(), instructions.end(), [&](const std::string &text) {
        bool isOne = mnemonic.empty() || text.starts_with(std::string(mnemonic) + " ");
        return isOne && text.find(operand) != std::string::npos;
      }));
}

Instructions allInstructions(std::string_view image) {
  return {disassemble(codeOf(image))};
}

Instructions busiestLoop(std::string_view image, std::string_view mnemonic) {
  static const std::regex kBackwards(R"(^(b\.|cb|tb|b ).*#-(\d+)$)"); // a branch, in bytes
  std::vector<std::string> all = disassemble(codeOf(image));
  Instructions busiest;
  size_t lastBack = 0; // behind the last backward branch seen
  for (size_t i = 0; i < all.size(); ++i) {
    std::smatch parts;
    if (!std::regex_match(all[i], parts, kBackwards))
      continue;
    size_t from = i - std::stoul(parts[2]) / kInstruction;
    bool isInner = from >= lastBack; // no other loop ends in it
    lastBack = i + 1;
    if (!isInner)
      continue;
    Instructions loop = {{all.begin() + static_cast<std::ptrdiff_t>(from),
                          all.begin() + static_cast<std::ptrdiff_t>(i) + 1}};
    if (loop.count(mnemonic) > busiest.count(mnemonic))
      busiest = std::move(loop);
  }
  return busiest;
}

} // namespace tandem::test
