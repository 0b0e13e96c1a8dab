#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>

namespace tandem::mxnet {

// What MXNet writes for a value of Python: "3", "1e-05", "True", "(3, 3)", "(None, 2)", and from
// Python 2 "(3L, 3L)". Nothing when the text is something else.

std::optional<int64_t> parseInteger(llvm::StringRef text);
std::optional<double> parseNumber(llvm::StringRef text);
std::optional<bool> parseFlag(llvm::StringRef text);
/// A tuple or list, or one number.
std::optional<llvm::SmallVector<double>> parseNumbers(llvm::StringRef text);
/// A tuple or list, or one integer.
std::optional<llvm::SmallVector<int64_t>> parseIntegers(llvm::StringRef text);
/// A tuple of pairs, "((1, 2), (0, 3))": 1, 2, 0, 3.
std::optional<llvm::SmallVector<int64_t>> parsePairs(llvm::StringRef text);
/// A tuple or list some of whose entries may be None, or one such.
std::optional<llvm::SmallVector<std::optional<int64_t>>>
parseOptionalIntegers(llvm::StringRef text);

} // namespace tandem::mxnet
