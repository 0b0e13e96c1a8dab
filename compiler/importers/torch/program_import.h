#pragma once

#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/torch/in_place.h"
#include "compiler/importers/torch/node.h"
#include "compiler/importers/torch/program.h"

#include <set>

namespace tandem::torch {

/// Turns a parsed program into a module, node by node; torch.export writes them in order.
class ProgramImport {
public:
  ProgramImport(mlir::MLIRContext &context, Archive &archive, const GraphRecord &graph,
                const ImportOptions &options)
      : context_(context), archive_(archive), graph_(graph), options_(options), errors_(context),
        table_(allOps()), aliases_(graph, table_) {
    environment_.metas = &graph.tensors;
  }

  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> run();

private:
  llvm::Expected<mlir::RankedTensorType> inputType(const std::string &name, const TensorMeta &meta);
  llvm::Error makeInputs();
  llvm::Error makeConstants();
  llvm::Error makeConstant(const InputRecord &input, mlir::OpBuilder &builder);
  void collectReads();
  void dropReplaced(const NodeRecord &node);
  mlir::FailureOr<mlir::Value> wholeOf(const NodeRecord &node, const NodeRecord &look,
                                       const std::string &part, mlir::Value value);
  llvm::Error write(const NodeRecord &node, const Aliases::Written &written, mlir::Value value);
  bool computesInDouble(const NodeRecord &node) const;
  std::string whyNoHandler(llvm::StringRef target) const;
  llvm::Error importNode(const NodeRecord &node);
  llvm::Error checkResult(const NodeRecord &node, const std::string &name, mlir::Value value) const;
  void standInFor(const NodeRecord &node);
  llvm::Expected<std::vector<NamedValue>> outputs() const;

  static OpTable allOps() {
    OpTable table;
    registerAllOps(table);
    return table;
  }
  mlir::OpBuilder atEnd() { return mlir::OpBuilder::atBlockEnd(&main_.function.getBody().front()); }

  mlir::MLIRContext &context_;
  Archive &archive_;
  const GraphRecord &graph_;
  const ImportOptions &options_;
  ErrorCapture errors_;
  OpTable table_;
  Aliases aliases_;
  Environment environment_;
  MainFunction main_;
  std::map<std::string, int64_t> openSizes_; ///< symbol to the number that --shape gives it
  size_t droppedBytes_ = 0;
  std::set<std::string> read_; ///< tensors that a node or an output reads
};

} // namespace tandem::torch
