#include "compiler/passes/rewriting.h"

#include "compiler/graph/constants.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace tandem {

void rewriteGreedily(func::FuncOp function, RewritePatternSet &&patterns) {
  GreedyRewriteConfig config;
  // Patterns that undo each other would go on for ever: the graph is as good as it gets long before
  // these limits, and right wherever it stops.
  int64_t ops = 0;
  function.walk([&](Operation *) { ++ops; });
  constexpr int64_t kPerOp = 200, kAlways = 10000;
  config.setMaxNumRewrites(kPerOp * ops + kAlways);
  config.setMaxIterations(10);
  (void)applyPatternsGreedily(function, std::move(patterns), config);
}

void addCanonicalizations(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  for (RegisteredOperationName name :
       context->getRegisteredOperationsByDialect(graph::GraphDialect::getDialectNamespace()))
    name.getCanonicalizationPatterns(patterns, context);
}

std::optional<double> numberEverywhere(Value value) {
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(value);
  if (!bytes || !getElementTypeOrSelf(value).isF32())
    return std::nullopt;
  ArrayRef<float> elements = bytes->as<float>();
  return elements.empty() || !llvm::all_equal(elements) ? std::nullopt
                                                        : std::optional<double>(elements.front());
}

} // namespace tandem
