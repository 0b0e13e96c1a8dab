// The applications of apps/showcase are good for the steps that there are.
#include "pipeline/steps/common/step.h"

#include <gtest/gtest.h>

using namespace tandem;

namespace {

class Showcase : public testing::TestWithParam<std::string> {};

TEST_P(Showcase, Loads) {
  StepTable table;
  registerAllSteps(table);
  auto app = loadApplication(TANDEM_SOURCE_DIR "/apps/showcase/" + GetParam(), table.kinds());
  ASSERT_TRUE(app.ok()) << app.error().text();
  for (const AppStep &step : app->steps)
    if (step.model < 0)
      EXPECT_TRUE(table.create(step).ok()) << step.name;
}

INSTANTIATE_TEST_SUITE_P(Apps, Showcase, testing::Values("showcase.yaml", "minifasnet.yaml"),
                         [](const auto &info) {
                           return info.param.substr(0, info.param.find('.'));
                         });

} // namespace
