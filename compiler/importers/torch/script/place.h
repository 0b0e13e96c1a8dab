#pragma once

#include "mlir/Support/LogicalResult.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

#include <string>

namespace tandem::torch::script {

/// Where in the code, and in which module of the model, evaluation is.
struct Place {
  llvm::StringRef file; ///< empty: behind the code's end
  int line = 0;
  llvm::StringRef module; ///< "layer1.0.conv1"; "" in the outermost

  std::string text() const {
    return file.empty() ? "the model's results" : (file + " line " + llvm::Twine(line)).str();
  }
};

/// The first thing that went wrong; what follows from it is not kept. Setting it is a failure.
class Problem {
public:
  mlir::LogicalResult set(const Place &place, const llvm::Twine &what) {
    return set((place.text() + ": " + what).str());
  }
  mlir::LogicalResult set(const std::string &text) {
    if (text_.empty())
      text_ = text;
    return mlir::failure();
  }
  mlir::LogicalResult set(llvm::Error error) { return set(llvm::toString(std::move(error))); }
  bool empty() const { return text_.empty(); }
  const std::string &text() const { return text_; }

private:
  std::string text_;
};

} // namespace tandem::torch::script
