// docs/app-format.md has every kind of step with every option, so that a new one is not forgotten.
#include "base/file.h"
#include "pipeline/steps/common/step.h"

#include <gtest/gtest.h>

using namespace tandem;

namespace {

TEST(AppFormatPage, HasEveryKindOfStepAndEveryOption) {
  auto page = MappedFile::open(TANDEM_SOURCE_DIR "/docs/app-format.md");
  ASSERT_TRUE(page.ok()) << page.error().text();
  std::string_view text = page->text();
  StepTable table;
  registerAllSteps(table);
  for (const StepKind &kind : table.kinds()) {
    size_t begin = text.find("\n### " + kind.name + "\n");
    ASSERT_NE(begin, std::string_view::npos) << kind.name;
    std::string_view section = text.substr(begin + 1);
    section = section.substr(0, section.find("\n##"));
    for (const Port &port : kind.inputs)
      EXPECT_NE(section.find("`" + port.name + "`"), std::string_view::npos)
          << kind.name << "." << port.name;
    for (const OptionKind &option : kind.options)
      EXPECT_NE(section.find("`" + option.name + "`"), std::string_view::npos)
          << kind.name << "." << option.name;
  }
}

} // namespace
