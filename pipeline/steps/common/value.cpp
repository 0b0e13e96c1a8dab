#include "pipeline/steps/common/value.h"

#include <sstream>

namespace tandem {

std::string labelText(const Labels &labels, int index) {
  if (labels && index >= 0 && static_cast<size_t>(index) < labels->size())
    return (*labels)[static_cast<size_t>(index)];
  return std::to_string(index);
}

bool TensorSpec::operator==(const TensorSpec &other) const {
  return type == other.type && shape == other.shape &&
         quantization.scales == other.quantization.scales &&
         quantization.zeroPoints == other.quantization.zeroPoints;
}

std::string specText(const TensorSpec &spec) {
  std::ostringstream text;
  text << elementTypeName(spec.type) << ' ' << shapeText(spec.shape);
  if (!spec.quantization.empty())
    text << " (scale " << spec.quantization.scales[0] << ", zero point "
         << spec.quantization.zeroPoints[0] << ')';
  return text.str();
}

} // namespace tandem
