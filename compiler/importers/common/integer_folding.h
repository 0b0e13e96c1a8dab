#pragma once

#include "mlir/IR/Builders.h"

namespace tandem {

/// The constant that a value is when it is made of small constants of integers or truth values by
/// arithmetic, comparison, logic, concatenation, the product of a row or the least or largest of
/// all, or of reals cut to integers: sizes, counters of loops, conditions. The value itself where
/// it is not.
mlir::Value foldIntegers(mlir::OpBuilder &builder, mlir::Value value);

} // namespace tandem
