#include "compiler/passes/rewriting.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace tandem {

void rewriteGreedily(func::FuncOp function, RewritePatternSet &&patterns) {
  GreedyRewriteConfig config;
  config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
  // Without a limit the driver ends with a fixed point, so that there is no failure to report.
  (void)applyPatternsGreedily(function, std::move(patterns), config);
}

void addCanonicalizations(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  for (RegisteredOperationName name :
       context->getRegisteredOperationsByDialect(graph::GraphDialect::getDialectNamespace()))
    name.getCanonicalizationPatterns(patterns, context);
}

} // namespace tandem
