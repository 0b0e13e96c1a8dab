#include "tools/tandem/label_places.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace tandem {
namespace {

int64_t overlapOf(const Area &a, const Area &b) {
  int64_t width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  int64_t height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/// Labels of more than that are one carpet anyway, and looking for room would take long.
constexpr size_t kMostApart = 100;

class Placer {
public:
  Placer(int width, int height, int indent) : width_(width), height_(height), indent_(indent) {}

  Area place(const LabelWish &wish) {
    Area best;
    int64_t least = INT64_MAX;
    for (Area place : usualPlaces(wish)) {
      place = inside(place);
      if (int64_t hidden = hiddenBy(place); hidden < least)
        least = hidden, best = place;
      if (least == 0)
        break;
    }
    if (least > 0 && placed_.size() < kMostApart)
      findElsewhere(wish, least, best);
    placed_.push_back(best);
    return best;
  }

private:
  /// In the order of how well they belong to the box. Above it only where there is room.
  std::vector<Area> usualPlaces(const LabelWish &wish) const {
    const Area &box = wish.box;
    int left = box.x - indent_, right = box.x + box.width - wish.width;
    int above = box.y - wish.height, below = box.y + box.height, end = below - wish.height;
    std::vector<Area> places;
    auto add = [&](int x, int y) { places.push_back({x, y, wish.width, wish.height}); };
    for (int x : {left, right}) {
      if (above >= 0)
        add(x, above);
      if (below + wish.height <= height_)
        add(x, below);
    }
    for (int x : {left, right})
      for (int y : {box.y, end})
        add(x, y);
    for (int y : {box.y, end}) {
      add(box.x + box.width, y);
      add(box.x - wish.width, y);
    }
    return places;
  }

  Area inside(Area place) const {
    place.x = std::clamp(place.x, 0, std::max(0, width_ - place.width));
    place.y = std::clamp(place.y, 0, std::max(0, height_ - place.height));
    return place;
  }

  int64_t hiddenBy(const Area &place) const {
    int64_t hidden = 0;
    for (const Area &other : placed_)
      hidden += overlapOf(place, other);
    return hidden;
  }

  /// Of all places side by side with what is placed, or with the picture's border: the nearest free
  /// one, else the one that hides least.
  void findElsewhere(const LabelWish &wish, int64_t &least, Area &best) const {
    std::vector<int> columns = {0, width_ - wish.width, wish.box.x - indent_};
    std::vector<int> rows = {0, height_ - wish.height, wish.box.y - wish.height, wish.box.y};
    for (const Area &other : placed_) {
      columns.insert(columns.end(), {other.x + other.width, other.x - wish.width});
      rows.insert(rows.end(), {other.y + other.height, other.y - wish.height});
    }
    auto distanceTo = [&](const Area &place) {
      return std::abs(int64_t{place.x} - wish.box.x) + std::abs(int64_t{place.y} - wish.box.y);
    };
    for (int x : columns)
      for (int y : rows) {
        Area place = inside({x, y, wish.width, wish.height});
        int64_t hidden = hiddenBy(place);
        if (hidden < least || (hidden == least && distanceTo(place) < distanceTo(best)))
          least = hidden, best = place;
      }
  }

  const int width_, height_, indent_;
  std::vector<Area> placed_;
};

} // namespace

std::vector<Area> placeLabels(const std::vector<LabelWish> &wishes, int pictureWidth,
                              int pictureHeight, int indent) {
  Placer placer(pictureWidth, pictureHeight, indent);
  std::vector<Area> places;
  for (const LabelWish &wish : wishes)
    places.push_back(placer.place(wish));
  return places;
}

} // namespace tandem
