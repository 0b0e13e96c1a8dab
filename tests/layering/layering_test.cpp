// The include table holds everywhere, and the runtime stays small and free of the compiler.
#include "tests/layering/layers.h"

#include "base/file.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <sstream>

namespace tandem::test {
namespace {
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string read(const std::filesystem::path &path) {
  Result<MappedFile> file = MappedFile::open(path.string());
  EXPECT_TRUE(file.ok()) << file.error().text();
  return file.ok() ? std::string(file->text()) : "";
}

const std::filesystem::path kRoot = TANDEM_SOURCE_DIR;

Layers table() {
  return Layers(read(kRoot / "cmake/layers.txt"));
}

TEST(Layers, SayWhatMayNotBeIncluded) {
  Layers layers = table();
  EXPECT_EQ(layers.whyNot("runtime/session.cpp", {"compiler/graph/graph.h"}),
            "runtime/session.cpp includes compiler/graph/graph.h: runtime may not include "
            "compiler/graph");
  EXPECT_THAT(layers.whyNot("bundle/reader.cpp", {"llvm/ADT/StringRef.h"}),
              HasSubstr("bundle may not include MLIR"));
  EXPECT_THAT(layers.whyNot("backends/cpu/run/load.cpp", {"backends/reference/run/op.h"}),
              HasSubstr("backends/cpu/run may not include backends/reference/run"));
  EXPECT_THAT(layers.whyNot("backends/cpu/run/load.cpp", {"backends/cpu/compile/kernel.h"}),
              HasSubstr("may not include backends/cpu/compile"));
  EXPECT_THAT(layers.whyNot("backends/cpu/run/load.cpp", {"runtime/session.h"}),
              HasSubstr("may not include runtime"));
  EXPECT_THAT(
      layers.whyNot("compiler/importers/tflite/reader.cpp", {"compiler/importers/keras/a.h"}),
      HasSubstr("may not include compiler/importers/keras"));
  EXPECT_THAT(layers.whyNot("base/file.cpp", {"bundle/reader.h"}),
              HasSubstr("base may not include"));
  EXPECT_THAT(layers.whyNot("runtime/session.cpp", {"tests/layering/layers.h"}),
              HasSubstr("a test"));
  EXPECT_THAT(layers.whyNot("attic/old.cpp", {"base/file.h"}), HasSubstr("in no room"));
}

TEST(Layers, RefuseAQuotedHeaderOfNoRoom) {
  Layers layers = table();
  EXPECT_EQ(layers.whyNot("bundle/reader.cpp", {"attic/old.h"}),
            "bundle/reader.cpp includes \"attic/old.h\", which is in no room: name ours from the "
            "root, others in <>");
  EXPECT_THAT(layers.whyNot("bundle/reader.cpp", {"../runtime/session.h"}),
              HasSubstr("in no room"));
}

TEST(Layers, LetThroughWhatTheTableHas) {
  Layers layers = table();
  EXPECT_EQ(layers.whyNot("runtime/session.cpp", {"bundle/reader.h"}), "");
  EXPECT_EQ(layers.whyNot("runtime/session.cpp", {"runtime/device/device.h"}), "");
  EXPECT_EQ(layers.whyNot("backends/cpu/run/load.cpp", {"backends/cpu/abi/a.h"}), "");
  EXPECT_EQ(layers.whyNot("backends/cpu/run/load.cpp", {"runtime/device/device.h"}), "");
  EXPECT_EQ(layers.whyNot("compiler/importers/tflite/ops/a.cpp", {"compiler/importers/common/i.h"}),
            "");
  EXPECT_EQ(layers.whyNot("bundle/reader.cpp", {"vector", /*quoted=*/false}), "");
  EXPECT_EQ(layers.whyNot("backends/neuron/abi/neuron_adapter.h", {"neuron_types.h"}), "");
  EXPECT_EQ(layers.whyNot("runtime/test/session_test.cpp", {"mlir/IR/Value.h"}), "");
}

TEST(Layers, FindIncludesHoweverTheyAreWritten) {
  EXPECT_THAT(
      includesOf("#include \"a/b.h\"\n  #  include <c/d.h> // e\n// #include \"no.h\"\n#if x\n"),
      ::testing::ElementsAre(Include{"a/b.h"}, Include{"c/d.h", /*quoted=*/false}));
}

TEST(Layering, HoldsForEveryIncludeOfTheTree) {
  Layers layers = table();
  std::vector<std::string> violations, sources = sourcesBelow(kRoot);
  EXPECT_GT(sources.size(), 100u) << "the sources are not where the test looks";
  for (const std::string &source : sources)
    for (const Include &include : includesOf(read(kRoot / source)))
      if (std::string reason = layers.whyNot(source, include); !reason.empty())
        violations.push_back(reason);
  EXPECT_THAT(violations, IsEmpty());
}

/// Sanitizers and debugging make the library another one.
class RuntimeLibrary : public ::testing::Test {
protected:
  void SetUp() override {
    if (!TANDEM_IS_RELEASE)
      GTEST_SKIP() << "the library is looked at in release builds without sanitizers";
  }
};

/// What a command prints; a failure of the test when it fails.
std::string outputOf(const std::string &command) {
  std::string output;
  FILE *pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe)
    return "";
  for (int c; (c = std::fgetc(pipe)) != EOF;)
    output += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0) << command << "\n" << output;
  return output;
}

TEST_F(RuntimeLibrary, NeedsOnlyTheSystemsLibraries) {
  std::string dynamic = outputOf(std::string("'" TANDEM_READELF "' -d '") + TANDEM_LIBRARY + "'");
  std::vector<std::string> needed;
  std::istringstream lines(dynamic);
  for (std::string line; std::getline(lines, line);)
    if (size_t open = line.find('['); line.find("(NEEDED)") != std::string::npos)
      needed.push_back(line.substr(open + 1, line.find(']') - open - 1));
  EXPECT_FALSE(needed.empty()) << dynamic;
  for (const std::string &library : needed)
    EXPECT_TRUE(library.starts_with("libc.so") || library.starts_with("libm.so") ||
                library.starts_with("libstdc++.so") || library.starts_with("libgcc_s.so") ||
                library.starts_with("libpthread.so") || library.starts_with("ld-linux"))
        << library;
}

TEST_F(RuntimeLibrary, ShowsTheFunctionsOfItsHeaderAndNothingElse) {
  std::string symbols =
      outputOf(std::string("'" TANDEM_NM "' -D --defined-only '") + TANDEM_LIBRARY + "'");
  std::istringstream lines(symbols);
  std::string header = read(kRoot / "runtime/include/tandem/tandem.h");
  int functions = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string address, kind, name;
    words >> address >> kind >> name;
    if (kind == "A") // the version itself
      continue;
    name.resize(std::min(name.size(), name.find('@')));
    EXPECT_NE(header.find(name + "("), std::string::npos) << name;
    ++functions;
  }
  EXPECT_GT(functions, 20);
}

TEST_F(RuntimeLibrary, IsUnderOneMegabyteStripped) {
  std::string stripped = ::testing::TempDir() + "libtandem_stripped.so";
  outputOf(std::string("'" TANDEM_STRIP "' -o '") + stripped + "' '" + TANDEM_LIBRARY + "'");
  uintmax_t size = std::filesystem::file_size(stripped);
  std::filesystem::remove(stripped);
  RecordProperty("stripped_bytes", static_cast<int64_t>(size));
  EXPECT_LT(size, 1'000'000u);
}

} // namespace
} // namespace tandem::test
