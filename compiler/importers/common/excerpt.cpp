#include "compiler/importers/common/excerpt.h"

namespace tandem {

static bool continuesUtf8(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

std::string excerpt(llvm::StringRef text, size_t most) {
  constexpr llvm::StringLiteral kGap("...");
  if (text.size() <= most)
    return text.str();
  size_t kept = most - kGap.size(), front = kept / 2, back = text.size() - (kept - front);
  while (front > 0 && continuesUtf8(text[front]))
    --front;
  while (back < text.size() && continuesUtf8(text[back]))
    ++back;
  return (text.take_front(front) + kGap + text.drop_front(back)).str();
}

} // namespace tandem
