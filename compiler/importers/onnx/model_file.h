#pragma once

#include "compiler/importers/onnx/schema.h"

#include "llvm/Support/Error.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace tandem::onnx {

/// Versions of operators by domain; the default domain is "".
using Opsets = std::map<std::string, int64_t>;

using Attributes = std::map<std::string, proto::AttributeProto>;

/// A function of the model: an operator that its file defines by others.
struct Function {
  proto::FunctionProto *record;
  Opsets opsets;
  Attributes defaults;
};

/// A parsed .onnx file.
struct ModelFile {
  std::unique_ptr<proto::ModelProto> model;
  Opsets opsets;
  std::map<std::string, Function> functions; ///< by functionKey()
  size_t size = 0;                           ///< bytes of the file
};

/// Whether the bytes are fields as an .onnx file has them, a version and a graph among them. Looks
/// at the outermost fields only.
bool looksLikeModel(std::string_view bytes);

/// Parses the file; refuses versions of operators that this importer does not know. `release` is
/// that of ImportOptions.
llvm::Expected<ModelFile> readModel(std::string_view bytes,
                                    const std::function<void()> &release = nullptr);

/// Under which `functions` has what a node calls.
std::string functionKey(const proto::NodeProto &node);
/// "" for the default domain, which has a second name.
std::string normalizedDomain(const std::string &domain);

inline constexpr int64_t kOldestOpset = 7, kNewestOpset = 28;

} // namespace tandem::onnx
