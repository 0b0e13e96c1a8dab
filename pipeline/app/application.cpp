#include "pipeline/app/application.h"

namespace tandem {

std::string_view valueTypeName(ValueType type) {
  switch (type) {
  case ValueType::kImage:
    return "image";
  case ValueType::kTensor:
    return "tensor";
  case ValueType::kDetections:
    return "detections";
  case ValueType::kDetection:
    return "detection";
  case ValueType::kLabel:
    return "label";
  case ValueType::kScores:
    return "scores";
  case ValueType::kNumber:
    return "number";
  }
  return "nothing";
}

bool AppCondition::holds(double value) const {
  switch (comparison) {
  case Comparison::kLess:
    return value < limit;
  case Comparison::kLessEqual:
    return value <= limit;
  case Comparison::kGreater:
    return value > limit;
  case Comparison::kGreaterEqual:
    return value >= limit;
  case Comparison::kEqual:
    return value == limit;
  case Comparison::kNotEqual:
    return value != limit;
  }
  return false;
}

} // namespace tandem
