#pragma once

#include "pipeline/steps/common/step.h"

namespace tandem {

/// What the decoders of detection networks share.

double sigmoid(double logit);

/// A box as its centre and size, as parts of the sides of the model's input.
struct CentredBox {
  double x, y, width, height;
};

/// Appends a detection, in pixels of the picture. `region` is what the model's input showed. A box
/// that is not finite or has no area is left out: networks give some.
void addBox(Detections &detections, const Box &region, const CentredBox &box, double score,
            int label);

/// Refuses boxes that are not f32 [1, count, at least `least`].
Status requireBoxes(const TensorSpec &spec, size_t count, int64_t least);
/// Refuses scores that are not f32 [1, count, any].
Status requireScores(const TensorSpec &spec, size_t count);

/// `threshold`: detections with a lower score are left out.
OptionKind thresholdOption();
/// `maps`: the sides of the feature maps that the anchors stand on.
OptionKind mapsOption(std::vector<double> otherwise);

} // namespace tandem
