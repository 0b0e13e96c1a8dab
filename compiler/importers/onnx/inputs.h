#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/onnx/external_files.h"
#include "compiler/importers/onnx/schema.h"

namespace tandem::onnx {

/// The inputs that the caller gives: those that no tensor of the file has the name of, with the
/// dimensions that `options` fix. One of a type that is not supported is added to `unsupported` and
/// left out. An input that holds codes (8 bits) and is read only by nodes that
/// take them with one scale and zero point gets the quantized type. Errors name the input.
llvm::Expected<std::vector<NamedType>> readInputs(const proto::GraphProto &graph,
                                                  const ImportOptions &options,
                                                  ExternalFiles &files, mlir::MLIRContext &context,
                                                  UnsupportedOps &unsupported);

} // namespace tandem::onnx
