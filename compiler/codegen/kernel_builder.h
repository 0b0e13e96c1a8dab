#pragma once

#include "base/element_type.h"
#include "compiler/codegen/isa.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tandem::codegen {

/// Memory that a kernel reads or writes, seen as one row of elements. kBool is a byte.
struct BufferType {
  ElementType element;
  int64_t count;
};

class KernelBuilder;

/// One function of generated code: `build` writes its body, and sets how many units it splits into.
/// Plain data and no MLIR objects inside: it is called once per instruction set, on any thread.
struct Kernel {
  std::vector<BufferType> buffers;
  std::function<void(KernelBuilder &)> build;
};

/// Builds the body of one kernel: flat buffers, a range of units, and short names for what kernels
/// are made of. Index arithmetic is folded while it is built.
class KernelBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using Value = mlir::Value;
  using Values = llvm::SmallVector<Value>;
  /// Gets the induction variable and the values carried; returns those of the next round.
  using LoopBody = llvm::function_ref<Values(Value, mlir::ValueRange)>;

  /// Begins the function `name` with a call interface of buffers, begin and end.
  KernelBuilder(mlir::ModuleOp module, const Isa &isa, llvm::StringRef name,
                llvm::ArrayRef<BufferType> buffers);
  /// Ends it.
  void finish();

  const Isa &isa() const { return isa_; }
  /// From here on vectors have as many lanes as one of f16 has; those of f32 take two registers.
  void doubleVectors() { isa_.vectorBits *= 2; }
  Value buffer(unsigned i) const { return buffers_[i]; }
  /// Memory on the stack, the same each time that this type is asked for.
  Value stack(BufferType type);
  /// The range of units that this call of the kernel does.
  Value begin() const { return begin_; }
  Value end() const { return end_; }
  int64_t units = 1;
  /// What was chosen among several ways to do it, in words for reports; "": nothing was.
  std::string schedule;

  // Index arithmetic.
  Value index(int64_t value);
  Value add(Value a, Value b);
  Value add(Value a, int64_t b) { return add(a, index(b)); }
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value mul(Value a, int64_t b) { return mul(a, index(b)); }
  Value div(Value a, int64_t b); ///< of a value that is not negative
  Value rem(Value a, int64_t b);
  Value smaller(Value a, Value b);
  Value larger(Value a, Value b);
  /// Linear combination with constant factors.
  Value dot(llvm::ArrayRef<Value> values, llvm::ArrayRef<int64_t> factors);

  // Control flow.
  Values loop(Value from, Value to, int64_t step, mlir::ValueRange carried, LoopBody body);
  void loop(Value from, Value to, int64_t step, llvm::function_ref<void(Value)> body);
  void loop(int64_t to, llvm::function_ref<void(Value)> body) {
    loop(index(0), index(to), 1, body);
  }
  /// Vectors of channels, `lanes` at a time. The last one, if not whole, is the last `lanes`
  /// channels once more; only when there are fewer than `lanes` in all, some lanes are beyond:
  /// `valid` < lanes.
  void forChannels(int64_t channels, llvm::function_ref<void(Value channel, int64_t valid)> body);
  void when(Value condition, llvm::function_ref<void()> body);
  Value less(Value a, Value b); ///< of signed indices

  // Constants, scalars and vectors.
  mlir::VectorType vector(mlir::Type element, int64_t lanes) {
    return mlir::VectorType::get({lanes}, element);
  }
  mlir::VectorType vectorF32() { return vector(getF32Type(), isa_.lanes()); }
  mlir::VectorType vectorI32() { return vector(getI32Type(), isa_.lanes()); }
  mlir::VectorType halfVectorF32() { return vector(getF32Type(), isa_.lanes() / 2); }
  /// Of a float, an integer, or a vector of them.
  Value constant(mlir::Type type, double value);
  Value load(Value buffer, Value index);
  void store(Value value, Value buffer, Value index);
  Value loadVector(mlir::VectorType type, Value buffer, Value index);
  void storeVector(Value value, Value buffer, Value index);
  /// The first `count` lanes only.
  void storePart(Value value, Value buffer, Value index, int64_t count);
  Value broadcast(Value scalar, mlir::VectorType type);
  /// The first half of the lanes; `vector` has the same value in all.
  Value halfOf(Value vector);
  /// One lane of a vector in all of them.
  Value broadcastLane(Value vector, int64_t lane);
  /// a * b + c with one rounding.
  Value fma(Value a, Value b, Value c);
  /// 32-bit lanes `acc` plus the two products of 16-bit lanes of each.
  Value pairDot(Value a, Value b, Value acc);
  /// 32-bit lanes `acc` plus the four products of the unsigned bytes of `a` and the signed ones of
  /// `b`, all of them vectors of 32-bit lanes. Where the instruction set takesOff128(), it is of
  /// the unsigned bytes less 128; `hasLowest`: whether `b` may have -128.
  Value byteDot(Value a, Value b, Value acc, bool hasLowest = true);
  /// Two vectors of integers as one of half the width, saturated; 128 bits of each by turns. Where
  /// byteDot is an instruction.
  Value packSaturated(Value a, Value b);
  /// a * b + c rounded down or to zero; where the instruction set rounds by instruction.
  enum class Rounding { kDown, kToZero };
  Value fma(Value a, Value b, Value c, Rounding rounding);
  /// The largest integer that is not above a float; there too.
  Value floorToInt(Value value);
  /// Clamps floats; infinite bounds are left out. NaN stays NaN.
  Value clampF32(Value value, float low, float high);
  // Integers; scalars or vectors alike.
  /// Widens to i32 what is stored as `element`.
  Value toI32(Value value, ElementType element);
  /// Narrows to the storage of `element`; the value must fit.
  Value fromI32(Value value, ElementType element);
  /// Clamps signed integers.
  Value clampInt(Value value, int64_t low, int64_t high);
  mlir::Type elementType(ElementType type);

private:
  Isa isa_;
  Values buffers_;
  std::map<std::pair<ElementType, int64_t>, Value> stack_;
  Value begin_, end_;
};

} // namespace tandem::codegen
