#include "pipeline/plan/cut_models.h"

#include "pipeline/executor/test/fakes.h"

#include <gmock/gmock.h>

using namespace tandem;
using namespace tandem::test;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

TEST(ChooseCuts, AreNearEvenAndWhereLittleCrosses) {
  RegionSteps steps{.us = std::vector<double>(10, 100),
                    .bytesBefore = {0, 9, 9, 9, 9, 9, 2, 9, 9, 9}};
  EXPECT_THAT(chooseCuts(steps, 2), ElementsAre(6)) << "a tenth off, for a fifth of the bytes";
  steps.bytesBefore.assign(10, 9);
  EXPECT_THAT(chooseCuts(steps, 2), ElementsAre(5));
  steps.bytesBefore = {0, 1, 9, 9, 9, 9, 9, 9, 9, 9};
  EXPECT_THAT(chooseCuts(steps, 2), ElementsAre(5)) << "too far from the middle";
  EXPECT_THAT(chooseCuts(steps, 5), ElementsAre(2, 4, 6, 8));
}

TEST(ChooseCuts, LeavesWholeWhatHasNoStepToCutAt) {
  EXPECT_THAT(chooseCuts({.us = {1000}, .bytesBefore = {0}}, 4), IsEmpty());
  EXPECT_THAT(chooseCuts({.us = {}, .bytesBefore = {}}, 4), IsEmpty());
  EXPECT_THAT(chooseCuts({.us = {10, 10}, .bytesBefore = {0, 5}}, 1), IsEmpty());
  EXPECT_THAT(chooseCuts({.us = {10, 900, 10}, .bytesBefore = {0, 5, 5}}, 2), IsEmpty())
      << "one step has it all";
}

TEST(CutModels, CutsNothingThatCannotBeAndRefusesCutsOfAnotherModel) {
  ExecutorParts parts = facesParts(tableOfFakes());
  std::vector<double> stepUs(parts.app.steps.size(), 5000);
  auto cuts = cutModels(parts.app, parts.runners, stepUs);
  ASSERT_TRUE(cuts.ok()) << cuts.error().text();
  EXPECT_THAT(*cuts, IsEmpty());
  EXPECT_TRUE(cutModelsAs({}, parts.app, parts.runners).ok());
  Status status = cutModelsAs({{"live", {{3}}}}, parts.app, parts.runners);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "this model cannot be cut");
}

} // namespace
