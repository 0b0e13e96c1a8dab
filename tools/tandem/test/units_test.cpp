#include "tools/tandem/units.h"

#include <gtest/gtest.h>

using namespace tandem;

TEST(Units, OfTimesAreThoseInWhichTheyAreNeitherLongNorNothing) {
  EXPECT_EQ(timeText(0), "0.000 us");
  EXPECT_EQ(timeText(0.8451), "0.845 us");
  EXPECT_EQ(timeText(12.344), "12.34 us");
  EXPECT_EQ(timeText(845.12), "845.1 us");
  EXPECT_EQ(timeText(1234), "1.234 ms");
  EXPECT_EQ(timeText(2.5e6), "2.500 s");
  EXPECT_EQ(timeText(3.6e9), "3600.0 s");
}

TEST(Units, OfSizesGoByTheThousand) {
  EXPECT_EQ(sizeText(0), "0 B");
  EXPECT_EQ(sizeText(999), "999 B");
  EXPECT_EQ(sizeText(1200), "1.20 kB");
  EXPECT_EQ(sizeText(267'000), "267 kB");
  EXPECT_EQ(sizeText(14.25e6), "14.2 MB");
  EXPECT_EQ(sizeText(3e9), "3.00 GB");
}
