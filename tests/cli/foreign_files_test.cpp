// What newcomers give in place of a model: files of other programs, of failed downloads, folders.

#include "tests/cli/refused_models.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::string_literals;

using ForeignFiles = RefusedModels;

TEST_F(ForeignFiles, ByTheirContentWhateverTheyAreCalled) {
  struct Case {
    std::string bytes, message;
  };
  const Case cases[] = {
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n",
       "is a Git LFS pointer and not the file that it stands for: 'git lfs pull' fetches that"},
      {"<!DOCTYPE html><html><body>404</body></html>",
       "is a web page, as a server sends in place of what was asked for: download the model again"},
      {"\x89PNG\r\n\x1a\n"s,
       "is a picture, which goes behind an application: tandem run APP.yaml PICTURE"},
      {"\x1f\x8b\x08\0\0"s, "is an archive: unpack it, and name the model in it"},
      {"GGUF\3\0\0\0"s, "is a GGUF file, of language models for llama.cpp: export the model from "
                        "its framework to ONNX or .pt2"},
      {"\x93NUMPY\1\0"s, "is an array, which goes into a model: tandem run MODEL --input FILE.npy"},
  };
  for (const char *name : {"m.onnx", "m.tflite", "m.h5", "m.pt2", "m.pb", "m.bin", "m"})
    for (const Case &one : cases)
      EXPECT_EQ(refusalOf(name, one.bytes), one.message) << name;
}

TEST_F(ForeignFiles, ByTheirNames) {
  const std::pair<const char *, const char *> cases[] = {
      {"w.safetensors", "has weights alone and not the model that they are of: build the model in "
                        "Python, load them, and save it with torch.export.save("},
      {"net.mlmodel", "is a Core ML model: take the model that it was converted from, or export "},
      {"net.caffemodel", "is a model of Caffe: convert it to ONNX"},
      {"net.pdmodel", "is a model of PaddlePaddle: export it to ONNX by paddle2onnx"},
      {"net.engine", "is compiled for another engine: take the model that it was made of"},
      {"model.ckpt.index", "is a part of a TensorFlow checkpoint, which has weights alone: "},
      {"model.pkl", "is a Python object with code of its own: "},
      {"model.tar", "is an archive: unpack it, and name the model in it"},
  };
  for (const auto &[name, message] : cases)
    EXPECT_THAT(refusalOf(name, "words of another program\n"), StartsWith(message)) << name;
  EXPECT_THAT(refusalOf("net.xml", "<?xml version=\"1.0\"?>\n<net name=\"x\" version=\"11\">"),
              StartsWith("is an OpenVINO model: "));
  EXPECT_THAT(refusalOf("net.xml", "<?xml version=\"1.0\"?>\n<page/>"),
              StartsWith("not a model file of a known format"));
  EXPECT_THAT(refusalOf("model.json", R"({"format": "layers-model", "modelTopology": {}})"),
              StartsWith("is a TensorFlow.js model: "));
}

TEST_F(ForeignFiles, AFolderThatHasAModelInIt) {
  writeBytes(path("b.mlir"), "");
  writeBytes(path("notes.txt"), "words");
  for (const char *name : {"c.mlir", "d.onnx"})
    writeBytes(path(name), "words");
  Outcome outcome = runTandem({"inspect", path("")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(errorLines(outcome.err),
              ElementsAre(HasSubstr("; of other formats name the file, as in " + path("c.mlir"))));
  std::filesystem::create_directory(path("net.mlpackage"));
  for (const std::string &name : {path("net.mlpackage"), path("net.mlpackage/")})
    EXPECT_THAT(errorLines(runTandem({"inspect", name}).err),
                ElementsAre(StartsWith(name + ": error: is a Core ML model: ")));
}

} // namespace
} // namespace tandem::test
