#pragma once

#include <cstddef>
#include <vector>

namespace tandem {

/// In pixels; [x, x + width) x [y, y + height).
struct Area {
  int x = 0, y = 0, width = 0, height = 0;

  bool operator==(const Area &) const = default;
};

/// A label of that size for a box that has been drawn.
struct LabelWish {
  Area box;
  int width = 0, height = 0;
};

/// Where each label goes, beside the wishes: above its box or below it, within it or beside it,
/// whatever is first of what lies in the picture and on no other label; if that is nowhere near the
/// box, the nearest such place; in a picture too full for that, where it hides least of other
/// labels. A label never leaves the picture, but for one larger than it. `indent`: how far it
/// sticks out to the left of its box, so that their borders meet.
std::vector<Area> placeLabels(const std::vector<LabelWish> &wishes, int pictureWidth,
                              int pictureHeight, int indent);

} // namespace tandem
