#include "backends/cpu/run/image.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <sys/mman.h>
#include <utility>
#include <vector>

namespace tandem::cpu {

namespace {
constexpr uint64_t kPage = 65536; // the largest of the processors we know
constexpr uint64_t kLimit = 1u << 30;

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#endif

template <typename T> T read(const std::byte *from, uint64_t offset) {
  T value;
  std::memcpy(&value, from + offset, sizeof value);
  return value;
}

Error damaged(std::string_view subject, std::string_view what) {
  return Error(Code::kCorruptData, subject, "cpu code image: ", what);
}
} // namespace

Result<CodeImage> CodeImage::map(std::span<const std::byte> file, std::string_view subject) {
  CodeImage image;
  TANDEM_RETURN_IF_ERROR(image.load(file, subject));
  return image;
}

CodeImage::CodeImage(CodeImage &&other) noexcept {
  *this = std::move(other);
}

CodeImage &CodeImage::operator=(CodeImage &&other) noexcept {
  std::swap(base_, other.base_);
  std::swap(span_, other.span_);
  codeBegin_ = other.codeBegin_;
  codeEnd_ = other.codeEnd_;
  symbols_ = other.symbols_;
  symbolCount_ = other.symbolCount_;
  strings_ = other.strings_;
  stringSize_ = other.stringSize_;
  return *this;
}

CodeImage::~CodeImage() {
  if (base_)
    munmap(base_, span_);
}

static Result<std::vector<Elf64_Phdr>> programHeaders(std::span<const std::byte> file,
                                                      std::string_view subject) {
  if (file.size() < sizeof(Elf64_Ehdr))
    return damaged(subject, "shorter than an ELF header");
  auto header = read<Elf64_Ehdr>(file.data(), 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB)
    return damaged(subject, "not a 64-bit little-endian ELF file");
  if (header.e_machine != kMachine)
    return Error(Code::kUnsupported, subject, "cpu code image: made for ELF machine ",
                 header.e_machine, ", this one is ", kMachine);
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > file.size() ||
      header.e_phnum > (file.size() - header.e_phoff) / sizeof(Elf64_Phdr))
    return damaged(subject, "program headers outside the file");
  std::vector<Elf64_Phdr> headers(header.e_phnum);
  for (size_t i = 0; i < headers.size(); ++i)
    headers[i] = read<Elf64_Phdr>(file.data(), header.e_phoff + i * sizeof(Elf64_Phdr));
  return headers;
}

Status CodeImage::load(std::span<const std::byte> file, std::string_view subject) {
  TANDEM_ASSIGN_OR_RETURN(std::vector<Elf64_Phdr> headers, programHeaders(file, subject));
  std::vector<Elf64_Phdr> segments;
  Elf64_Phdr dynamic = {};
  for (const Elf64_Phdr &header : headers) {
    if (header.p_type == PT_TLS)
      return damaged(subject, "has thread-local data");
    if (header.p_type == PT_DYNAMIC)
      dynamic = header;
    if (header.p_type != PT_LOAD)
      continue;
    if (header.p_vaddr > kLimit || header.p_memsz > kLimit || header.p_filesz > header.p_memsz ||
        header.p_offset > file.size() || header.p_filesz > file.size() - header.p_offset)
      return damaged(subject, "a segment lies outside the file");
    segments.push_back(header);
    span_ = std::max(span_, (header.p_vaddr + header.p_memsz + kPage - 1) / kPage * kPage);
  }
  if (segments.empty())
    return damaged(subject, "has no segments");

  void *memory = mmap(nullptr, span_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return Error(Code::kIo, subject, "cannot map ", span_, " bytes for code: ", strerror(errno));
  base_ = static_cast<std::byte *>(memory);
  for (const Elf64_Phdr &segment : segments)
    std::memcpy(base_ + segment.p_vaddr, file.data() + segment.p_offset, segment.p_filesz);
  TANDEM_RETURN_IF_ERROR(readDynamic(dynamic.p_vaddr, dynamic.p_memsz, subject));

  for (const Elf64_Phdr &segment : segments) {
    std::byte *from = base_ + segment.p_vaddr / 4096 * 4096;
    std::byte *to = base_ + segment.p_vaddr + segment.p_memsz;
    bool executable = segment.p_flags & PF_X;
    if (executable && segment.p_flags & PF_W)
      return damaged(subject, "a segment is both writable and executable");
    if (executable) {
      codeBegin_ = segment.p_vaddr;
      codeEnd_ = segment.p_vaddr + segment.p_memsz;
    }
    int protection = PROT_READ | (executable ? PROT_EXEC : 0);
    if (mprotect(from, static_cast<size_t>(to - from), protection) != 0)
      return Error(Code::kIo, subject, "cannot protect mapped code: ", strerror(errno));
    __builtin___clear_cache(reinterpret_cast<char *>(from), reinterpret_cast<char *>(to));
  }
  return {};
}

Status CodeImage::readDynamic(uint64_t offset, uint64_t size, std::string_view subject) {
  if (offset > span_ || size > span_ - offset)
    return damaged(subject, "its dynamic table lies outside");
  uint64_t hash = 0;
  for (uint64_t i = 0; sizeof(Elf64_Dyn) <= size - i && i <= size; i += sizeof(Elf64_Dyn)) {
    auto entry = read<Elf64_Dyn>(base_, offset + i);
    if (entry.d_tag == DT_NULL)
      break;
    switch (entry.d_tag) {
    case DT_SYMTAB:
      symbols_ = entry.d_un.d_val;
      break;
    case DT_STRTAB:
      strings_ = entry.d_un.d_val;
      break;
    case DT_STRSZ:
      stringSize_ = entry.d_un.d_val;
      break;
    case DT_HASH:
      hash = entry.d_un.d_val;
      break;
    case DT_NEEDED:
    case DT_RELA:
    case DT_REL:
    case DT_RELR:
    case DT_JMPREL:
    case DT_INIT:
    case DT_FINI:
    case DT_INIT_ARRAY:
    case DT_FINI_ARRAY:
      return damaged(subject, "needs relocations, libraries or constructors");
    default:
      break;
    }
  }
  if (hash == 0 || hash > span_ - 2 * sizeof(uint32_t))
    return damaged(subject, "has no symbol hash table");
  symbolCount_ = read<uint32_t>(base_, hash + sizeof(uint32_t)); // DT_HASH states it
  if (symbols_ > span_ || symbolCount_ > (span_ - symbols_) / sizeof(Elf64_Sym))
    return damaged(subject, "its symbols lie outside");
  if (stringSize_ == 0 || stringSize_ > span_ || strings_ > span_ - stringSize_ ||
      base_[strings_ + stringSize_ - 1] != std::byte{0})
    return damaged(subject, "its symbol names lie outside");
  return {};
}

void *CodeImage::find(const std::string &name) const {
  for (uint64_t i = 1; i < symbolCount_; ++i) {
    auto symbol = read<Elf64_Sym>(base_, symbols_ + i * sizeof(Elf64_Sym));
    if (symbol.st_name >= stringSize_ || symbol.st_value < codeBegin_ ||
        symbol.st_value >= codeEnd_)
      continue;
    if (name == reinterpret_cast<const char *>(base_) + strings_ + symbol.st_name)
      return base_ + symbol.st_value;
  }
  return nullptr;
}

} // namespace tandem::cpu
