#pragma once

#include "base/element_type.h"

#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// An input of a model whose shape its file leaves open.
struct OpenInput {
  std::string name;
  Shape shape; ///< -1: open
};

/// The open inputs that a refused model's message names, in words that all importers share:
/// "dimension 0 of ?x3x224x224 is open (batch), fix it with --shape x=DIMS".
std::vector<OpenInput> openInputsIn(std::string_view message);

/// "?x3x224x224".
std::string shapeText(const OpenInput &input);
/// " --shape x=Ax3xBxC --shape y=Dx8": what is open are letters.
std::string shapeOptions(const std::vector<OpenInput> &inputs);

} // namespace tandem
