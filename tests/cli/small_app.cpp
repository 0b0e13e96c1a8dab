#include "tests/cli/small_app.h"

namespace tandem::test {

const std::string kHalvesModel = R"(
func.func @main(%x: tensor<1x2xf32> {graph.name = "halves"})
    -> (tensor<1x2xf32> {graph.name = "scores"}) {
  %0 = graph.relu %x : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
)";

/// Blue, green, red of each pixel, and two bytes that fill the row.
std::string bmp(uint8_t left, uint8_t right) {
  std::string file("BM\x3e\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0\0\0\1\0\0\0\1\0\x18\0", 30);
  file.resize(54, '\0');
  file.append(3, static_cast<char>(left));
  file.append(3, static_cast<char>(right));
  return file + std::string(2, '\0');
}

} // namespace tandem::test
