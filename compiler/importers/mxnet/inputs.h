#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/mxnet/parameters.h"
#include "compiler/importers/mxnet/symbol.h"

namespace tandem::mxnet {

/// The types of these variables, which are the model's inputs: shapes from --shape, else from
/// '__shape__' (in which 0 and -1 are open), element types from '__dtype__'. One error names all
/// inputs without a shape, among which may be parameters that the file lacks; `noneIsRead` says
/// that no variable has parameters in it.
llvm::Expected<std::vector<NamedType>> inputTypes(const std::vector<const NodeRecord *> &variables,
                                                  const Parameters &parameters,
                                                  const ImportOptions &options, bool noneIsRead,
                                                  mlir::MLIRContext &context);

} // namespace tandem::mxnet
