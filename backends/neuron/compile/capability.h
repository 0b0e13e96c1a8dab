#pragma once

#include "backends/neuron/client/version.h"
#include "compiler/backend/backend.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace tandem::neuron {

/// What the elements of an operand can be. A set is a sum of these.
enum ElementKind : unsigned {
  kF32 = 1 << 0,
  kF16 = 1 << 1,
  kI32 = 1 << 2,
  kU8 = 1 << 3,      ///< quantized, one scale
  kI8 = 1 << 4,      ///< quantized, one scale
  kPlainU8 = 1 << 5, ///< numbers 0 to 255
  kBool = 1 << 6,
  kI16 = 1 << 7,   ///< quantized, one scale
  kOther = 1 << 8, ///< what Neuron has no operand for
};
constexpr unsigned kReals = kF32 | kF16, kCodes = kU8 | kI8;
ElementKind kindOf(mlir::Value value);
/// "f32, u8 codes and i8 codes".
std::string kindsText(unsigned kinds);

/// What an op is compiled for.
struct Target {
  std::optional<Version> version = {}; ///< nothing: any, the newest too
  /// The processor has no signed 8-bit codes: i8 ones are computed as u8, all of them shifted by
  /// 128, and shifted back where they leave the region.
  bool unsignedCodes = false;

  static Target of(const Processor &processor);
};

/// A condition on an op beyond the kinds of its elements.
struct Constraint {
  llvm::StringLiteral rule; ///< for the table: "beta is positive"
  /// What is wrong, as a sentence for the user: "beta must be positive, is -1"; empty: nothing.
  std::string (*whyNot)(mlir::Operation *op, const Target &target);
};

/// Which of several ways to put an op applies.
struct Form {
  llvm::StringLiteral text; ///< "several groups"
  bool (*holds)(mlir::Operation *op);
};

/// One row of the table: a graph op, in one form, and what Neuron has for it.
struct Capability {
  llvm::StringLiteral op;         ///< "conv_2d"
  const Form *form = nullptr;     ///< null: every form
  llvm::StringLiteral operations; ///< "PAD, AVERAGE_POOL_2D"; of a refusal: why there are none
  Version since = {};             ///< the first version that has all of them
  unsigned kinds = 0;             ///< of the activations; none: the row is a refusal
  unsigned resultKinds = 0;       ///< of the result; none: the activations' own
  std::vector<const Constraint *> constraints = {};
  /// How many operands are activations, from which on; the constraints look at the others.
  unsigned activations = ~0u;
  unsigned firstActivation = 0;
};

/// The table: what supports() answers, what docs/generated/neuron.md says and what the tests go
/// through are made from it.
llvm::ArrayRef<Capability> capabilities();

/// The row for an op in its form; null when Neuron has nothing for it.
const Capability *capabilityOf(mlir::Operation *op);

/// Whether Neuron can run the op, with every reason why not.
Support supportOf(mlir::Operation *op, const Target &target);

} // namespace tandem::neuron
