#include "compiler/importers/mxnet/model_files.h"
#include "compiler/importers/mxnet/test/import_symbol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace tandem {
const Importer &mxnetImporter();

namespace mxnet::test {
namespace {

using ::testing::HasSubstr;

class MxnetModelFiles : public ::testing::Test {
protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("tandem_mxnet_" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string &name) const { return (folder_ / name).string(); }
  void write(const std::string &name, const std::string &bytes = "") const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  /// The file's name, or "error: " and the message.
  static std::string shown(llvm::Expected<std::string> found) {
    return found ? std::filesystem::path(*found).filename().string()
                 : "error: " + llvm::toString(found.takeError());
  }
  std::string import(const std::string &name) const {
    std::ifstream stream(path(name), std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    auto module = mxnetImporter().import(path(name), bytes, {}, context);
    return module ? "imported" : "error: " + llvm::toString(module.takeError());
  }

  std::filesystem::path folder_;
};

TEST_F(MxnetModelFiles, AreFoundByTheirNames) {
  write("net-symbol.json");
  write("net-0007.params");
  write("net-x-0001.params"); // another network's
  EXPECT_EQ(shown(parametersBeside(path("net-symbol.json"))), "net-0007.params");
  EXPECT_EQ(shown(symbolBeside(path("net-0007.params"))), "net-symbol.json");
  write("plain.json");
  write("plain.params");
  EXPECT_EQ(shown(parametersBeside(path("plain.json"))), "plain.params");
  EXPECT_EQ(shown(symbolBeside(path("plain.params"))), "plain.json");
}

TEST_F(MxnetModelFiles, AreNamedWhenTheyAreNotThere) {
  write("net-symbol.json");
  EXPECT_EQ(shown(parametersBeside(path("net-symbol.json"))),
            "error: the parameters 'net-0000.params' (or another epoch's) are not beside it");
  EXPECT_EQ(shown(symbolBeside(path("lost-0001.params"))),
            "error: the symbol 'lost-symbol.json' is not beside it");
}

TEST_F(MxnetModelFiles, OfSeveralEpochsAreToBeNamed) {
  write("net-symbol.json");
  write("net-0002.params");
  write("net-0001.params");
  EXPECT_EQ(shown(parametersBeside(path("net-symbol.json"))),
            "error: several files have its parameters, name the one to take: net-0001.params, "
            "net-0002.params");
}

TEST_F(MxnetModelFiles, AreRecognizedByContentBeforeTheName) {
  std::string parameters = ParameterWriter().add("arg:a", {1}).bytes();
  EXPECT_TRUE(mxnetImporter().recognizes("renamed.bin", parameters));
  EXPECT_TRUE(mxnetImporter().recognizes("renamed.bin", "{\n  \"nodes\": [\n {\"op\": \"null\""));
  EXPECT_TRUE(mxnetImporter().recognizes("net-symbol.json", ""));
  EXPECT_FALSE(mxnetImporter().recognizes("other.json", "{\"layers\": []}"));
}

TEST_F(MxnetModelFiles, AreOneModelWhicheverIsNamed) {
  SymbolWriter symbol;
  size_t data = symbol.variable("data", R"j({"__shape__": "(1, 3)"})j");
  symbol.node("FullyConnected", "fc", R"j({"num_hidden": "2", "no_bias": "True"})j",
              {data, symbol.variable("weight")});
  write("net-symbol.json", symbol.json());
  write("net-0000.params", ParameterWriter().add("arg:weight", {2, 3}).bytes());
  EXPECT_EQ(import("net-symbol.json"), "imported");
  EXPECT_EQ(import("net-0000.params"), "imported");
  write("net-0000.params", "no parameters");
  EXPECT_EQ(import("net-symbol.json"), "error: 'net-0000.params': the parameters do not start with "
                                       "the signature of MXNet's array files");
  write("net-0000.params", ParameterWriter().bytes());
  write("net-symbol.json", "{");
  EXPECT_EQ(import("net-0000.params"), "error: 'net-symbol.json': the symbol is not valid JSON");
}

} // namespace
} // namespace mxnet::test
} // namespace tandem
