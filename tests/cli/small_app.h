#pragma once

#include <cstdint>
#include <string>

namespace tandem::test {

/// A model that is text, so that every build can run it: the brightness of a picture's left and
/// right half as the scores of two classes.
extern const std::string kHalvesModel;

/// A 2 x 1 picture as BMP, grey on each side.
std::string bmp(uint8_t left, uint8_t right);

} // namespace tandem::test
