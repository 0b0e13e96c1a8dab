// What the library shows to the outside: the ABI, all of it, nothing else; and so every function of
// each public client.
#include "backends/neuron/test/host/symbol_sets.h"

#include <array>
#include <cstdio>
#include <gmock/gmock.h>
#include <memory>
#include <set>
#include <sstream>
#include <string>

namespace tandem::neuron::test {
namespace {
using ::testing::IsSubsetOf;

std::set<std::string> exportedSymbols() {
  std::string command = std::string(NEURON_NM) + " -D --defined-only " + NEURON_LIBRARY;
  std::unique_ptr<FILE, int (*)(FILE *)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> buffer;
  while (size_t size = fread(buffer.data(), 1, buffer.size(), pipe.get()))
    text.append(buffer.data(), size);
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    names.insert(line.substr(line.rfind(' ') + 1));
  return names;
}

TEST(Exports, AreTheAbiAndNothingElse) {
  std::set<std::string> abi;
#define NEURON_FUNCTION(name) abi.insert(#name);
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
  EXPECT_EQ(exportedSymbols(), abi);
}

TEST(Exports, AreAllThatPublicClientsLoad) {
  std::set<std::string> exported = exportedSymbols();
  EXPECT_EQ(kPaddleLiteSymbols.size(), 28u);
  EXPECT_THAT(kPaddleLiteSymbols, IsSubsetOf(exported));
  EXPECT_EQ(tfliteDelegateSymbols().size(), 48u);
  EXPECT_THAT(tfliteDelegateSymbols(), IsSubsetOf(exported));
  EXPECT_EQ(kLiteRtSymbols.size(), 41u);
  EXPECT_THAT(kLiteRtSymbols, IsSubsetOf(exported));
}

} // namespace
} // namespace tandem::neuron::test
