#pragma once

#include "base/file.h"
#include "compiler/importers/onnx/schema.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <string>

namespace tandem::onnx {

/// The files beside a model that hold its large tensors, mapped when first asked for. What a tensor
/// says of them is not to be trusted: only files in the model's folder or below it are opened.
class ExternalFiles {
public:
  /// `modelPath`: where the model itself is.
  explicit ExternalFiles(llvm::StringRef modelPath);

  /// The bytes that the tensor's entries 'location', 'offset' and 'length' name. They live as long
  /// as this object. Errors say what is wrong, without the tensor's name.
  llvm::Expected<llvm::ArrayRef<char>> read(const proto::TensorProto &tensor);

private:
  llvm::Expected<llvm::ArrayRef<char>> map(const std::string &location);

  std::string folder_;
  std::map<std::string, MappedFile> files_;
};

} // namespace tandem::onnx
