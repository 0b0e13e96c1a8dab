#pragma once

#include "base/element_type.h"

#include <cstddef>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace tandem::test {

/// One entry of models.json (README.md beside it says what the fields mean).
struct GoldenModel {
  struct Tensor {
    std::string name, layout;
    Shape shape;
  };
  struct Golden {
    uint32_t seed = 0;
    std::vector<std::string> outputs; ///< .npy files, relative to tests/models
  };
  std::string name, file;
  float low = 0, high = 1; ///< what a float input spans
  std::vector<Tensor> inputs, outputs;
  std::vector<Golden> goldens;
  double relativeToLargest = 0; ///< float outputs
  double steps = 0;             ///< 8-bit outputs
};

/// For GoogleTest's messages.
inline std::ostream &operator<<(std::ostream &out, const GoldenModel &model) {
  return out << model.file;
}

/// All of models.json. Aborts the test program when the file is broken: it is ours.
const std::vector<GoldenModel> &goldenModels();

/// Where the model's file is on this machine; nothing when it is not here.
std::optional<std::string> locate(const GoldenModel &model);
/// tests/models of the source tree.
std::string goldenFolder();

/// Fills an input by the formula of README.md.
void fillPattern(uint32_t seed, const GoldenModel &model, const GoldenModel::Tensor &tensor,
                 ElementType type, std::span<std::byte> data);

} // namespace tandem::test
