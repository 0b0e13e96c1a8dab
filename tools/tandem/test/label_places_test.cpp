#include "tools/tandem/label_places.h"

#include <gmock/gmock.h>

#include <random>

using namespace tandem;
using testing::ElementsAre;

namespace {

bool overlap(const Area &a, const Area &b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

TEST(LabelPlaces, AreAboveTheirBoxesWhereThereIsRoomElseBelow) {
  EXPECT_THAT(placeLabels({{{50, 40, 30, 30}, 20, 10}, {{10, 3, 30, 30}, 20, 10}}, 200, 100, 1),
              ElementsAre(Area{49, 30, 20, 10}, Area{9, 33, 20, 10}));
  EXPECT_THAT(placeLabels({{{10, 3, 30, 96}, 20, 10}}, 200, 100, 0),
              ElementsAre(Area{10, 3, 20, 10}))
      << "room neither above nor below";
}

TEST(LabelPlaces, OfEqualBoxesAreApart) {
  LabelWish wish = {{50, 40, 30, 30}, 40, 12};
  std::vector<Area> places = placeLabels({wish, wish, wish}, 200, 100, 0);
  EXPECT_EQ(places[0], (Area{50, 28, 40, 12}));
  EXPECT_EQ(places[1], (Area{50, 70, 40, 12}));
  EXPECT_FALSE(overlap(places[0], places[2]) || overlap(places[1], places[2]));
}

TEST(LabelPlaces, StayInsideThePicture) {
  EXPECT_THAT(placeLabels({{{190, 0, 10, 100}, 40, 12}}, 200, 100, 0),
              ElementsAre(Area{160, 0, 40, 12}));
  EXPECT_THAT(placeLabels({{{0, 0, 10, 10}, 400, 120}}, 200, 100, 0),
              ElementsAre(Area{0, 0, 400, 120}))
      << "one that is larger is seen from its beginning";
}

/// As many as a picture's area has room for three times.
TEST(LabelPlaces, OfACrowdAreApart) {
  std::mt19937 random(7);
  std::vector<LabelWish> wishes;
  for (int i = 0; i < 40; ++i)
    wishes.push_back({{static_cast<int>(random() % 560), static_cast<int>(random() % 400), 60, 60},
                      70 + static_cast<int>(random() % 20),
                      24});
  std::vector<Area> places = placeLabels(wishes, 640, 480, 1);
  for (size_t i = 0; i < places.size(); ++i) {
    EXPECT_GE(places[i].x, 0);
    EXPECT_GE(places[i].y, 0);
    EXPECT_LE(places[i].x + places[i].width, 640);
    EXPECT_LE(places[i].y + places[i].height, 480);
    for (size_t j = 0; j < i; ++j)
      EXPECT_FALSE(overlap(places[i], places[j])) << i << " and " << j;
  }
}

TEST(LabelPlaces, HideAsLittleAsTheyCanWhereThereIsNoRoom) {
  LabelWish wish = {{0, 0, 20, 20}, 20, 20};
  std::vector<Area> places = placeLabels({wish, wish}, 30, 20, 0);
  EXPECT_THAT(places, ElementsAre(Area{0, 0, 20, 20}, Area{10, 0, 20, 20}));
}

} // namespace
