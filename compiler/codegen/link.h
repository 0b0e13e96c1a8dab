#pragma once

#include "compiler/codegen/emit.h"

#include <string>

namespace tandem::codegen {

/// Objects into one position-independent ELF image that needs no relocation and no other library,
/// by lld in this process. An unresolved symbol (a call of libc or libm) is an error that names it.
/// Any thread; lld runs once at a time.
llvm::Expected<std::string> linkImage(llvm::ArrayRef<ObjectCode> objects, const Isa &isa);

} // namespace tandem::codegen
