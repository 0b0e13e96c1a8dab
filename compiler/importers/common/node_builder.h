#pragma once

#include "compiler/graph/build.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <optional>

namespace tandem {

/// Failed: somebody has emitted the error.
using MaybeValue = mlir::FailureOr<mlir::Value>;

/// Makes graph ops at one place of the source model. Arguments may be FailureOr<Value>: a failed
/// one makes the result failed, so that a handler chains calls and checks once, at its end. Whoever
/// failed first has emitted the error.
class NodeBuilder {
public:
  NodeBuilder(mlir::OpBuilder &builder, mlir::Location location)
      : builder_(builder), location_(location) {}

  mlir::OpBuilder &builder() { return builder_; }
  mlir::Location location() const { return location_; }

  /// An op whose result has the element type of its first operand. Ops on constants are folded.
  template <typename OpT, typename First, typename... Rest>
  MaybeValue create(const First &first, const Rest &...rest) {
    MaybeValue input = first;
    if (failed(input))
      return mlir::failure();
    return createTyped<OpT>(mlir::getElementTypeOrSelf(*input), first, rest...);
  }

  /// An op whose result has `elementType`.
  template <typename OpT, typename... Arguments>
  MaybeValue createTyped(mlir::Type elementType, const Arguments &...arguments) {
    if ((isFailed(arguments) || ...))
      return mlir::failure();
    return finish(
        graph::createInferred<OpT>(builder_, location_, elementType, unwrap(arguments)...));
  }

  mlir::InFlightDiagnostic error() const { return mlir::emitError(location_); }

  /// A constant of `type` f32, f16 or bf16 (rounded), one element for every value.
  MaybeValue constant(mlir::Type type, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<float> values);
  /// One number in a shape that broadcasts to that of `like`, of its element type; a whole one
  /// where that is an integer's.
  MaybeValue scalarLike(mlir::Value like, double value);
  /// Equal elements; at most kMaxFill, since a few bytes of a file can ask for many.
  MaybeValue fill(mlir::Type type, llvm::ArrayRef<int64_t> shape, float value);
  static constexpr int64_t kMaxFill = 1 << 20;

  /// A constant of integers (or of truth values), one for every element of the shape.
  MaybeValue integerConstant(mlir::Type type, llvm::ArrayRef<int64_t> shape,
                             llvm::ArrayRef<int64_t> values);

  // Arithmetic as NumPy broadcasts it, with no activation behind it.
  MaybeValue add(MaybeValue a, MaybeValue b);
  MaybeValue subtract(MaybeValue a, MaybeValue b);
  MaybeValue multiply(MaybeValue a, MaybeValue b);
  MaybeValue divide(MaybeValue a, MaybeValue b);
  /// The same with one number for all elements of the other operand.
  MaybeValue add(MaybeValue a, double b);
  MaybeValue multiply(MaybeValue a, double b);
  /// Truth values, one for each pair; `b` may be one number.
  template <typename OpT> MaybeValue compare(MaybeValue a, MaybeValue b) {
    return createTyped<OpT>(builder_.getI1Type(), a, b);
  }
  template <typename OpT> MaybeValue compare(MaybeValue a, double b) {
    return failed(a) ? a : compare<OpT>(a, scalarLike(*a, b));
  }
  /// The value itself when it has the type.
  MaybeValue cast(MaybeValue value, mlir::Type type);
  MaybeValue select(MaybeValue condition, MaybeValue onTrue, MaybeValue onFalse);

  MaybeValue reshape(MaybeValue value, llvm::ArrayRef<int64_t> shape);
  MaybeValue transpose(MaybeValue value, llvm::ArrayRef<int64_t> permutation);
  /// Images of an NCHW framework (rank 4) around the graph's NHWC ops. sink-transposes cancels what
  /// meets.
  MaybeValue toNhwc(MaybeValue value);
  MaybeValue toNchw(MaybeValue value);

private:
  template <typename T> static bool isFailed(const T &) { return false; }
  static bool isFailed(const MaybeValue &value) { return failed(value); }
  template <typename T> static T unwrap(const T &argument) { return argument; }
  static mlir::Value unwrap(const MaybeValue &value) { return *value; }
  /// Folds the op if it is one on constants; refuses a result beyond kMaxElements.
  MaybeValue finish(MaybeValue result);

  mlir::OpBuilder &builder_;
  mlir::Location location_;
};

/// No tensor of a real model comes near; products of dimensions below it never overflow.
inline constexpr int64_t kMaxElements = int64_t(1) << 34;
/// Whether the shape has at most kMaxElements elements, and no negative dimension.
bool hasSaneSize(llvm::ArrayRef<int64_t> shape);

/// A dimension counted from the back when negative; nothing when it is outside `rank`.
std::optional<int64_t> normalizedAxis(int64_t axis, int64_t rank);

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return graph::tensorType(value).getShape();
}

} // namespace tandem
