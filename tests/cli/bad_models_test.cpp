// Broken model files of every format, through the whole program: one sentence that names the file,
// exit code 1, no output, and never a signal. The fuzz targets do the same to the readers alone,
// far more often.

#include "tests/cli/refused_models.h"

#include <gmock/gmock.h>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;

/// A bit whose flip is found, and what is said of it.
struct Flip {
  size_t byte;
  int bit;
  const char *message;
};

/// One good model of each binary format, small enough to break many times.
struct Format {
  const char *name, *extension, *model;
  std::vector<Flip> flips;
  const char *besideExtension = nullptr, *beside = nullptr; ///< the other file of a model of two
};
std::ostream &operator<<(std::ostream &out, const Format &format) {
  return out << format.name;
}

class BadModels : public RefusedModels, public ::testing::WithParamInterface<Format> {
protected:
  void SetUp() override {
    good_ = readBytes(sourceFile(GetParam().model));
    ASSERT_FALSE(good_.empty()) << GetParam().model;
  }

  std::string refusalOf(const std::string &bytes) {
    std::vector<std::pair<std::string, std::string>> files = {
        {std::string("model") + GetParam().extension, bytes}};
    if (GetParam().beside)
      files.emplace_back(std::string("model") + GetParam().besideExtension,
                         readBytes(sourceFile(GetParam().beside)));
    return RefusedModels::refusalOf(files);
  }
  std::string flipped(size_t byte, int bit) const {
    std::string broken = good_;
    broken[byte] = static_cast<char>(broken[byte] ^ (1 << bit));
    return broken;
  }

  std::string good_;
};

TEST_P(BadModels, TheGoodOneCompiles) {
  EXPECT_EQ(refusalOf(good_), "");
}

TEST_P(BadModels, EveryTruncationIsRefused) {
  EXPECT_EQ(refusalOf(""), "the file is empty");
  for (size_t part = 1; part < 12; ++part) {
    size_t length = good_.size() * part / 12;
    EXPECT_NE(refusalOf(good_.substr(0, length)), "") << "cut at " << length;
  }
}

TEST_P(BadModels, AFlipOfTheStructureIsNamed) {
  for (const Flip &flip : GetParam().flips)
    EXPECT_EQ(refusalOf(flipped(flip.byte, flip.bit)), flip.message) << "byte " << flip.byte;
}

TEST_P(BadModels, NoFlipCrashes) {
  constexpr size_t kFlips = 24;
  for (size_t i = 0; i < kFlips; ++i) {
    size_t byte = (good_.size() - 1) * i / (kFlips - 1);
    SCOPED_TRACE("byte " + std::to_string(byte));
    refusalOf(flipped(byte, static_cast<int>(i % 8)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Formats, BadModels,
    ::testing::Values(
        Format{"tflite",
               ".tflite",
               "tests/fuzz/seeds/tflite_fuzz/quantized.tflite",
               {{3, 7, "the file is damaged: an offset in it leads outside"},
                {4, 4, "no TFLite model: the identifier TFL3 is not at byte 4"},
                {32, 0, "schema version 2, expected 3"},
                {380, 4, "an operator refers to operator code 17 of 4"},
                {402, 2, "node 'pool' (AVERAGE_POOL_2D): padding 2 is none of the format's"},
                {548, 4, "the graph refers to tensor 16 of 8"},
                {1071, 7, "node 'conv' (CONV_2D): tensor 'w': buffer 2147483649 of 4 is not there"},
                {1119, 7,
                 "node 'conv' (CONV_2D): tensor 'w' has a scale of -0.250000, expected finite and "
                 "positive"},
                {1148, 4,
                 "node 'conv' (CONV_2D): tensor 'w' has 18 bytes, its shape 2x3x3x17 takes 306"},
                {1297, 1,
                 "1 unsupported operator: operator 521 (1: fc; not an operator of TensorFlow Lite "
                 "that Tandem knows)"}}},
        Format{
            "keras",
            ".h5",
            "tests/fuzz/seeds/keras_fuzz/residual.h5",
            {{0, 0, "the file does not start with the signature of HDF5"},
             {8, 1,
              "HDF5 superblock version 2 is not supported, only 0 and 1, which Keras writes, "
              "are"},
             {14, 0,
              "HDF5 with offsets of 8 and lengths of 9 bytes is not supported, only of 8 each"},
             {68, 4, "the HDF5 file is damaged: no object header of version 1 at byte 68719476832"},
             {136, 0, "the HDF5 file is damaged: no group node at byte 136"},
             {969, 1, "the attribute 'model_config' is not valid JSON"},
             {2125, 5,
              "a Keras model of class 'FunctIonal' is not supported, only Functional and "
              "Sequential models are"},
             {2635, 3,
              "1 unsupported operator: GlgbalAveragePooling2D (1: mean; not an operator of Keras "
              "that Tandem knows)"},
             {3128, 0, "layer 'bn' (BatchNormalization): the weights 'bn/beta:1' are missing"},
             {13464, 0,
              "layer 'scores' (Dense): the weights 'scores/kernel:0': the HDF5 file is damaged: "
              "shape 2x3 does not fit into its 16 bytes"},
             {14144, 0,
              "layer 'scores' (Dense): the weights 'scores/bias:0': the HDF5 file is damaged: "
              "its data is outside the file"}}},
        Format{"torch",
               ".pt2",
               "tests/fuzz/seeds/torch_fuzz/small_2_15.pt2",
               {{0, 0, "the archive is not a zip archive"},
                {133, 7, "the file 'small_2_15/data/weights/weight_0' in the archive is damaged"},
                {1140, 4,
                 "the file 'small_2_15/data/weights/model_weights_config.json' in the archive is "
                 "damaged"},
                {3705, 3, "the file 'small_2_15/models/model.json' in the archive is damaged"},
                {14896, 0, "the archive has no file 'small_2_15/data/weights/weight_0'"},
                {15162, 6,
                 "the file 'small_2_15/data/weights/weight_4' in the archive is packed by method "
                 "64, only stored and deflated files are supported"},
                {15257, 3,
                 "the file 'small_2_15/data/weights/weight_5' in the archive says that it has "
                 "134217736 bytes, more than its 8 packed bytes can hold"},
                {15713, 3,
                 "the archive has no file 'small_2_1=/data/weights/model_weights_config.json'"}}},
        Format{
            "onnx",
            ".onnx",
            "tests/fuzz/seeds/onnx_fuzz/conv.onnx",
            {{0, 0, "the file is not ONNX, damaged, or nested too deeply"},
             {2, 6, "the file has no graph"},
             {32, 2,
              "node 'c' (Conv): a filter of shape 2x1x3x3 in 6 groups for an input of shape "
              "1x2x5x5"},
             {56, 0, "node 'c' (Conv): 'auto_pad' is 'SAME_UQPER', which the format does not have"},
             {72, 3, "node 'y' (Clip): it reads 'p', which no earlier node makes"}}},
        Format{"tensorflow",
               ".pb",
               "tests/fuzz/seeds/tensorflow_fuzz/conv.pb",
               {{0, 0, "it is no TensorFlow graph, or cut off"},
                {2, 6, "node 'Conv2D': there is no node 'x'"},
                {8, 1,
                 "1 unsupported operator: Pnaceholder (1: x; not an operator of TensorFlow that "
                 "Tandem knows)"},
                {407, 7, "node 'MatMul' (MatMul): input must be [M,K] and filter [N,K]"},
                {1221, 1, "1 unsupported operator: MaxPool (1: MaxPool2d; 'padding' 'VCLID')"}}},
        Format{"torchscript",
               ".pt",
               "tests/models/small/torch_traced.pt",
               {{0, 0, "the archive is not a zip archive"},
                {72, 3, "the file 'torch_traced/data/0' in the archive is damaged"},
                {2960, 1, "the file 'torch_traced/data/7' in the archive is damaged"}}},
        Format{"mxnet",
               "-0000.params",
               "tests/models/small/mxnet_classifier-0000.params",
               {{0, 0, "the parameters do not start with the signature of MXNet's array files"},
                {16, 4, "the parameters are damaged: it ends inside the list of names"},
                {24, 7, "the parameters are damaged: array 0: it has 4187224649 dimensions"}},
               "-symbol.json",
               "tests/models/small/mxnet_classifier-symbol.json"},
        Format{"mxnet_symbol",
               "-symbol.json",
               "tests/models/small/mxnet_classifier-symbol.json",
               {{0, 0, "the symbol is not valid JSON"},
                {8, 1, "the symbol is not one of MXNet: it has no list 'nodes'"},
                {72, 3,
                 "the variable 'data' has neither values in the parameters nor a shape; an input's "
                 "is given with --shape data=DIMS"}},
               "-0000.params",
               "tests/models/small/mxnet_classifier-0000.params"}),
    [](const auto &info) { return std::string(info.param.name); });

using WrongFiles = RefusedModels;

constexpr const char *kNoModel =
    "not a model file of a known format: .tflite, .onnx, .h5 or .keras, .pt2 or .pt, a SavedModel "
    "folder or frozen .pb, or MXNet's NAME-symbol.json";

TEST_F(WrongFiles, TextIsNoModel) {
  EXPECT_EQ(refusalOf("notes.bin", "just some text, and more of it\n"), kNoModel);
}

TEST_F(WrongFiles, OneByteIsNoModel) {
  EXPECT_EQ(refusalOf("one.tflite", "T"), "no TFLite model: the identifier TFL3 is not at byte 4");
  EXPECT_EQ(refusalOf("one.h5", "\x89"), "the file does not start with the signature of HDF5");
  EXPECT_EQ(refusalOf("one.pt2", "P"), "the archive is not a zip archive");
}

TEST_F(WrongFiles, ATfliteWithUnknownOperators) {
  EXPECT_EQ(refusalOf("model.tflite",
                      readBytes(sourceFile("tests/fuzz/seeds/tflite_fuzz/unsupported.tflite"))),
            "2 unsupported operators: MaxUnpool (2: first, third; not an operator of TensorFlow "
            "Lite that Tandem knows), operator 999 (1: out; not an operator of TensorFlow Lite "
            "that Tandem knows)");
}

TEST_F(WrongFiles, AKerasModelWithUnknownLayers) {
  EXPECT_EQ(
      refusalOf("model.h5", readBytes(sourceFile("tests/fuzz/seeds/keras_fuzz/unsupported.h5"))),
      "2 unsupported operators: Conv2D (1: first; padding 'full', only 'valid' and 'same' are), "
      "Lambda (1: code; code in Python)");
}

TEST_F(WrongFiles, AnExportedProgramWithUnknownOperators) {
  EXPECT_EQ(
      refusalOf("model.pt2", readBytes(sourceFile("tests/fuzz/seeds/torch_fuzz/unsupported.pt2"))),
      "2 unsupported operators: aten.frobnicate.default (2: batch_norm, max_pool2d; "
      "run_decompositions() of the exported program may replace it), custom.mystery.default (1: "
      "softmax; not an operator of PyTorch that Tandem knows)");
}

TEST_F(WrongFiles, ATensorflowGraphWithUnknownOperators) {
  EXPECT_EQ(refusalOf("model.pb",
                      readBytes(sourceFile("tests/fuzz/seeds/tensorflow_fuzz/unsupported.pb"))),
            "2 unsupported operators: MatrixInverse (2: first, second; linear algebra), Digamma "
            "(1: third; not yet)");
}

TEST_F(WrongFiles, Hdf5ThatIsNotKeras) {
  EXPECT_EQ(refusalOf("weights.h5",
                      readBytes(sourceFile("compiler/importers/keras/testdata/weights_only.h5"))),
            "the HDF5 file has no attribute 'model_config': it is not a Keras model, or holds "
            "weights only");
}

TEST_F(WrongFiles, APickleOfOldPyTorch) {
  EXPECT_EQ(refusalOf("model.pt", "\x80\x02}."),
            "it holds weights alone, or a model pickled by torch.save: save the model with "
            "torch.export.save(torch.export.export(model, inputs), 'm.pt2'), or by torch.jit.trace "
            "and torch.jit.save");
}

TEST_F(WrongFiles, AZipThatIsNoExportedProgram) {
  std::string zip = readBytes(sourceFile("compiler/importers/torch/testdata/not_a_program.zip"));
  EXPECT_EQ(refusalOf("words.pt2", zip), "the zip archive has no program of torch.export in it");
  EXPECT_EQ(refusalOf("words.zip", zip), "is an archive: unpack it, and name the model in it");
  // The end record alone: an archive without entries.
  EXPECT_EQ(refusalOf("empty.pt2", "PK\x05\x06" + std::string(18, '\0')),
            "the archive is not a zip archive");
}

TEST_F(WrongFiles, ABundleIsNoModel) {
  EXPECT_EQ(refusalOf("m.tandem", readBytes(sourceFile("tests/fuzz/seeds/bundle_fuzz/sample"))),
            "is a bundle already: 'tandem run' or 'tandem bench' takes it");
}

TEST_F(WrongFiles, AnApplicationIsNoModel) {
  EXPECT_EQ(refusalOf("app.yaml", readBytes(sourceFile("apps/showcase/showcase.yaml"))),
            "is an application: 'tandem run' takes it");
}

TEST_F(WrongFiles, AFolder) {
  Outcome outcome = runTandem({"compile", path(""), "-o", path("x.tandem")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(errorLines(outcome.err),
              ElementsAre(path("") + ": error: not a folder with a model of a known format: a "
                                     "SavedModel has a saved_model.pb in it; of other formats "
                                     "name the file"));
}

TEST_F(WrongFiles, TextThatIsNoModelOfTheGraphDialect) {
  auto refusal = [&](const std::string &signature, const std::string &body) {
    return refusalOf("m.mlir", "func.func @main(" + signature + " {\n" + body + "}\n");
  };
  EXPECT_EQ(refusal("%a: i32) -> i32", "  return %a : i32\n"),
            "not a model: line 1: type 'i32', expected a tensor of known dimensions and an element "
            "type of the graph dialect");
  EXPECT_EQ(refusal("%a: tensor<?x4xf32>) -> tensor<?x4xf32>", "  return %a : tensor<?x4xf32>\n"),
            "not a model: line 1: type 'tensor<?x4xf32>', expected a tensor of known dimensions "
            "and an element type of the graph dialect");
  EXPECT_EQ(refusal("%a: tensor<4xf64>) -> tensor<4xf64>", "  return %a : tensor<4xf64>\n"),
            "not a model: line 1: type 'tensor<4xf64>', expected a tensor of known dimensions and "
            "an element type of the graph dialect");
  EXPECT_EQ(refusal("%a: tensor<4xf32>) -> tensor<4xf32>",
                    "  %0 = func.call @main(%a) : (tensor<4xf32>) -> tensor<4xf32>\n"
                    "  return %0 : tensor<4xf32>\n"),
            "not a model: line 2: 'func.call' op is no operation of the graph dialect");
  EXPECT_EQ(refusal("%a: tensor<4xf32>)", "  return\n"),
            "not a model: line 1: 'func.func' op gives nothing back");
}

TEST_F(WrongFiles, TextWithoutItsWeights) {
  auto refusal = [&](const std::string &name, const std::string &resources) {
    return refusalOf("m.mlir", "func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
                               "  %0 = graph.constant dense_resource<" +
                                   name +
                                   "> : tensor<2xf32> : tensor<2xf32>\n"
                                   "  %1 = graph.constant dense_resource<there> : tensor<1xf32> : "
                                   "tensor<1xf32>\n"
                                   "  %2 = graph.add %a, %0 : (tensor<2xf32>, tensor<2xf32>) -> "
                                   "tensor<2xf32>\n"
                                   "  return %2 : tensor<2xf32>\n}\n" +
                                   resources);
  };
  const std::string kFour = "{-# dialect_resources: { builtin: { there: "
                            "\"0x040000000000803F\" } } #-}\n";
  EXPECT_EQ(refusal("gone", kFour),
            "not a model: line 2: 'graph.constant' op has no data of its type: 'tandem import' "
            "leaves large weights out, compile the model that it read");
  EXPECT_THAT(refusal("there", kFour),
              testing::HasSubstr("line 2: 'graph.constant' op has no data"))
      << "four of eight bytes";
  EXPECT_THAT(refusal("gone", ""),
              testing::HasSubstr("has no data of its type, nor have 1 more: "));
}

/// Codes that stand for f32 are as many, too.
TEST_F(WrongFiles, TextWithTooFewCodes) {
  auto refusal = [&](const std::string &codes) {
    return refusalOf("m.mlir", "func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
                               "  %0 = graph.constant dense_resource<codes> : "
                               "tensor<2x!quant.uniform<i16:f32, 0.5>> : tensor<2xf32>\n"
                               "  %1 = graph.add %a, %0 : (tensor<2xf32>, tensor<2xf32>) -> "
                               "tensor<2xf32>\n"
                               "  return %1 : tensor<2xf32>\n}\n"
                               "{-# dialect_resources: { builtin: { codes: \"0x01000000" +
                                   codes + "\" } } #-}\n");
  };
  EXPECT_THAT(refusal("0100"), testing::HasSubstr("has no data of its type"));
  EXPECT_THAT(refusal("010002"), testing::HasSubstr("has no data of its type"));
  EXPECT_THAT(refusal("0100020003"), testing::HasSubstr("has no data of its type"));
}

} // namespace
} // namespace tandem::test
