// tandem-opt: the passes on .mlir files, for tests and for a look.

#include "compiler/graph/graph.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/pipelines.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  // quant by itself: a file may name a quantized type before the first graph op loads the dialect.
  registry
      .insert<tandem::graph::GraphDialect, mlir::quant::QuantDialect, mlir::func::FuncDialect>();
  mlir::registerTransformsPasses();
  tandem::registerGraphPasses();
  tandem::registerGraphPipeline();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Tandem's passes on MLIR files\n", registry));
}
