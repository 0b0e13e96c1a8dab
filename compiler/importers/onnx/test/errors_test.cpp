// Files that are damaged, hostile, or ask for what there is not.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

ModelBuilder smallModel() {
  ModelBuilder model;
  model.input("x", {1, 2}).floats("w", {3, 2}, {0, 1, 2, 3, 4, 5}).output("y");
  set(model.node("Gemm", {"x", "w"}, {"y"}), "transB", int64_t(1));
  return model;
}

TEST(OnnxImporter, RecognizesModelsByContentBeforeTheName) {
  ModelBuilder model = smallModel();
  EXPECT_TRUE(onnxImporter().recognizes("renamed.bin", model.bytes()));
  EXPECT_TRUE(onnxImporter().recognizes("empty.onnx", ""));
  EXPECT_FALSE(onnxImporter().recognizes("model.tflite", "\x1c\0\0\0TFL3 and more"));
  EXPECT_FALSE(onnxImporter().recognizes("model.h5", "\x89HDF\r\n\x1a\n"));
  EXPECT_FALSE(onnxImporter().recognizes("model.pt2", "PK\x03\x04 and more"));
}

TEST(OnnxImporter, RefusesWhatIsNoModel) {
  EXPECT_EQ(importText("hello"), "error: the file is not ONNX, damaged, or nested too deeply");
  EXPECT_EQ(importText(""), "error: the file has no graph");
}

TEST(OnnxImporter, GivesAnErrorForEveryTruncation) {
  std::string bytes = smallModel().bytes();
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THAT(importText(bytes.substr(0, size)), StartsWith("error: ")) << size;
}

TEST(OnnxImporter, SurvivesEveryBitFlip) {
  std::string bytes = smallModel().bytes();
  for (size_t at = 0; at < bytes.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      EXPECT_FALSE(importText(flipped).empty());
    }
}

TEST(OnnxImporter, RefusesOpsetsThatItDoesNotKnow) {
  for (int64_t opset : {6, 29}) {
    ModelBuilder model(opset);
    model.input("x", {1}).output("x");
    EXPECT_EQ(importText(model), "error: the model uses opset " + std::to_string(opset) +
                                     " of ONNX, 7 to 28 are supported");
  }
}

TEST(OnnxImporter, FixesOpenDimensionsByOption) {
  ModelBuilder model;
  model.openInput("x", "batch", {3}).openInput("z", "batch", {3}).output("y");
  model.node("Add", {"x", "z"}, {"y"});
  EXPECT_EQ(importText(model),
            "error: input 'x': dimension 0 of ?x3 is open (batch), fix it with --shape x=DIMS; "
            "input 'z': dimension 0 of ?x3 is open (batch), fix it with --shape z=DIMS");
  ImportOptions options;
  options.shapes["x"] = {2, 3};
  options.shapes["z"] = {2, 3};
  EXPECT_THAT(importText(model, options), HasSubstr("tensor<2x3xf32>"));
  options.shapes["z"] = {4, 3};
  EXPECT_EQ(importText(model, options), "error: input 'z': dimension 0 (batch) is given as 4, "
                                        "and as 2 elsewhere");
  options.shapes["z"] = {2, 4};
  EXPECT_EQ(importText(model, options),
            "error: input 'z': --shape gives dimension 1 as 4, the model has 3");
  options.shapes["w"] = {1};
  EXPECT_EQ(importText(model, options), "error: --shape names 'w', the model's inputs are x, z");
}

TEST(OnnxImporter, SaysWithOpenDimensionsWhatIsUnsupportedAnyway) {
  ModelBuilder model;
  model.openInput("x", "batch", {3}).output("y");
  model.node("Bernoulli", {"x"}, {"y"});
  EXPECT_EQ(importText(model),
            "error: input 'x': dimension 0 of ?x3 is open (batch), fix it with --shape x=DIMS; 1 "
            "unsupported operator: Bernoulli (1: n; random numbers)");
}

TEST(OnnxImporter, TakesQuestionMarksForNoNameOfADimension) {
  ModelBuilder model;
  model.openInput("x", "?", {3}).openInput("z", "?", {3}).output("y").output("w");
  model.node("Relu", {"x"}, {"y"});
  model.node("Relu", {"z"}, {"w"});
  ImportOptions options;
  options.shapes["x"] = {2, 3};
  options.shapes["z"] = {4, 3};
  EXPECT_THAT(importText(model, options),
              AllOf(HasSubstr("tensor<2x3xf32>"), HasSubstr("tensor<4x3xf32>")));
}

TEST(OnnxImporter, ListsEverythingUnsupportedAtOnce) {
  ModelBuilder model;
  model.input("x", {1, 1, 4, 4}).input("d", {4}, proto::TensorProto::DOUBLE).output("y");
  model.node("Frobnicate", {"x"}, {"a"}).set_name("first");
  model.node("Frobnicate", {"a"}, {"b"}).set_name("");
  model.node("my.domain.Mystery", {"b"}, {"c"}).set_name("third");
  model.node("Sum", {"c", "d"}, {"y"});
  EXPECT_EQ(importText(model),
            "error: 1 unsupported input: d (a tensor of type DOUBLE); 2 unsupported operators: "
            "Frobnicate (2: first, b; not an "
            "operator of ONNX that Tandem knows), my.domain.Mystery (1: third; not an "
            "operator of ONNX that Tandem knows)");
}

TEST(OnnxImporter, NamesWhatANodeReadsBeforeItIsMade) {
  ModelBuilder cyclic;
  cyclic.input("x", {1}).output("b");
  cyclic.node("Add", {"x", "b"}, {"a"});
  cyclic.node("Relu", {"a"}, {"b"});
  EXPECT_EQ(importText(cyclic), "error: node 'n' (Add): it reads 'b', which no earlier node makes");
  ModelBuilder missing;
  missing.input("x", {1}).output("nowhere");
  EXPECT_EQ(importText(missing), "error: 'nowhere' is not made by any node");
  ModelBuilder twice;
  twice.input("x", {1}).output("y");
  twice.node("Relu", {"x"}, {"y"});
  twice.node("Exp", {"x"}, {"y"});
  EXPECT_EQ(importText(twice), "error: node 'n' (Exp): its result 'y' is there already");
}

TEST(OnnxImporter, RefusesTensorsThatTheFileDoesNotHold) {
  ModelBuilder model;
  model.input("x", {1}).output("y");
  model.tensor("w", proto::TensorProto::FLOAT, {512, 1024, 1024}).set_raw_data("12345678");
  model.node("Add", {"x", "w"}, {"y"});
  EXPECT_EQ(importText(model), "error: node 'n' (Add): tensor 'w': shape 512x1024x1024 of FLOAT "
                               "does not go with 8 bytes");
  model.model().mutable_graph()->mutable_initializer(0)->set_dims(0, int64_t(1) << 62);
  EXPECT_THAT(importText(model), HasSubstr("makes no sense"));
  model.model().mutable_graph()->mutable_initializer(0)->set_data_type(14);
  EXPECT_EQ(importText(model), "error: node 'n' (Add): tensor 'w': element type COMPLEX64 is not "
                               "supported");
  model.model().mutable_graph()->mutable_initializer(0)->set_data_type(99);
  EXPECT_THAT(importText(model), HasSubstr("element type element type 99 is not supported"));
}

TEST(OnnxImporter, NeedsAnOpsetForTheOperatorsOfOnnxItself) {
  ModelBuilder model;
  model.model().mutable_opset_import(0)->set_domain("ai.onnx.ml");
  model.input("x", {4}).output("y");
  model.node("Relu", {"x"}, {"y"});
  EXPECT_EQ(importText(model), "error: node 'n' (Relu): it is an operator of ONNX itself, of which "
                               "the model imports no opset");
}

TEST(OnnxImporter, BoundsWhatASmallFileCanAskFor) {
  ModelBuilder filled;
  filled.ints("shape", {2}, {1 << 20, 1 << 20}).output("y");
  filled.node("ConstantOfShape", {"shape"}, {"y"});
  EXPECT_THAT(importText(filled), StartsWith("error: "));
  ModelBuilder range;
  range.ints("a", {}, {0}).ints("b", {}, {INT64_MAX}).ints("c", {}, {1}).output("y");
  range.node("Range", {"a", "b", "c"}, {"y"});
  EXPECT_EQ(importText(range), "error: node 'n' (Range): it has too many steps");
  ModelBuilder standing;
  standing.ints("a", {}, {0}).ints("b", {}, {3}).ints("c", {}, {0}).output("y");
  standing.node("Range", {"a", "b", "c"}, {"y"});
  EXPECT_EQ(importText(standing), "error: node 'n' (Range): its step is 0");
  ModelBuilder expanded;
  expanded.floats("a", {1}, {1}).ints("shape", {1}, {int64_t(1) << 33}).output("y");
  expanded.node("Expand", {"a", "shape"}, {"y"});
  EXPECT_THAT(
      importText(expanded),
      AllOf(StartsWith("error: "), HasSubstr("a result of shape 8589934592, which is too large")));
}

TEST(OnnxImporter, RefusesInputsThatAreNoTensorsOfOurTypes) {
  ModelBuilder model;
  model.input("x", {1}, proto::TensorProto::DOUBLE).output("x");
  EXPECT_EQ(importText(model), "error: 1 unsupported input: x (a tensor of type DOUBLE)");
  model.model().mutable_graph()->mutable_input(0)->mutable_type()->mutable_sequence_type();
  EXPECT_EQ(importText(model), "error: 1 unsupported input: x (no dense tensor)");
}

/// A folder of its own, gone with the test.
class OnnxExternalData : public ::testing::Test {
protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("tandem_onnx_" + std::to_string(getpid())) /
              "model";
    std::filesystem::create_directories(folder_);
    write(folder_ / "weights.bin");
    write(folder_.parent_path() / "outside.bin");
  }
  void TearDown() override { std::filesystem::remove_all(folder_.parent_path()); }

  static void write(const std::filesystem::path &path) {
    std::ofstream file(path, std::ios::binary);
    for (float value : {-1.0f, 2.0f, 3.0f, 4.0f})
      file.write(reinterpret_cast<const char *>(&value), sizeof(value));
  }

  std::string import(const std::string &location, const std::string &offset,
                     const std::string &length) {
    ModelBuilder model;
    model.input("x", {2}).output("y");
    proto::TensorProto &tensor = model.tensor("w", proto::TensorProto::FLOAT, {2});
    tensor.set_data_location(proto::TensorProto::EXTERNAL);
    auto add = [&](const char *key, const std::string &value) {
      auto &entry = *tensor.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    };
    add("location", location);
    if (!offset.empty())
      add("offset", offset);
    if (!length.empty())
      add("length", length);
    model.node("Add", {"x", "w"}, {"y"});
    return importText(model.bytes(), {}, (folder_ / "model.onnx").string());
  }

  std::filesystem::path folder_;
};

TEST_F(OnnxExternalData, IsReadFromBesideTheModel) {
  EXPECT_THAT(import("weights.bin", "8", "8"), HasSubstr("dense<[3.000000e+00, 4.000000e+00]>"));
  EXPECT_THAT(import("./weights.bin", "", "8"), HasSubstr("dense<[-1.000000e+00, 2.000000e+00]>"));
  EXPECT_THAT(import("weights.bin", "8", ""), HasSubstr("dense<[3.000000e+00, 4.000000e+00]>"));
}

TEST_F(OnnxExternalData, StaysBelowTheModelsFolder) {
  for (std::string location :
       {std::string("../outside.bin"), std::string("a/../../outside.bin"),
        (folder_ / "weights.bin").string(), std::string(), std::string("weights.bin\0x", 13)})
    EXPECT_THAT(import(location, "", ""), HasSubstr("which is not below the model's folder"));
}

TEST_F(OnnxExternalData, IsHeldToTheFilesSize) {
  EXPECT_THAT(import("weights.bin", "17", ""), HasSubstr("has 16"));
  EXPECT_THAT(import("weights.bin", "8", "16"),
              HasSubstr("its external data is 16 bytes at 8, the file 'weights.bin' has 16"));
  EXPECT_THAT(import("weights.bin", "8", "18446744073709551614"), HasSubstr("has 16"));
  EXPECT_THAT(import("weights.bin", "", ""), HasSubstr("does not go with 16 bytes"));
  EXPECT_THAT(import("weights.bin", "-1", ""), HasSubstr("expected a number"));
  EXPECT_THAT(import("not_there.bin", "", ""), HasSubstr("its elements are in another file: "));
}

} // namespace
} // namespace tandem::onnx
