// Which library is opened, and what is said of one that is none.
#include "backends/neuron/client/library.h"
#include "backends/neuron/client/names.h"

#include <cstdlib>
#include <gmock/gmock.h>

namespace tandem::neuron {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Environment {
public:
  Environment(const char *name, const char *value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }

private:
  const char *name_;
};

TEST(Library, IsTheOneThatTheEnvironmentNames) {
  Environment named("TANDEM_NEURON_LIBRARY", TANDEM_HOST_LIBRARY);
  auto library = Library::open();
  ASSERT_TRUE(library.ok()) << library.error().text();
  EXPECT_EQ((*library)->path(), TANDEM_HOST_LIBRARY);
  EXPECT_TRUE(bool((*library)->NeuronMemory_createFromFd));
}

TEST(Library, IsElseTheFirstThatTheLoaderFinds) {
  auto library = Library::open(); // beside this program, in ../lib
  ASSERT_TRUE(library.ok()) << library.error().text();
  EXPECT_EQ((*library)->path(), "libneuron_adapter.so");
}

TEST(Library, SaysWhyOneDoesNotLoad) {
  Environment named("TANDEM_NEURON_LIBRARY", "/nowhere/libneuron.so");
  auto library = Library::open();
  ASSERT_FALSE(library.ok());
  EXPECT_EQ(library.error().code, Code::kUnavailable);
  EXPECT_THAT(library.error().text(), StartsWith("/nowhere/libneuron.so: error: the Neuron library "
                                                 "does not load: /nowhere/libneuron.so: cannot "
                                                 "open shared object file"));
}

TEST(Library, NamesTheFunctionsThatOneLacks) {
  auto library = Library::open(TANDEM_OTHER_LIBRARY);
  ASSERT_FALSE(library.ok());
  EXPECT_EQ(library.error().code, Code::kUnavailable);
  EXPECT_THAT(library.error().message,
              StartsWith("the Neuron library has no Neuron_getVersion, NeuronModel_create, "));
  EXPECT_THAT(library.error().message, HasSubstr("NeuronExecution_compute"));
  EXPECT_THAT(library.error().message, ::testing::Not(HasSubstr("createFromFd")));
}

TEST(Version, IsThreeNumbers) {
  EXPECT_EQ(Version::parse("4.3.0"), (Version{4, 3, 0}));
  EXPECT_EQ(Version::parse("8.2.24")->text(), "8.2.24");
  for (const char *text :
       {"", "4", "4.3", "4.3.", "4.3.0.1", "4.3.x", "a.b.c", "4.3.256", " 4.3.0", "-4.3.0", "4..0"})
    EXPECT_EQ(Version::parse(text), std::nullopt) << text;
  EXPECT_LT((Version{4, 3, 9}), (Version{5, 0, 0}));
}

TEST(Names, AreTheHeadersOrTheNumber) {
  EXPECT_EQ(resultName(NEURON_BAD_STATE), "BAD_STATE (7)");
  EXPECT_EQ(resultName(99), "an unknown code (99)");
  EXPECT_EQ(operationName(NEURON_CONV_2D), "CONV_2D");
  EXPECT_EQ(operationName(12345), "12345");
  EXPECT_EQ(operandTypeName(NEURON_TENSOR_QUANT8_ASYMM), "TENSOR_QUANT8_ASYMM");
}

} // namespace
} // namespace tandem::neuron
