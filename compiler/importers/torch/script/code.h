#pragma once

#include "compiler/importers/common/zip_file.h"
#include "compiler/importers/torch/script/syntax.h"

#include <map>

namespace tandem::torch::script {

/// The files of an archive's code/, each parsed when it is first asked for.
class Code {
public:
  /// Paths from the archive's root ("code/__torch__/torch/nn/functional.py") to what is in them.
  explicit Code(std::map<std::string, Bytes> files) : files_(std::move(files)) {}

  struct Found {
    const SourceFile *file = nullptr;
    const Class *type = nullptr; ///< or:
    const Function *function = nullptr;
  };
  /// What a name like "__torch__.torch.nn.functional.relu" stands for; empty when there is none.
  llvm::Expected<Found> find(llvm::StringRef name);

private:
  std::map<std::string, Bytes> files_;
  std::map<std::string, SourceFile> parsed_;
};

} // namespace tandem::torch::script
