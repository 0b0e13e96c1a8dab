#include "pipeline/steps/common/decode.h"

#include "pipeline/steps/common/options.h"

#include <cmath>

namespace tandem {
namespace {

Status requireRows(const TensorSpec &spec, std::string_view port, size_t count, int64_t least) {
  TANDEM_RETURN_IF_ERROR(requireFloats(spec, port));
  const Shape &shape = spec.shape;
  if (shape.size() == 3 && shape[0] == 1 && shape[1] == static_cast<int64_t>(count) &&
      shape[2] >= least)
    return {};
  return Error(Code::kInvalidArgument, "", "input '", port, "' is ", specText(spec), ", the ",
               count, " anchors need 1x", count, "x", least, " or wider");
}

} // namespace

double sigmoid(double logit) {
  return 1 / (1 + std::exp(-logit));
}

void addBox(Detections &detections, const Box &region, const CentredBox &box, double score,
            int label) {
  Box pixels = {region.x0 + (box.x - box.width / 2) * region.width(),
                region.y0 + (box.y - box.height / 2) * region.height(),
                region.x0 + (box.x + box.width / 2) * region.width(),
                region.y0 + (box.y + box.height / 2) * region.height()};
  bool finite = std::isfinite(pixels.x0) && std::isfinite(pixels.y0) && std::isfinite(pixels.x1) &&
                std::isfinite(pixels.y1);
  if (finite && pixels.width() > 0 && pixels.height() > 0)
    detections.items.push_back({pixels, score, label});
}

Status requireBoxes(const TensorSpec &spec, size_t count, int64_t least) {
  return requireRows(spec, "boxes", count, least);
}

Status requireScores(const TensorSpec &spec, size_t count) {
  return requireRows(spec, "scores", count, 1);
}

OptionKind thresholdOption() {
  return numberOption("threshold", 0.5, 0, 1);
}

OptionKind mapsOption(std::vector<double> otherwise) {
  return integersOption("maps", std::move(otherwise), 1, 256, 1, 16);
}

} // namespace tandem
