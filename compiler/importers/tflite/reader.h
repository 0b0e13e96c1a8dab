#pragma once

#include "compiler/importers/tflite/tflite_generated.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::tflite {

/// A .tflite file whose every offset has been checked to stay inside it. The bytes must outlive it.
class Reader {
public:
  static llvm::Expected<Reader> open(std::string_view bytes);

  const schema::SubGraph &mainGraph() const { return *model_->subgraphs()->Get(0); }
  llvm::Expected<const schema::SubGraph *> subgraph(int64_t index) const;

  /// The graph's tensor of that index, or an error that names `what` refers to it.
  llvm::Expected<const schema::Tensor *> tensor(const schema::SubGraph &graph, int64_t index,
                                                llvm::StringRef what) const;
  /// The stored elements of a tensor; empty when it is computed at run time.
  llvm::Expected<llvm::ArrayRef<char>> dataOf(const schema::Tensor &tensor) const;
  /// The operator's entry in the model's table of operators.
  llvm::Expected<const schema::OperatorCode *> codeOf(const schema::Operator &op) const;

  size_t fileSize() const { return bytes_.size(); }

private:
  std::vector<std::max_align_t> aligned_; ///< a copy, when the caller's bytes lie at an odd address
  std::string_view bytes_;
  const schema::Model *model_ = nullptr;
};

/// Whether the bytes carry TFLite's file identifier.
bool hasIdentifier(std::string_view bytes);

/// "CONV_2D", the name of a custom operator, or "operator 300" for one that the format does not
/// have.
std::string operatorName(const schema::OperatorCode &code);
schema::BuiltinOperator builtinOf(const schema::OperatorCode &code);

/// The elements of a vector; none when it is left out. FlatBuffers' verifier looks at the address
/// of its length only, so that those of 64 bits may lie at any.
llvm::SmallVector<int64_t> integersOf(const flatbuffers::Vector<int64_t> *vector);

/// The tensor's name; "tensor 12" stands for one that has none.
std::string tensorName(const schema::Tensor &tensor, int64_t index);

} // namespace tandem::tflite
