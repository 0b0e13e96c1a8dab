#pragma once

#include "backends/cpu/compile/rows.h"
#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// softmax or log_softmax of rows, between two buffers of a kernel.
struct Softmax {
  Rows rows;
  float beta;
  bool logarithm;
  unsigned input, output;
};

/// beta times how far `x`, a scalar or a vector, is below the largest of its row.
mlir::Value shifted(codegen::KernelBuilder &k, const Softmax &s, mlir::Value x,
                    mlir::Value largest);

/// Of what shifted() gives.
mlir::Value powerOfE(codegen::KernelBuilder &k, const Softmax &s, mlir::Value x);

/// The larger of two, where one instruction has it. NaN may be left out: its power is in the sum,
/// which makes all of the row NaN.
mlir::Value largerOf(codegen::KernelBuilder &k, mlir::Value soFar, mlir::Value x);

/// Of rows whose neighbours lie side by side: vectors have an element of each.
void buildSoftmaxOfColumns(codegen::KernelBuilder &k, const Softmax &softmax);

/// Of few and long rows whose neighbours lie side by side; see isForFewColumns().
void buildSoftmaxOfFewColumns(codegen::KernelBuilder &k, const Softmax &softmax);

/// Shorter rows are over before what buildSoftmaxOfFewColumns() does once for each is made up for.
bool isForFewColumns(const codegen::KernelBuilder &k, const Softmax &softmax);

} // namespace tandem::cpu
