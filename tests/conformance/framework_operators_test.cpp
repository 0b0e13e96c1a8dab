// Every operator of a framework is taken by its importer, or refused with a reason. What is refused
// is data, refused.cpp in the importer's folder; it is held here to the framework's own list.
#include "tests/conformance/framework_operators.h"

namespace tandem::test {
namespace {

class Frameworks : public ::testing::TestWithParam<FrameworkOperators> {
protected:
  using Entry = RefusedOperators::Entry;

  std::string dataFile() const {
    return "compiler/importers/" + operators_.format + "/refused.cpp";
  }
  std::string listFile() const { return "tests/models/operators/" + operators_.format + ".txt"; }
  /// Why no operator needs the entry.
  std::string whyNot(const Entry &entry) const {
    if (entry.name.contains('*'))
      return "it stands for no operator without a handler";
    if (operators_.isTaken(entry.name.str()))
      return "it has a handler";
    if (!operators_.all.count(entry.name.str()))
      return (operators_.refused->framework() + " has no such operator, see " + listFile()).str();
    return "it is there twice";
  }

  const FrameworkOperators &operators_ = GetParam();
};

TEST_P(Frameworks, TheListSaysWhatItHas) {
  EXPECT_NE(operators_.source, "") << listFile();
  EXPECT_FALSE(operators_.all.empty()) << listFile();
}

TEST_P(Frameworks, EveryOperatorIsTakenOrHasAReason) {
  for (const std::string &name : operators_.all)
    EXPECT_TRUE(operators_.isTaken(name) || operators_.refused->find(name))
        << "'" << name << "' has no handler: say why in " << dataFile();
}

TEST_P(Frameworks, EveryReasonIsOfAnOperatorThatIsThereAndNotTaken) {
  std::set<const Entry *> needed;
  for (const std::string &name : operators_.all)
    if (!operators_.isTaken(name))
      needed.insert(operators_.refused->find(name));
  for (const Entry &entry : operators_.refused->entries())
    EXPECT_TRUE(needed.count(&entry))
        << dataFile() << ":" << entry.line << ": delete \"" << entry.name.str() << "\" ("
        << entry.reason.str() << "): " << whyNot(entry);
}

INSTANTIATE_TEST_SUITE_P(Importers, Frameworks, ::testing::ValuesIn(frameworkOperators()),
                         [](const auto &info) { return info.param.format; });

TEST(FrameworkOperators, OfAllSixFrameworks) {
  EXPECT_EQ(frameworkOperators().size(), 6u);
}

} // namespace
} // namespace tandem::test
