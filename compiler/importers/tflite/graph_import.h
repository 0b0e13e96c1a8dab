#pragma once

#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/tflite/node.h"
#include "compiler/importers/tflite/reader.h"

#include "llvm/ADT/DenseMap.h"

namespace tandem::tflite {

/// A subgraph whose operators are imported, and the values of its tensors by their index.
struct Frame {
  const schema::SubGraph *graph = nullptr;
  llvm::DenseMap<int64_t, mlir::Value> values;
};

/// The import of one model: which tensor is which value, and what went wrong.
class GraphImport {
public:
  GraphImport(const Reader &reader, const OpTable &table, const ImportOptions &options,
              mlir::MLIRContext &context);

  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> run();

  // For Node.
  mlir::OpBuilder &builder() { return builder_; }
  llvm::Expected<const schema::Tensor *> tensor(int64_t index, llvm::StringRef what) const {
    return reader_.tensor(*frame_.graph, index, what);
  }
  /// The operators of a subgraph in the place of one operator; its outputs. Errors name `location`.
  mlir::FailureOr<llvm::SmallVector<mlir::Value>>
  importSubgraph(int64_t index, llvm::ArrayRef<mlir::Value> inputs, mlir::Location location);
  /// The value of a tensor; a constant is made when it is first read. Errors name `location`.
  mlir::FailureOr<mlir::Value> valueOf(int64_t index, mlir::Location location);
  mlir::FailureOr<mlir::Type> elementTypeOf(int64_t index, mlir::Location location);
  bool isVariable(int64_t index) const;
  bool isComplexTensor(int64_t index) const;
  /// Null until somebody has made it.
  mlir::Value &sharedConstant(llvm::StringRef name) { return shared_[name]; }
  void keepState(int64_t index, mlir::Value value) { frame_.values[index] = value; }
  mlir::LogicalResult define(int64_t index, mlir::Value value, mlir::Location location);
  void addUnsupported(llvm::StringRef kind, llvm::StringRef node, llvm::StringRef reason);

private:
  llvm::Error importBody();
  mlir::LogicalResult findUnknownOperators();
  void findStates();
  llvm::Error importInputs();
  llvm::Expected<NamedType> inputType(int64_t index);
  mlir::LogicalResult importOperators();
  mlir::LogicalResult importOperator(const schema::Operator &op);
  // Complex numbers: complex.cpp.
  bool hasComplexTensor(const flatbuffers::Vector<int32_t> *indices) const;
  mlir::LogicalResult importHandled(const schema::Operator &op, Node &node, Handler handler);
  mlir::LogicalResult importOfParts(const schema::Operator &op, Node &node, Handler handler);
  void definePlaceholders(const schema::Operator &op);
  mlir::LogicalResult importOutputs();
  mlir::FailureOr<mlir::Value> makeConstant(int64_t index, const schema::Tensor &tensor,
                                            mlir::Location location);
  mlir::LogicalResult fitsDeclaration(int64_t index, mlir::Value value, mlir::Location location);
  mlir::LogicalResult fitsMemory(size_t bytes, mlir::Location location);
  void hasCopied(size_t bytes);
  /// The first error that was emitted.
  llvm::Error emitted() const;
  mlir::InFlightDiagnostic error() { return mlir::emitError(builder_.getUnknownLoc()); }

  const Reader &reader_;
  const OpTable &table_;
  const ImportOptions &options_;
  mlir::MLIRContext &context_;
  ErrorCapture errors_;
  UnsupportedOps unsupported_{refusedOperators()};
  MainFunction main_;
  mlir::OpBuilder builder_;
  Frame frame_;
  std::string subject_; ///< of messages
  /// Constants serve all rounds of a loop.
  std::map<std::pair<const schema::SubGraph *, int64_t>, mlir::Value> constants_;
  llvm::StringMap<mlir::Value> shared_; ///< constants that are not of the file, by what they are
  /// Tensors that operators of a single step keep from one run to the next: the graph has no
  /// memory, so that they are inputs and outputs behind those of the file.
  std::vector<int32_t> states_;
  size_t constantBytes_ = 0, copiedBytes_ = 0, operatorsImported_ = 0, depth_ = 0;
};

} // namespace tandem::tflite
