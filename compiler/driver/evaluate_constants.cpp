#include "compiler/driver/evaluate_constants.h"

#include "compiler/driver/compile_module.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/cost.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"
#include "runtime/session.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"

#include <cstring>
#include <new>

using namespace mlir;

namespace tandem {
namespace {

constexpr int64_t kMostGrowth = 1 << 20; ///< bytes; more than the operands have
/// Bytes of all results together, beside four times those of the model's own constants: a chain of
/// results put together of the one before grows without an op that does by much.
constexpr int64_t kMostResults = int64_t(1) << 28;
constexpr uint64_t kMostMacs = uint64_t(1) << 28; ///< of an op: about a second of plain loops

int64_t bytesOf(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  std::optional<ElementType> element = graph::elementTypeOf(tensor.getElementType());
  return element ? tensor.getNumElements() * static_cast<int64_t>(elementSize(*element)) : 0;
}

bool isConstant(Value value) {
  return value.getDefiningOp<graph::ConstantOp>() != nullptr;
}

int64_t bytesOfConstants(func::FuncOp function) {
  int64_t bytes = 0;
  for (auto constant : function.getOps<graph::ConstantOp>())
    bytes += bytesOf(constant.getType());
  return bytes;
}

/// The ops whose operands are constants, or results of such ops, in order.
llvm::SetVector<Operation *> opsOfConstants(func::FuncOp function) {
  llvm::SetVector<Operation *> found;
  int64_t left = kMostResults + 4 * bytesOfConstants(function);
  for (Operation &op : function.getBody().front().without_terminator()) {
    auto isKnown = [&](Value operand) {
      return isConstant(operand) || found.contains(operand.getDefiningOp());
    };
    if (isa<graph::ConstantOp>(op) || op.getNumOperands() == 0 || !isMemoryEffectFree(&op) ||
        !llvm::all_of(op.getOperands(), isKnown) || graph::macCount(&op) > kMostMacs)
      continue;
    int64_t before = 0, behind = 0;
    llvm::SmallPtrSet<Value, 4> different(op.operand_begin(), op.operand_end());
    for (Value operand : different)
      before += bytesOf(operand.getType());
    for (Type type : op.getResultTypes())
      behind += bytesOf(type);
    if (behind > before + kMostGrowth || behind > left)
      continue;
    left -= behind;
    found.insert(&op);
  }
  return found;
}

/// Their results that other ops read.
SmallVector<Value> resultsOf(const llvm::SetVector<Operation *> &ops) {
  SmallVector<Value> results;
  for (Operation *op : ops)
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) { return !ops.contains(user); }))
        results.push_back(result);
  return results;
}

/// A module whose main() gives those results.
OwningOpRef<ModuleOp> moduleOf(const llvm::SetVector<Operation *> &ops, ArrayRef<Value> results) {
  OpBuilder builder(results.front().getContext());
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
  builder.setInsertionPointToEnd(module->getBody());
  SmallVector<Type> types;
  for (Value result : results)
    types.push_back(result.getType());
  auto function = func::FuncOp::create(builder, builder.getUnknownLoc(), "main",
                                       builder.getFunctionType({}, types));
  for (size_t i = 0; i < results.size(); ++i)
    function.setResultAttr(static_cast<unsigned>(i), "graph.name",
                           builder.getStringAttr(std::to_string(i)));
  builder.setInsertionPointToEnd(function.addEntryBlock());
  IRMapping copies;
  for (Operation *op : ops) {
    for (Value operand : op->getOperands())
      if (isConstant(operand) && !copies.contains(operand))
        builder.clone(*operand.getDefiningOp(), copies);
    builder.clone(*op, copies);
  }
  SmallVector<Value> copied;
  for (Value result : results)
    copied.push_back(copies.lookup(result));
  func::ReturnOp::create(builder, builder.getUnknownLoc(), copied);
  return module;
}

/// Bytes where a bundle may lie.
class AlignedCopy {
public:
  explicit AlignedCopy(std::span<const std::byte> bytes)
      : data_(static_cast<std::byte *>(::operator new(bytes.size(), kAlignment))),
        size_(bytes.size()) {
    std::memcpy(data_, bytes.data(), size_);
  }
  ~AlignedCopy() { ::operator delete(data_, kAlignment); }
  AlignedCopy(const AlignedCopy &) = delete;
  AlignedCopy &operator=(const AlignedCopy &) = delete;
  std::span<const std::byte> bytes() const { return {data_, size_}; }

private:
  static constexpr std::align_val_t kAlignment{64};
  std::byte *data_;
  size_t size_;
};

/// Runs the module, and puts what comes out in the place of `results`.
Status evaluate(ModuleOp module, MutableArrayRef<Value> results) {
  // What it says of an op that it has not is no error of the model.
  ScopedDiagnosticHandler quiet(module.getContext(), [](Diagnostic &) { return success(); });
  CompileSettings settings;
  settings.backends = {"reference"};
  ModelOrigin origin{"constants", "constants", "constants", "mlir"};
  TANDEM_ASSIGN_OR_RETURN(
      CompiledModule compiled,
      compileModule(module.lookupSymbol<func::FuncOp>("main"), origin, settings));
  AlignedCopy bundleBytes(compiled.bundle);
  TANDEM_ASSIGN_OR_RETURN(auto bundle, Bundle::openBytes(bundleBytes.bytes(), origin.name));
  TANDEM_ASSIGN_OR_RETURN(auto session, Session::create(bundle));
  TANDEM_RETURN_IF_ERROR(session->run());
  for (auto [result, output] : llvm::zip(results, session->outputs())) {
    OpBuilder builder(result.getDefiningOp());
    ArrayRef<char> bytes(reinterpret_cast<const char *>(output.data), output.bytes);
    Value constant = graph::createConstant(builder, result.getLoc(),
                                           cast<RankedTensorType>(result.getType()), bytes);
    result.replaceAllUsesWith(constant);
  }
  return Status();
}

struct EvaluateConstants : PassWrapper<EvaluateConstants, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(EvaluateConstants)

  void runOnOperation() override {
    llvm::SetVector<Operation *> ops = opsOfConstants(getOperation());
    SmallVector<Value> results = resultsOf(ops);
    if (results.empty())
      return;
    OwningOpRef<ModuleOp> module = moduleOf(ops, results);
    // What the reference backend cannot run is left to those that the model is compiled for.
    if (!evaluate(*module, results).ok())
      return;
    for (Operation *op : llvm::reverse(ops.getArrayRef()))
      if (op->use_empty())
        op->erase();
  }
};

} // namespace

std::unique_ptr<Pass> createEvaluateConstants() {
  return std::make_unique<EvaluateConstants>();
}

} // namespace tandem
