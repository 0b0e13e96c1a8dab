#pragma once

#include "mlir/IR/Builders.h"

namespace tandem {

/// The constant that a value is when it is made of small constants of integers or truth values by
/// arithmetic, comparison, logic, concatenation or the product of a row: sizes, counters of loops,
/// conditions. The value itself where it is not.
mlir::Value foldIntegers(mlir::OpBuilder &builder, mlir::Value value);

} // namespace tandem
