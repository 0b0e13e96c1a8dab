#pragma once

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/map.h"

namespace tandem::cpu {

std::vector<int64_t> dimensionsOf(mlir::Value value);

/// Where one side of a copy has the elements of a box, in elements.
struct Side {
  std::vector<int64_t> strides;
  int64_t offset = 0;
};

/// A step that copies a box of elements from buffer 0 to buffer 1, each through `map` if there is
/// one; it may read the buffers behind them. Reals may be stored as f32 in one and in 16 bits in
/// the other.
void planCopy(Buffers buffers, const std::vector<int64_t> &box, const Side &from, const Side &to,
              Plan &plan, const Map &map = {});
void planCopy(mlir::Value input, mlir::Value output, const std::vector<int64_t> &box,
              const Side &from, const Side &to, Plan &plan);
void planCopy(TypedBuffer input, TypedBuffer output, const std::vector<int64_t> &box,
              const Side &from, const Side &to, Plan &plan);
/// The same inside one buffer, to where it does not read.
void planCopyWithin(mlir::Value value, const std::vector<int64_t> &box, const Side &from,
                    const Side &to, Plan &plan);
Buffers copyBuffers(mlir::Value input, mlir::Value output, Plan &plan);

/// A step that gives every element of a box, or of a buffer, the value `stored`.
void planFill(TypedBuffer buffer, double stored, const std::vector<int64_t> &box, const Side &side,
              Plan &plan);
void planFill(TypedBuffer buffer, double stored, Plan &plan);
/// What a real number is stored as in a tensor of this type, which supportsFill() says yes to.
double storedAs(mlir::Value tensor, float real);
Support supportsFill(mlir::Operation *op);

} // namespace tandem::cpu
