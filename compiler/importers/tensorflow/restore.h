#pragma once

#include "compiler/importers/tensorflow/proto/saved_model.pb.h"

#include "llvm/ADT/StringMap.h"

#include <string>

namespace tandem::tensorflow {

/// Under which names a SavedModel's variables are stored: name of a variable's node to its name in
/// the tensor bundle. Read from the part of the graph that restores them, which every SavedModel
/// has: it assigns to each variable an output of RestoreV2, whose input lists the names. A variable
/// that is not there is stored under its own name.
llvm::StringMap<std::string> variableKeys(const proto::GraphDef &graph,
                                          const proto::SaverDef &saver);

} // namespace tandem::tensorflow
