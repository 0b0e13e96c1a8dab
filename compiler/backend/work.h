#pragma once

#include "devices/cost.h"

#include "mlir/IR/Operation.h"

#include <string>

namespace tandem {

class Backend;

/// What a graph op does, for the cost model. A value that is read twice counts twice.
Work workOf(mlir::Operation *op);
/// The bytes of a value as it is stored.
uint64_t storedBytes(mlir::Value value);

/// "BACKEND OP operands -> results": under which DeviceProfile::measuredUs has the time of an op.
/// Ops with the same key take the same time, attributes aside that leave all shapes alone.
std::string costKey(mlir::Operation *op, llvm::StringRef backend);

/// The op's time on the processor by itself: measured where the profile has it, else predicted.
double costUs(mlir::Operation *op, const Processor &processor, const DeviceProfile &device);
/// The same for what the backend makes of it: several operations of the device may be one op.
double costUs(mlir::Operation *op, const Backend &backend, const Processor &processor,
              const DeviceProfile &device);

} // namespace tandem
