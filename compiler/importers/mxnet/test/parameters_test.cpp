#include "compiler/importers/mxnet/parameters.h"
#include "compiler/importers/mxnet/test/import_symbol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::mxnet::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string errorOf(std::string_view bytes) {
  llvm::Expected<Parameters> parameters = readParameters(bytes);
  return parameters ? "" : llvm::toString(parameters.takeError());
}

std::vector<float> floatsOf(const StoredArray &array, llvm::ArrayRef<int64_t> permutation = {}) {
  std::vector<char> bytes = elementsOf(array, permutation);
  std::vector<float> floats(bytes.size() / sizeof(float));
  std::memcpy(floats.data(), bytes.data(), bytes.size());
  return floats;
}

class Versions : public ::testing::TestWithParam<ParameterWriter::Version> {};

TEST_P(Versions, HoldTheSameArrays) {
  std::string bytes = ParameterWriter()
                          .add("arg:weight", {2, 3}, GetParam())
                          .add("aux:mean", {2}, GetParam())
                          .bytes();
  llvm::Expected<Parameters> parameters = readParameters(bytes);
  ASSERT_TRUE(bool(parameters)) << llvm::toString(parameters.takeError());
  ASSERT_EQ(parameters->size(), 2u);
  EXPECT_EQ(parameters->at("weight").shape, (Shape{2, 3}));
  EXPECT_THAT(floatsOf(parameters->at("weight")), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(floatsOf(parameters->at("weight"), {1, 0}), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(floatsOf(parameters->at("mean")), ElementsAre(0, 1));
}
INSTANTIATE_TEST_SUITE_P(MxnetParameters, Versions,
                         ::testing::Values(ParameterWriter::kOldest, ParameterWriter::kV1,
                                           ParameterWriter::kV2, ParameterWriter::kV3));

TEST(MxnetParameters, MayBeScalarsInTheNumpyInterfaceOnly) {
  std::string bytes = ParameterWriter()
                          .add("one", {}, ParameterWriter::kV3)
                          .addRaw("none", raw(0xf993fac9u) + raw(0u) + raw(0u))
                          .bytes();
  llvm::Expected<Parameters> parameters = readParameters(bytes);
  ASSERT_TRUE(bool(parameters)) << llvm::toString(parameters.takeError());
  EXPECT_THAT(floatsOf(parameters->at("one")), ElementsAre(0));
  EXPECT_EQ(parameters->at("none").refusal, "has no values");
}

TEST(MxnetParameters, NarrowDoublesAndKeepOtherTypes) {
  std::string bytes = ParameterWriter()
                          .addTyped("double", {2}, 1, raw(0.5) + raw(-3.0))
                          .addTyped("half", {1}, 2, std::string("\x00\x3c", 2))
                          .addTyped("byte", {3}, 3, "abc")
                          .addTyped("truth", {2}, 7, std::string("\x00\x05", 2))
                          .addTyped("unknown", {1}, 10, raw(7u))
                          .bytes();
  llvm::Expected<Parameters> parameters = readParameters(bytes);
  ASSERT_TRUE(bool(parameters)) << llvm::toString(parameters.takeError());
  EXPECT_THAT(floatsOf(parameters->at("double")), ElementsAre(0.5f, -3.0f));
  EXPECT_EQ(parameters->at("half").type, ElementType::kF16);
  EXPECT_EQ(parameters->at("byte").type, ElementType::kU8);
  EXPECT_THAT(elementsOf(parameters->at("truth")), ElementsAre(0, 1)) << "a bool is 0 or 1";
  EXPECT_EQ(parameters->at("unknown").refusal,
            "has elements of type uint32, which is not supported");
}

TEST(MxnetParameters, MarkSparseArraysAndReadWhatIsBehindThem) {
  std::string bytes = ParameterWriter().addSparse("arg:rows").add("arg:bias", {2}).bytes();
  llvm::Expected<Parameters> parameters = readParameters(bytes);
  ASSERT_TRUE(bool(parameters)) << llvm::toString(parameters.takeError());
  EXPECT_EQ(parameters->at("rows").refusal,
            "is stored as row_sparse, only dense arrays are supported (tostype('default') makes "
            "one)");
  EXPECT_THAT(floatsOf(parameters->at("bias")), ElementsAre(0, 1));
}

/// 24 bytes of header, then one array.
std::string oneArray(const std::string &array) {
  return ParameterWriter().addRaw("a", array).bytes();
}

TEST(MxnetParameters, BelieveNoSizeThatTheFileCannotHold) {
  std::string head = raw(0xf993fac9u) + raw(0u);
  std::string tail = raw(1u) + raw(0u) + raw(0u); // the device, and float32
  EXPECT_EQ(
      errorOf(oneArray(head + raw(1u) + raw(int64_t(1) << 29) + tail + std::string(1000, ' '))),
      "the parameters are damaged: array 0: its shape 536870912 of float32 is more than the "
      "1017 bytes that are left of the file");
  EXPECT_THAT(errorOf(oneArray(head + raw(2u) + raw(INT64_MAX) + raw(INT64_MAX) + tail)),
              HasSubstr("is more than the"));
  EXPECT_EQ(errorOf(oneArray(head + raw(1u) + raw(int64_t(-1)) + tail)),
            "the parameters are damaged: array 0: dimension 0 is -1");
  EXPECT_EQ(errorOf(oneArray(head + raw(1000u) + tail)),
            "the parameters are damaged: array 0: it has 1000 dimensions");
  EXPECT_EQ(errorOf(oneArray(raw(0xf993fac9u) + raw(9u) + raw(1u))),
            "the parameters are damaged: array 0: it has the storage type 9");
  EXPECT_EQ(errorOf(oneArray(head + raw(1u) + raw(int64_t(1)) + raw(1u) + raw(0u) + raw(77u))),
            "the parameters are damaged: array 0: it has the element type 77");
}

TEST(MxnetParameters, BelieveNoCountThatTheFileCannotHold) {
  std::string bytes = ParameterWriter().add("a", {1}).bytes();
  bytes.replace(16, 8, raw(UINT64_MAX));
  EXPECT_EQ(errorOf(bytes),
            "the parameters are damaged: it says to hold more arrays than it has bytes for");
}

TEST(MxnetParameters, NeedANameForEachArray) {
  EXPECT_EQ(errorOf(raw(uint64_t(0x112)) + raw(uint64_t(0)) + raw(uint64_t(0)) + raw(uint64_t(1)) +
                    raw(uint64_t(1)) + "a"),
            "the parameters have 0 arrays and 1 names, a model's have as many of both");
  EXPECT_EQ(errorOf(ParameterWriter().add("arg:a", {1}).add("aux:a", {1}).bytes()),
            "two parameters are called 'a'");
  EXPECT_EQ(errorOf("hello"),
            "the parameters do not start with the signature of MXNet's array files");
}

TEST(MxnetParameters, RefuseEveryTruncation) {
  std::string bytes =
      ParameterWriter().add("arg:weight", {2, 3}).addSparse("rows").add("aux:mean", {2}).bytes();
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THAT(errorOf(std::string_view(bytes).substr(0, size)), StartsWith("the parameters "))
        << size;
}

} // namespace
} // namespace tandem::mxnet::test
