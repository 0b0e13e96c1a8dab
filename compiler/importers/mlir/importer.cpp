#include "compiler/importers/common/importer.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"
#include "compiler/importers/common/fixed_shapes.h"
#include "compiler/importers/common/node_builder.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;

namespace tandem {
namespace {

LogicalResult checkType(Location location, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && tensor.hasStaticShape() && hasSaneSize(tensor.getShape()) &&
      graph::elementTypeOf(tensor.getElementType()))
    return success();
  return emitError(location) << "type " << type
                             << ", expected a tensor of known dimensions and an element type of "
                                "the graph dialect";
}

/// Other importers make nothing but this; in a text there may be anything that parses.
LogicalResult checkIsGraph(func::FuncOp main) {
  for (BlockArgument argument : main.getArguments())
    if (failed(checkType(main.getLoc(), argument.getType())))
      return failure();
  for (Operation &op : main.getBody().front().without_terminator()) {
    if (!isa_and_present<graph::GraphDialect>(op.getDialect()))
      return op.emitOpError() << "is no operation of the graph dialect";
    for (Type type : op.getResultTypes())
      if (failed(checkType(op.getLoc(), type)))
        return failure();
  }
  if (main.getResultTypes().empty())
    return main.emitOpError() << "gives nothing back";
  return success();
}

/// Whether a constant's bytes came with the text, and are as many as its type says.
bool hasData(graph::ConstantOp constant) {
  RankedTensorType type = cast<RankedTensorType>(constant.getType());
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(constant);
  std::optional<ElementType> element = graph::elementTypeOf(type.getElementType());
  return bytes && element &&
         bytes->size() == elementSize(*element) * static_cast<size_t>(type.getNumElements());
}

/// A resource that the text names and does not hold parses, and would be read as whatever is there.
LogicalResult checkHasWeights(func::FuncOp main) {
  graph::ConstantOp first;
  size_t missing = 0;
  for (graph::ConstantOp constant : main.getOps<graph::ConstantOp>()) {
    if (hasData(constant))
      continue;
    if (missing++ == 0)
      first = constant;
  }
  if (missing == 0)
    return success();
  InFlightDiagnostic refusal = first.emitOpError() << "has no data of its type";
  if (missing > 1)
    refusal << ", nor have " << missing - 1 << " more";
  return refusal << ": 'tandem import' leaves large weights out, compile the model that it read";
}

/// The graph dialect as text, as `tandem compile --emit-mlir` prints it: for tests, for trying an
/// op by hand, and for models that another tool makes.
class MlirImporter : public Importer {
public:
  StringRef name() const override { return "mlir"; }

  bool recognizes(StringRef path, std::string_view) const override {
    return path.ends_with(".mlir");
  }

  llvm::Expected<OwningOpRef<ModuleOp>> import(StringRef path, std::string_view bytes,
                                               const ImportOptions &options,
                                               MLIRContext &context) const override {
    if (!options.values.empty())
      return optionError("--value is for models of frameworks, this is a graph already");
    auto module = parseSourceString<ModuleOp>(StringRef(bytes), ParserConfig(&context), path);
    if (!module)
      return llvm::createStringError("not valid MLIR of the graph dialect");
    auto main = module->lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock())
      return llvm::createStringError("has no function 'main' with one block");
    if (failed(checkIsGraph(main)) || failed(checkHasWeights(main)))
      return llvm::createStringError("not a model");
    return module;
  }
};

} // namespace

const Importer &mlirImporter() {
  static const MlirImporter kImporter;
  return kImporter;
}

} // namespace tandem
