#include "backends/cpu/test/disassembly.h"

#include "llvm-c/Disassembler.h"
#include "llvm-c/Target.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <elf.h>
#include <memory>
#include <optional>
#include <regex>
#include <span>

namespace tandem::test {
namespace {

Elf64_Ehdr headerOf(std::string_view image) {
  Elf64_Ehdr header;
  std::memcpy(&header, image.data(), sizeof header);
  return header;
}

/// The executable segment.
std::string_view codeOf(std::string_view image) {
  Elf64_Ehdr header = headerOf(image);
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, &image[header.e_phoff + i * sizeof segment], sizeof segment);
    if (segment.p_type == PT_LOAD && segment.p_flags & PF_X)
      return image.substr(segment.p_offset, segment.p_filesz);
  }
  return {};
}

/// An instruction, and the bytes where it lies.
struct Line {
  size_t from, to;
  std::string text;
};

using Context = std::unique_ptr<void, void (*)(void *)>;

Context disassembler(bool isAarch64) {
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64Disassembler();
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86Disassembler();
  return {LLVMCreateDisasmCPUFeatures(isAarch64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu",
                                      isAarch64 ? "generic" : "x86-64-v4",
                                      isAarch64 ? "+v8.6a,+fullfp16" : "+avx512vnni,+avx512bf16",
                                      nullptr, 0, nullptr, nullptr),
          LLVMDisasmDispose};
}

std::vector<Line> disassemble(std::string_view image) {
  Context context = disassembler(headerOf(image).e_machine == EM_AARCH64);
  std::string_view code = codeOf(image);
  std::vector<uint8_t> bytes(code.begin(), code.end());
  std::vector<Line> lines;
  for (size_t at = 0; at < bytes.size();) {
    std::array<char, 128> text = {};
    size_t size = LLVMDisasmInstruction(context.get(), &bytes[at], bytes.size() - at, at,
                                        text.data(), text.size());
    size_t next = at + std::max<size_t>(size, 1); // what is no instruction fills up
    std::string line = text.data();
    std::replace(line.begin(), line.end(), '\t', ' ');
    lines.push_back({at, next, line.substr(std::min(line.find_first_not_of(' '), line.size()))});
    at = next;
  }
  return lines;
}

/// Where a branch backwards goes.
std::optional<size_t> targetBefore(const Line &line) {
  static const std::regex kAarch64(R"(^(b\.|cb|tb|b ).*#-(\d+)$)"), // from its first byte
      kX86(R"(^j[a-z]+ -(\d+)$)");                                  // from behind it
  std::smatch parts;
  if (std::regex_match(line.text, parts, kAarch64))
    return line.from - std::stoul(parts[2]);
  if (std::regex_match(line.text, parts, kX86))
    return line.to - std::stoul(parts[1]);
  return std::nullopt;
}

} // namespace

int Instructions::count(std::string_view mnemonic, std::string_view operand) const {
  return static_cast<int>(
      std::count_if(instructions.begin(), instructions.end(), [&](const std::string &text) {
        bool isOne = mnemonic.empty() || text.starts_with(std::string(mnemonic) + " ");
        return isOne && text.find(operand) != std::string::npos;
      }));
}

static Instructions textsOf(std::span<const Line> lines) {
  Instructions all;
  for (const Line &line : lines)
    all.instructions.push_back(line.text);
  return all;
}

Instructions allInstructions(std::string_view image) {
  return textsOf(disassemble(image));
}

Instructions busiestLoop(std::string_view image, std::string_view mnemonic) {
  std::vector<Line> all = disassemble(image);
  Instructions busiest;
  size_t lastBack = 0; // behind the last backward branch seen
  for (size_t i = 0; i < all.size(); ++i) {
    std::optional<size_t> target = targetBefore(all[i]);
    if (!target)
      continue;
    auto first = std::lower_bound(all.begin(), all.end(), *target,
                                  [](const Line &line, size_t at) { return line.from < at; });
    auto from = static_cast<size_t>(first - all.begin());
    bool isInner = from >= lastBack; // no other loop ends in it
    lastBack = i + 1;
    if (!isInner)
      continue;
    Instructions loop = textsOf(std::span(all).subspan(from, i + 1 - from));
    if (loop.count(mnemonic) > busiest.count(mnemonic))
      busiest = std::move(loop);
  }
  return busiest;
}

} // namespace tandem::test
