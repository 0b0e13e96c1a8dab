#include "compiler/driver/op_probes.h"

#include "compiler/backend/backend.h"
#include "compiler/backend/work.h"
#include "compiler/driver/compile_module.h"
#include "compiler/driver/import_model.h"
#include "compiler/graph/cost.h"
#include "compiler/graph/graph.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

#include <map>

using namespace mlir;

namespace tandem {
namespace {

/// A module whose main() is the op: what it reads are arguments, but for constants.
OwningOpRef<ModuleOp> isolated(Operation *op) {
  OpBuilder builder(op->getContext());
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder, op->getLoc());
  SmallVector<Value> read;
  for (Value operand : op->getOperands())
    if (Operation *producer = operand.getDefiningOp();
        !isa_and_nonnull<graph::ConstantOp>(producer) && !llvm::is_contained(read, operand))
      read.push_back(operand);
  builder.setInsertionPointToEnd(module->getBody());
  auto function = func::FuncOp::create(
      builder, op->getLoc(), "main",
      builder.getFunctionType(TypeRange(ValueRange(read)), op->getResultTypes()));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  IRMapping mapping;
  for (auto [value, argument] : llvm::zip(read, body->getArguments()))
    mapping.map(value, argument);
  for (Value operand : op->getOperands())
    if (!mapping.contains(operand))
      builder.clone(*operand.getDefiningOp(), mapping);
  Operation *copy = builder.clone(*op, mapping);
  func::ReturnOp::create(builder, op->getLoc(), copy->getResults());
  return module;
}

bool isTimed(Operation *op, const Backend &backend, const Processor &processor) {
  return !isa<graph::ConstantOp, graph::ReshapeOp>(op) && askBackend(backend, op, processor);
}

} // namespace

Result<std::vector<OpProbe>> opProbes(const CompileRequest &request, const std::string &backend,
                                      const std::function<bool(const std::string &)> &wanted) {
  CompileSettings settings = request;
  settings.backends = {backend};
  settings.progress = nullptr;
  TANDEM_RETURN_IF_ERROR(checkSettings(settings));
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile device, findProfile(request.device));
  const Backend &compiler =
      **llvm::find_if(backends(), [&](const Backend *one) { return one->name() == backend; });
  TANDEM_ASSIGN_OR_RETURN(ImportedModel model, importModel(request));

  std::vector<OpProbe> probes;
  std::map<std::string, size_t> indexOf; ///< of the probe, by key
  // Importing has told of the first part.
  constexpr double kImported = 0.25;
  auto report = [&, total = model.main().getBody().front().getOperations().size(),
                 seen = size_t{0}]() mutable {
    if (request.progress)
      request.progress("compiling its ops", kImported + (1 - kImported) *
                                                            static_cast<double>(seen++) /
                                                            static_cast<double>(total));
  };
  ModelOrigin origin = {.path = request.modelPath, .name = "probe", .file = "", .format = ""};
  for (Operation &op : model.main().getBody().front().without_terminator()) {
    report();
    std::string key = costKey(&op, backend);
    if (!isTimed(&op, compiler, *device.processorOf(backend)) || (wanted && !wanted(key)))
      continue;
    if (auto [other, isNew] = indexOf.emplace(key, probes.size()); !isNew) {
      ++probes[other->second].count;
      continue;
    }
    OwningOpRef<ModuleOp> module = isolated(&op);
    TANDEM_ASSIGN_OR_RETURN(
        CompiledModule compiled,
        compileModule(*module->getOps<func::FuncOp>().begin(), origin, settings));
    probes.push_back(
        {key, op.getName().stripDialect().str(), graph::nodeName(&op), std::move(compiled.bundle)});
  }
  return probes;
}

} // namespace tandem
