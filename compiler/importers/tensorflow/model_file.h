#pragma once

#include "compiler/importers/tensorflow/graph_import.h"

namespace tandem::tensorflow {

// From the bytes of files to a Model, which looks at them. Errors are one sentence each.

/// Whether these are the first bytes of a graph, or of a saved_model.pb. Neither has a mark of its
/// own, so the fields that every such file begins with are looked at.
bool looksLikeGraph(std::string_view bytes);
bool looksLikeSavedModel(std::string_view bytes);

/// A frozen graph. Its inputs are its placeholders, its outputs what no other node reads.
llvm::Expected<Model> readFrozenGraph(std::string_view bytes);

/// The bytes of a saved_model.pb, with the variables in the folder `variables` beside it. The graph
/// is the one tagged "serve" or the only one; the signature is "serving_default" or the only one.
llvm::Expected<Model> readSavedModel(std::string_view bytes, llvm::StringRef folder);

} // namespace tandem::tensorflow
