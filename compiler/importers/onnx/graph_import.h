#pragma once

#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/onnx/external_files.h"
#include "compiler/importers/onnx/model_file.h"
#include "compiler/importers/onnx/node.h"

#include <map>

namespace tandem::onnx {

/// What a name stands for: a value, a tensor of the file that is not a value yet, or the result of
/// a node that was refused.
struct Entry {
  mlir::Value value;
  proto::TensorProto *tensor = nullptr;
  bool isRefused = false;
};

/// Names to how often something reads them.
using Reads = std::map<std::string, int, std::less<>>;

/// The names of a graph, of a branch in it (which sees those around it), or of a function's body
/// (which does not).
struct Scope {
  Scope *outer = nullptr;
  const Opsets *opsets = nullptr;
  std::map<std::string, Entry, std::less<>> entries;
  Reads read;                  ///< see collectReads
  Attributes attributes;       ///< of a function's call, and the function's defaults
  bool isImportedOnce = false; ///< so that its tensors may be moved out of the file's records
};

/// The import of one model: what names stand for, and what went wrong.
class GraphImport {
public:
  GraphImport(ModelFile &file, llvm::StringRef path, const ImportOptions &options,
              mlir::MLIRContext &context);

  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> run();

  // For OnnxNode.
  mlir::OpBuilder &builder() { return builder_; }
  ExternalFiles &files() { return files_; }
  UnsupportedOps &unsupported() { return unsupported_; }
  Entry *find(Scope &scope, llvm::StringRef name);
  /// The place for a constant of what is known by that name, with its dimensions in that order: the
  /// rounds of a loop share one.
  mlir::Value &permutedOf(Scope &scope, llvm::StringRef name, llvm::ArrayRef<int64_t> permutation);
  /// The value of a name; a tensor of the file becomes a constant when it is first read. Errors
  /// name `location`.
  MaybeValue valueOf(Scope &scope, llvm::StringRef name, mlir::Location location);
  /// The elements of a name that is known at compile time.
  /// `unpacks`: integers of 4 and 2 bits as bytes.
  std::optional<Elements> knownOf(Scope &scope, llvm::StringRef name, bool unpacks = false);
  /// The same as they are stored, which may be in 16 bits where the name stands for f32: then
  /// `type` is f32.
  std::optional<Elements> storedOf(Scope &scope, llvm::StringRef name, mlir::Type &type,
                                   bool unpacks = false);
  /// What a value was before it was narrowed to the type that the model has; null for others.
  mlir::Value wideOf(mlir::Value value) const { return wide_.lookup(value); }
  /// A node has made something else of a tensor of the file, whose bytes are given back once it is
  /// done, if nothing else reads them.
  void replaced(Scope &scope, llvm::StringRef name);
  /// A constant; counts its memory, so that a small file cannot ask for a lot.
  MaybeValue makeConstant(const Elements &elements, mlir::Type type, mlir::Location location);
  mlir::FailureOr<Values> importBranch(Scope &outer, proto::GraphProto &graph,
                                       llvm::ArrayRef<mlir::Value> inputs);

private:
  using Nodes = google::protobuf::RepeatedPtrField<proto::NodeProto>;
  using Names = google::protobuf::RepeatedPtrField<std::string>;

  void findUnknownOperators(Scope &scope);
  llvm::Error importInputs(Scope &scope);
  llvm::Error withUnsupported(llvm::Error inputs);
  void addTensors(Scope &scope, proto::GraphProto &graph);
  mlir::LogicalResult importNodes(Scope &scope, Nodes &nodes);
  mlir::LogicalResult importNode(Scope &scope, proto::NodeProto &record);
  mlir::LogicalResult importCall(Scope &scope, proto::NodeProto &record, const Function &function,
                                 OnnxNode &node);
  mlir::FailureOr<Values> handle(OnnxNode &node, const OpTable::Entry &entry);
  mlir::FailureOr<Values> narrowed(OnnxNode &node, mlir::FailureOr<Values> results,
                                   mlir::Type given);
  mlir::LogicalResult define(Scope &scope, OnnxNode &node, proto::NodeProto &record,
                             llvm::ArrayRef<mlir::Value> results);
  void standInFor(Scope &scope, const proto::NodeProto &record);
  mlir::FailureOr<Values> outputsOf(Scope &scope, llvm::ArrayRef<std::string> names);
  llvm::Error emitted() const { return llvm::createStringError(errors_.message()); }

  ModelFile &file_;
  const ImportOptions &options_;
  mlir::MLIRContext &context_;
  ExternalFiles files_;
  ErrorCapture errors_;
  UnsupportedOps unsupported_{refusedOperators()};
  OpTable table_;
  MainFunction main_;
  mlir::OpBuilder builder_;
  llvm::SmallVector<proto::TensorProto *> replaced_; ///< by the node at hand
  llvm::DenseMap<mlir::Value, mlir::Value> wide_;
  std::map<std::pair<const void *, std::vector<int64_t>>, mlir::Value> permuted_;
  std::map<const proto::TensorProto *, mlir::Value> ofBranches_; ///< constants of their tensors
  size_t constantBytes_ = 0, generatedElements_ = 0, nodesImported_ = 0, depth_ = 0;
};

/// The names that something reads: `outputs`, and what a node reads that makes one of them (and so
/// on). A node without a result among them does not count.
void collectReads(const google::protobuf::RepeatedPtrField<proto::NodeProto> &nodes,
                  llvm::ArrayRef<std::string> outputs, Reads &read);

} // namespace tandem::onnx
