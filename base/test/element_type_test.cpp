#include "base/element_type.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <vector>

namespace tandem {
namespace {

TEST(HalfToFloat, AndBackKeepsEveryFiniteHalf) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    float value = halfToFloat(static_cast<uint16_t>(bits));
    if (!std::isnan(value)) {
      EXPECT_EQ(floatToHalf(value), bits);
    }
  }
}

TEST(FloatToHalf, RoundsToNearestEvenAndOverflowsToInfinity) {
  EXPECT_EQ(floatToHalf(1.0f + 0x1p-11f), floatToHalf(1.0f)) << "a tie goes to the even neighbour";
  EXPECT_EQ(floatToHalf(1.0f + 3 * 0x1p-11f), floatToHalf(1.0f + 0x1p-9f));
  EXPECT_EQ(floatToHalf(65519.0f), 0x7bff);
  EXPECT_EQ(floatToHalf(65520.0f), 0x7c00);
  EXPECT_TRUE(std::isnan(halfToFloat(floatToHalf(NAN))));
}

TEST(ElementCount, RefusesNegativeDimensionsAndOverflow) {
  EXPECT_EQ(elementCount(std::array<int64_t, 3>{2, 3, 4}), 24);
  EXPECT_EQ(elementCount(std::array<int64_t, 2>{INT64_MAX, 0}), 0);
  EXPECT_EQ(elementCount(std::array<int64_t, 2>{INT64_MAX, 2}), std::nullopt);
  EXPECT_EQ(elementCount(std::array<int64_t, 1>{-1}), std::nullopt);
}

TEST(ShapeText, IsCutWhereABrokenFileHasManyDimensions) {
  EXPECT_EQ(shapeText(std::array<int64_t, 3>{1, 224, 3}), "1x224x3");
  EXPECT_EQ(shapeText({}), "scalar");
  std::vector<int64_t> many(1000, 1);
  EXPECT_EQ(shapeText(many), "1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x... (1000 dimensions)");
}

TEST(ElementTypeNames, GoBothWays) {
  for (int i = 0; i < kElementTypeCount; ++i) {
    auto type = static_cast<ElementType>(i);
    EXPECT_EQ(elementTypeFromName(elementTypeName(type)), type);
  }
  EXPECT_EQ(elementTypeFromName("float"), std::nullopt);
}

} // namespace
} // namespace tandem
