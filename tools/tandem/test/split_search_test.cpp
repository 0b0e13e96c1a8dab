#include "tools/tandem/split_search.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace tandem {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

/// A model that takes 100 ms on the NPU and 200 on the core, or a part of each.
class SplitSearch : public testing::Test {
protected:
  void SetUp() override {
    place_ = testing::TempDir() + "split_search.txt";
    std::filesystem::remove(place_);
  }

  OpenedApp opened(AcceleratorPart part) {
    OpenedApp app;
    app.parts.app.models.resize(1);
    app.parts.app.models[0].name = "net";
    app.parts.app.steps.resize(1);
    app.parts.app.steps[0].model = 0;
    app.identity = std::to_string(part.part) + (part.isLast ? " last" : " first");
    app.splitAt = [this](const ModelSplit &split) -> Result<OpenedApp> {
      EXPECT_EQ(split.model, "net");
      tried_.push_back(split.part.part);
      part_ = split.part;
      return opened(split.part);
    };
    return app;
  }

  /// Of the part that was opened last; what goes to the core from the front costs more.
  Result<PlannedApp> plan() {
    double npuUs = 1000 * (10 + 100 * part_.part),
           coreUs = 1000 * (20 + 200 * (1 - part_.part) + (part_.isLast ? costOfLast_ : 0));
    PlannedApp planned;
    planned.devices = {{"cpu0", "cpu", {"cpu"}, true, {}}, {"npu", "npu", {"neuron"}, false, {}}};
    planned.tasks.tasks = {{"net (1 of 2)", 0, 0, 1, {{"neuron", "cpu"}}},
                           {"net (2 of 2)", 0, 1, 2, {{"cpu", ""}}}};
    planned.plan.objective = Objective::kThroughput;
    planned.plan.tasks = {{0, 0, 1, 0, npuUs}, {1, 0, 0, npuUs, npuUs + coreUs}};
    planned.plan.interval = planned.plan.bound = std::max(npuUs, coreUs);
    return planned;
  }

  Result<SplitPlan> search() {
    tried_.clear();
    part_ = {};
    return planWithBestSplit(
        opened({}), [this](const OpenedApp &, bool) { return plan(); }, place_);
  }

  std::string place_;
  AcceleratorPart part_;
  double costOfLast_ = 5;
  std::vector<double> tried_;
};

TEST_F(SplitSearch, FindsWhereBothAreBusyAndRemembersIt) {
  Result<SplitPlan> found = search();
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(tried_, ElementsAre(0.5, 0.5, 0.75, 0.625, 0.6875));
  ASSERT_TRUE(found->planned.split.has_value());
  EXPECT_EQ(found->planned.split->part.part, 0.6875);
  EXPECT_FALSE(found->planned.split->part.isLast);
  EXPECT_EQ(found->planned.wholeIntervalUs, 110'000);
  ASSERT_TRUE(found->app.has_value());
  EXPECT_THAT(found->app->identity, testing::StartsWith("0.6875"));
  found = search();
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(tried_, ElementsAre(0.6875));
  EXPECT_TRUE(found->planned.split.has_value());
}

TEST_F(SplitSearch, KeepsTheBackWhereThatIsBetter) {
  costOfLast_ = -5;
  Result<SplitPlan> found = search();
  ASSERT_TRUE(found.ok());
  ASSERT_TRUE(found->planned.split.has_value());
  EXPECT_TRUE(found->planned.split->part.isLast);
}

/// The quick costs said otherwise than those that count.
TEST_F(SplitSearch, LeavesWholeWhatIsNotWorthIt) {
  auto slowWhenSplit = [this](const OpenedApp &, bool quickly) {
    Result<PlannedApp> planned = plan();
    if (!quickly && part_.part < 1)
      planned->plan.interval = 109'000;
    return planned;
  };
  tried_.clear();
  Result<SplitPlan> found = planWithBestSplit(opened({}), slowWhenSplit, place_);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->planned.split.has_value());
  EXPECT_FALSE(found->app.has_value());
  EXPECT_THAT(tried_, SizeIs(5));
  tried_.clear();
  part_ = {};
  found = planWithBestSplit(opened({}), slowWhenSplit, place_);
  EXPECT_THAT(tried_, SizeIs(0)) << "it remembers that too";
}

TEST_F(SplitSearch, TriesNothingWhereTheAcceleratorHasTimeLeft) {
  part_ = {0.3, false};
  Result<SplitPlan> found =
      planWithBestSplit(opened({}), [this](const OpenedApp &, bool) { return plan(); }, place_);
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(tried_, SizeIs(0));
}

} // namespace
} // namespace tandem
