#pragma once

#include "compiler/driver/compiler.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cstddef>
#include <vector>

namespace tandem {

/// What a bundle says of the model's origin.
struct ModelOrigin {
  std::string path;   ///< for messages
  std::string name;   ///< the model's
  std::string file;   ///< base name of the source
  std::string format; ///< "tflite"
};

struct CompiledModule {
  std::vector<std::byte> bundle; ///< the bytes of the .tandem file
  CompiledModel summary;
};

/// The second half of the road: a graph function, its passes done, to the bytes of a bundle.
/// Inputs and results are named by the attribute "graph.name" on the function's.
Result<CompiledModule> compileModule(mlir::func::FuncOp function, const ModelOrigin &origin,
                                     const CompileSettings &settings);

/// Where each op would go; compiles nothing. The sizes are 0.
Result<CompiledModel> placeModule(mlir::func::FuncOp function, const ModelOrigin &origin,
                                  const CompileSettings &settings);

} // namespace tandem
