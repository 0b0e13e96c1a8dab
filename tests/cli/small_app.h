#pragma once

#include <cstdint>
#include <string>

namespace tandem::test {

/// A model that is text, so that every build can run it: the brightness of a picture's left and
/// right half as the scores of two classes.
extern const std::string kHalvesModel;

/// An application of it, in net.mlir: which side of a picture is the brighter one. Its last lines
/// are its results.
inline const std::string kSidesApp = R"(tandem: 1
models:
  net: {file: net.mlir, labels: [left, right]}
steps:
  input:
    uses: preprocess
    inputs: frame
    channels: grey
    size: [2, 1]
    range: [0, 1]
  flat: {uses: flatten, inputs: input}
  run: {model: net, inputs: flat}
  side: {uses: classify, inputs: run}
results:
  side: side.label
)";

/// A 2 x 1 picture as BMP, grey on each side.
std::string bmp(uint8_t left, uint8_t right);

} // namespace tandem::test
