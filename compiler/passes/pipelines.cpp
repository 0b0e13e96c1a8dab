#include "compiler/passes/pipelines.h"

#include "compiler/graph/graph.h"
#include "compiler/passes/passes.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace tandem {

void addGraphPipeline(mlir::OpPassManager &modules, std::unique_ptr<mlir::Pass> evaluateConstants) {
  mlir::OpPassManager &functions = modules.nest<mlir::func::FuncOp>();
  // Constants are f32 once they are folded, and codes no more.
  functions.addPass(createComputeOnCodes());
  functions.addPass(createFoldConstants());
  if (evaluateConstants)
    functions.addPass(std::move(evaluateConstants));
  // Before its additions and factors are taken for those of a batch norm.
  functions.addPass(createRecognizeHardSwish());
  functions.addPass(createRecognizeGelu());
  // Transposes stand between a convolution and what is to be folded into it, so they go first.
  functions.addPass(createSinkTransposes());
  functions.addPass(createFoldTransposeIntoFullyConnected());
  functions.addPass(createFoldBatchNorm());
  functions.addPass(createFoldPadIntoConv());
  // After batch norms: a producer that has an activation takes no factor any more.
  functions.addPass(createFuseActivation());
  functions.addPass(mlir::createCSEPass());
  functions.addPass(createRemoveDeadCode());
}

void registerGraphPipeline() {
  mlir::PassPipelineRegistration<>("graph-pipeline", "what every imported model goes through",
                                   [](mlir::OpPassManager &modules) { addGraphPipeline(modules); });
}

} // namespace tandem
