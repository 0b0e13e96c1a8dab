#pragma once

#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/torch/node.h"
#include "compiler/importers/torch/script/place.h"
#include "compiler/importers/torch/script/signatures.h"
#include "compiler/importers/torch/script/tensors.h"

#include <deque>

namespace tandem::torch::script {

/// Failed: the problem is set.
using MaybeItem = mlir::FailureOr<Item>;

/// The tensors of a program, and the calls of operators that make them: by the handlers that
/// archives of torch.export have, into the function that is being imported.
class AtenCalls {
public:
  /// All must outlive it. Constants that come to much more than `storedBytes` are refused: a small
  /// file could ask for more of them than there is memory.
  AtenCalls(mlir::MLIRContext &context, MainFunction &main, Heap &heap, Problem &problem,
            uint64_t storedBytes);

  /// `operation` as in "add_". What it makes is unknown when it is unsupported.
  MaybeItem call(llvm::StringRef operation, llvm::ArrayRef<Item> arguments,
                 llvm::ArrayRef<std::string> keywords, const Place &place);

  Tensor *make(mlir::Value value);
  Tensor *weight(const StoredTensor &stored, std::string name);
  /// A constant of numbers; of one, without dimensions, where `shape` is empty.
  MaybeItem constant(ScalarType type, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<double> numbers,
                     const Place &place);

  /// The value that a tensor has now.
  mlir::FailureOr<mlir::Value> read(Tensor &tensor, const Place &place);
  /// Whose value alone is to be known, not computed with.
  mlir::FailureOr<mlir::RankedTensorType> type(Tensor &tensor, const Place &place);
  /// The number that a tensor of one element holds; nothing when it is not known on import.
  mlir::FailureOr<std::optional<double>> known(Tensor &tensor, const Place &place);

  /// Everything so far that has no handler, or is refused by it.
  UnsupportedOps &unsupported() { return environment_.unsupported; }
  bool knows(llvm::StringRef operation) const;
  /// Inputs of which nobody has said the type; the first use as places makes one int64.
  void setUntyped(llvm::ArrayRef<mlir::Value> inputs) { untyped_.assign(inputs); }

  /// The module with these results; the last call.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> take(std::vector<NamedValue> outputs);

private:
  struct Bound; // the record of one call, and what it refers to

  const Signature *choose(llvm::StringRef operation, llvm::ArrayRef<Item> arguments,
                          llvm::ArrayRef<std::string> keywords,
                          llvm::SmallVector<const Item *> &bound) const;
  mlir::LogicalResult bindArguments(Bound &call, const Place &place);
  mlir::LogicalResult bindTensor(Bound &call, const Item &item, llvm::StringRef argument,
                                 Json &into, const Place &place);
  mlir::FailureOr<llvm::SmallVector<mlir::Value>> run(Bound &call, const Place &place);
  mlir::LogicalResult spend(uint64_t bytes, const Place &place);
  mlir::LogicalResult tidy(mlir::Operation *last, llvm::ArrayRef<mlir::Value> results,
                           const Place &place);
  MaybeItem results(const Bound &call, llvm::ArrayRef<mlir::Value> values, const Place &place);
  mlir::LogicalResult write(Tensor &tensor, mlir::Value value, const Place &place);
  MaybeItem become(Tensor &tensor, const Tensor &made, const Place &place);
  mlir::FailureOr<mlir::Value> asWhole(Tensor &tensor, mlir::Value value, const Place &place);
  mlir::FailureOr<mlir::Value> callForValue(llvm::StringRef operation, std::vector<Item> arguments,
                                            const Place &place);
  std::string nodeName(llvm::StringRef operation, const Place &place);
  mlir::LogicalResult fail(const Place &place, const llvm::Twine &what) {
    return problem_.set(place, what);
  }
  mlir::OpBuilder atEnd() { return mlir::OpBuilder::atBlockEnd(&main_.function.getBody().front()); }

  MainFunction &main_;
  Heap &heap_;
  Problem &problem_;
  ErrorCapture errors_;
  OpTable table_;
  Signatures signatures_;
  Environment environment_;
  std::map<std::string, TensorMeta> metas_; ///< of the call at hand
  std::map<std::string, int> names_;
  std::deque<Tensor> tensors_;
  std::deque<Memory> memories_;
  llvm::SmallVector<mlir::Value> untyped_;
  uint64_t storedBytes_, constantBytes_ = 0, droppedBytes_ = 0;
  size_t operations_ = 0;
  int readsDeep_ = 0; ///< reads that wait for others
};

} // namespace tandem::torch::script
