#pragma once

#include "runtime/session.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tandem {

/// For the help of --input, of every tool that has it.
inline constexpr const char kInputHelp[] =
    "NAME=VALUE, the name as in the source model; VALUE is a file, .npy as numpy.save writes it or "
    ".bin with the bare values, or zeros, or random or random:SEED. A single input may go without "
    "NAME=; zeros and random without it go into all inputs that have no value of their own";

/// What goes into an input.
struct InputValue {
  enum class Kind : uint8_t { kFile, kZeros, kRandom } kind = Kind::kFile;
  std::string path = ""; ///< of a file
  uint64_t seed = 0;     ///< of random values
};

struct BoundInput {
  const TensorView *tensor = nullptr;
  InputValue value;
};

/// Every input of the model exactly once, from the texts of --input; no file is looked at yet.
/// `subject` is the bundle in messages. Errors: kInvalidArgument.
Result<std::vector<BoundInput>> bindInputs(const Session &session, const std::string &subject,
                                           std::span<const std::string> texts);

/// The shape that a value of --input says: that of the array in its file; nothing of values that
/// have none, as zeros and .bin. Errors: what the file is instead.
Result<std::optional<Shape>> shapeOfValue(const std::string &text);

/// Puts the values there; random ones are the same for the same seed, on every machine. Errors:
/// those of the file.
Status fillInput(const BoundInput &input);

} // namespace tandem
