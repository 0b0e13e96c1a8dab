// The files are made by testdata/make_keras.py and make_keras_3.py; whole models are compared with
// Keras in tests/models.
#include "base/file.h"
#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/test/module_text.h"

#include "llvm/Support/raw_ostream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace tandem {

const Importer &kerasImporter();

namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string testFile(const std::string &name) {
  bool hasEnding = name.find('.') != std::string::npos;
  return TANDEM_SOURCE_DIR "/compiler/importers/keras/testdata/" + name + (hasEnding ? "" : ".h5");
}

/// The module as text, or "error: " and the message.
std::string importBytes(std::string_view bytes, const ImportOptions &options = {}) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  return tandem::test::moduleText(kerasImporter().import("model.h5", bytes, options, context));
}

std::string importPath(const std::string &path, const ImportOptions &options = {}) {
  Result<MappedFile> file = MappedFile::open(path);
  return file.ok() ? importBytes(file->text(), options) : "error: " + file.error().text();
}
std::string importFile(const std::string &name, const ImportOptions &options = {}) {
  return importPath(testFile(name), options);
}

TEST(KerasImporter, RecognizesHdf5ByContentBeforeTheName) {
  Result<MappedFile> file = MappedFile::open(testFile("conv_2d"));
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(kerasImporter().recognizes("renamed.bin", file->text()));
  EXPECT_TRUE(kerasImporter().recognizes("empty.h5", ""));
  EXPECT_FALSE(kerasImporter().recognizes("model.tflite", "PK\x03\x04"));
  Result<MappedFile> archive = MappedFile::open(testFile("nested.keras"));
  ASSERT_TRUE(archive.ok());
  EXPECT_TRUE(kerasImporter().recognizes("renamed.bin", archive->text()));
}

TEST(KerasImporter, PutsConvolutionKernelsIntoTheGraphsOrder) {
  // Kernel [1, 2, 2 inputs, 3 outputs] counts up: output 0 has 0, 3, 6, 9. SAME pads at the end.
  EXPECT_THAT(
      importFile("conv_2d"),
      AllOf(HasSubstr("(%arg0: tensor<1x4x4x2xf32> {graph.name = \"x\"}) -> "
                      "(tensor<1x4x4x3xf32> {graph.name = \"conv\"})"),
            HasSubstr("dense<[[[[0.000000e+00, 3.000000e+00], [6.000000e+00, 9.000000e+00]]]"),
            HasSubstr("pad_high [0, 1]"), HasSubstr("graph.relu")));
}

TEST(KerasImporter, SplitsSeparableConvolution) {
  // 5 rows at stride 2 by SAME: one row of padding on both sides.
  EXPECT_THAT(
      importFile("separable"),
      AllOf(
          HasSubstr("graph.depthwise_conv_2d"),
          HasSubstr("stride [2, 2] pad_low [1, 1] pad_high [1, 1] : (tensor<1x5x5x2xf32>, "
                    "tensor<1x3x3x2xf32>) -> tensor<1x3x3x2xf32>"),
          HasSubstr("dense<[[[[0.000000e+00, 3.000000e+00]]], [[[1.000000e+00, 4.000000e+00]]]")));
}

TEST(KerasImporter, ImportsBatchNormalizationWithoutScale) {
  EXPECT_THAT(importFile("residual"),
              AllOf(HasSubstr("dense<1.000000e+00> : tensor<2xf32>"), // the scale it has not
                    HasSubstr("epsilon 5.000000e-01"), HasSubstr("graph.mean"),
                    HasSubstr("{graph.name = \"scores\"}, tensor<1x2xf32> {graph.name = \"mean\"}"),
                    HasSubstr("graph.softmax")));
}

TEST(KerasImporter, ImportsALayerThatIsUsedTwiceAndListedFirst) {
  // Its weights are half and double precision in the file.
  std::string text = importFile("shared_layer");
  EXPECT_THAT(text, HasSubstr("graph.fully_connected %arg0"));
  EXPECT_THAT(text, HasSubstr("graph.fully_connected %arg1"));
  EXPECT_THAT(text, HasSubstr("dense<[[0.000000e+00, 2.000000e+00, 4.000000e+00], "
                              "[1.000000e+00, 3.000000e+00, 5.000000e+00]]>"));
}

TEST(KerasImporter, NamesTheInputOfASequentialModelAsKerasDoes) {
  EXPECT_THAT(importFile("sequential"), AllOf(HasSubstr("{graph.name = \"first_input\"}"),
                                              HasSubstr("{graph.name = \"drop\"}")));
}

TEST(KerasImporter, ReadsTheConfigurationOfKeras3) {
  // hard_sigmoid is relu6(x + 3) / 6 there, and clip(0.2 x + 0.5) in Keras 2.
  EXPECT_THAT(importFile("keras_3"),
              AllOf(HasSubstr("graph.hard_sigmoid"), HasSubstr("graph.mul")));
}

TEST(KerasImporter, FixesOpenDimensionsByOption) {
  EXPECT_EQ(importFile("open_shape"),
            "error: layer 'x' (InputLayer): dimension 1 of 1x?x?x2 is open, fix it "
            "with --shape x=DIMS");
  ImportOptions options;
  options.shapes["x"] = {1, 6, 7, 2};
  EXPECT_THAT(importFile("open_shape", options), HasSubstr("tensor<1x6x7x2xf32>"));
  options.shapes["x"] = {1, 6, 7, 3};
  EXPECT_EQ(importFile("open_shape", options), "error: layer 'x' (InputLayer): --shape gives "
                                               "dimension 3 as 3, the model has 2");
  options.shapes["x"] = {1, 6, 7};
  EXPECT_EQ(importFile("open_shape", options),
            "error: layer 'x' (InputLayer): --shape gives 3 dimensions, the model has 4");
  options.shapes.clear();
  options.shapes["y"] = {1};
  EXPECT_EQ(importFile("conv_2d", options), "error: --shape names 'y', the model's inputs are x");
}

TEST(KerasImporter, ListsEverythingUnsupportedAtOnce) {
  EXPECT_EQ(
      importFile("unsupported"),
      "error: 3 unsupported operators: Hashing (2: l1, l2; strings), Conv2D (1: first; padding "
      "'full', only 'valid' and 'same' are), Lambda (1: code; code in Python)");
}

TEST(KerasImporter, SaysOfWhatItKnowsWhyItIsNotTaken) {
  EXPECT_EQ(importFile("other_types"),
            "error: 3 unsupported operators: ReLU (2: mixed, mixed_2; dtype 'mixed_float16', only "
            "'float32' is), Dense (1: double; dtype 'float64', only 'float32' is), Activation (1: "
            "half; dtype 'float16', only 'float32' is)");
}

TEST(KerasImporter, RefusesFormsOfKnownLayersByName) {
  EXPECT_EQ(importFile("refused_forms"),
            "error: 6 unsupported operators: Dense (1: activated; activation 'unheardof'), Dot (1: "
            "masked; 'other_mask' given to its call), Dropout (1: trained; called with "
            "training=True), LSTM (1: stateful; "
            "'stateful'), Bidirectional (1: both; of a layer of class 'Dense', only LSTM, GRU, "
            "SimpleRNN, RNN and ConvLSTM are), RNN (1: own; a cell of class 'MyCell', only "
            "LSTMCell, GRUCell and SimpleRNNCell are)");
}

TEST(KerasImporter, LeavesOutPlacesThatMasksHide) {
  std::string text = importFile("masks");
  // Of the LSTM where a word is 0: its result is repeated, state and cell stay.
  EXPECT_THAT(text, HasSubstr("graph.not_equal %arg0"));
  size_t selects = 0;
  for (size_t at = text.find("graph.select"); at != std::string::npos;
       at = text.find("graph.select", at + 1))
    ++selects;
  // Of the index, of result, state and cell of two places and the last result, and what is given.
  EXPECT_EQ(selects, 1u + 3 + 3 + 1 + 1) << text;
  EXPECT_THAT(text, AllOf(HasSubstr("graph.div"), HasSubstr("graph.mean"))) << text;
}

TEST(KerasImporter, AddsAVectorToAllPlaces) {
  EXPECT_THAT(importFile("unequal_ranks"),
              AllOf(HasSubstr("graph.reshape %arg1 shape [1, 1, 1, 2]"), HasSubstr("graph.add")));
}

TEST(KerasImporter, ImportsFunctionsOfTensorFlowAndLaterResults) {
  EXPECT_THAT(importFile("functions"),
              AllOf(HasSubstr("dense<2.000000e+00>"),
                    HasSubstr("begin [0, 0, 2] size [1, 2, 2] strides [1, 1, 1]"),
                    HasSubstr("(tensor<1x2xf32> {graph.name = \"tf.__operators__.getitem\"}, "
                              "tensor<1x1xf32> {graph.name = \"state\"})")));
}

/// One model in both formats of Keras 3.
class NestedModels : public ::testing::TestWithParam<const char *> {};

TEST_P(NestedModels, StandInTheOuterOne) {
  // block is inner (a Dense) and norm, used three times; weights of block come in one run in .h5,
  // those to train first: dense kernel 0.., bias 100.., norm's beta 200.., then its mean and
  // variance.
  std::string text = importFile(GetParam());
  EXPECT_THAT(text, AllOf(HasSubstr("{graph.name = \"dense_last\"}, "
                                    "tensor<1x2xf32> {graph.name = \"sum\"})"),
                          HasSubstr("dense<[[0.000000e+00, 2.000000e+00, 4.000000e+00], "
                                    "[1.000000e+00, 3.000000e+00, 5.000000e+00]]>"),
                          HasSubstr("dense<[1.000000e+02, 1.010000e+02]>"),
                          HasSubstr("dense<[2.000000e+02, 2.010000e+02]>")));
  size_t uses = 0;
  for (size_t at = text.find("graph.batch_norm"); at != std::string::npos;
       at = text.find("graph.batch_norm", at + 1))
    ++uses;
  EXPECT_EQ(uses, 3u) << text;
}
INSTANTIATE_TEST_SUITE_P(KerasImporter, NestedModels,
                         ::testing::Values("nested.h5", "nested.keras"),
                         [](const auto &info) { return info.index ? "Keras" : "Hdf5"; });

TEST(KerasImporter, TakesNumbersInFunctionsBetweenLayers) {
  std::string text = importFile("nested.keras"); // a * 2.0 and 1.0 - a
  EXPECT_THAT(text, AllOf(HasSubstr("graph.mul %arg0, %"), HasSubstr("dense<2.000000e+00>")));
  size_t at = text.find("graph.sub %");
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_THAT(text.substr(at, 60), HasSubstr(", %arg0")) << "the number is on the left";
}

struct BadFile {
  const char *name, *message;
};
class BadFiles : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadFiles, AreRefusedWithTheReason) {
  EXPECT_EQ(importFile(GetParam().name), std::string("error: ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    KerasImporter, BadFiles,
    ::testing::Values(
        BadFile{"weights_only", "the HDF5 file has no attribute 'model_config': it is not a Keras "
                                "model, or holds weights only"},
        BadFile{"bad_json", "the attribute 'model_config' is not valid JSON"},
        BadFile{"deep_json", "the attribute 'model_config' is nested deeper than 64 levels"},
        BadFile{"subclassed", "a Keras model of class 'MyModel' is not supported, only Functional "
                              "and Sequential models are"},
        BadFile{"named_inputs", "a Keras model whose 'input_layers' are a dictionary is not "
                                "supported, only one tensor or a list of them is; save it as "
                                "keras.Model([...], [...])"},
        BadFile{"cycle", "layers wait for one another's results: 'a', 'b'"},
        BadFile{"unknown_input", "layer 'out' (ReLU): its input 'y' is not in the model"},
        BadFile{"missing_weights", "layer 'conv' (Conv2D): the weights 'conv/bias:0' are missing"},
        BadFile{"wrong_shape", "layer 'conv' (Conv2D): its kernel has shape 1x2x2x3, expected "
                               "1x2x2x4"},
        BadFile{"lora", "layer 'dense' (Dense): LoRA has its weights in parts in an .h5 file: save "
                        "the model as .keras, which has them put together"},
        BadFile{
            "nameless_sides",
            "layer 'both' (Bidirectional): the names of its weights ('both/a/kernel:0', ...) do "
            "not say which of its layers they belong to, and an .h5 file has those in another "
            "order when layers are frozen: save the model as .keras"},
        BadFile{"nameless_cells",
                "layer 'cells' (RNN): the names of its weights ('cells/kernel:0', ...) do not say "
                "which of its layers they belong to, and an .h5 file has those in another order "
                "when layers are frozen: save the model as .keras"},
        BadFile{"huge_weights", "layer 'conv' (Conv2D): the weights 'conv/kernel:0': the HDF5 file "
                                "is damaged: its data is outside the file"},
        BadFile{"compressed",
                "layer 'conv' (Conv2D): the weights 'conv/kernel:0': it is compressed "
                "or in another file, which is not supported"},
        BadFile{"no_metadata.keras", "the .keras file has no file 'metadata.json'"},
        BadFile{"bad_config.keras", "'config.json' is not valid JSON"},
        BadFile{"bad_weights.keras",
                "'model.weights.h5': the file does not start with the signature of HDF5"},
        BadFile{"no_weights.keras",
                "layer 'block/inner/dense' (Dense): has 0 weights, its kernel is missing"},
        BadFile{"other_names.keras", "layer 'renamed' (Dense): its weights are those of "
                                     "'dense_last' in 'layers/dense'"},
        BadFile{"one_input.keras", "layer 'sum' (Add): has 1 inputs, expected 2 or more"},
        BadFile{"own_class.keras", "1 unsupported operator: u>Dense (1: dense_last; a class of "
                                   "your own, whose code is not in the file: build it of layers of "
                                   "Keras or functions of keras.ops)"},
        BadFile{"own_function.keras",
                "1 unsupported operator: Dense (1: dense_last; activation 'u>twice', which is your "
                "own and whose code is not in the file: take one of Keras, or functions of "
                "keras.ops behind the layer)"},
        BadFile{"plain_function.keras",
                "1 unsupported operator: Dense (1: dense_last; activation '__main__>twice', which "
                "is your own and whose code is not in the file: take one of Keras, or functions of "
                "keras.ops behind the layer)"},
        BadFile{"lambda.keras", "1 unsupported operator: Dense (1: dense_last; a lambda as "
                                "activation, which is code in Python: take one of Keras, or "
                                "functions of keras.ops behind the layer)"},
        BadFile{"own_layer_as_function.keras",
                "1 unsupported operator: Dense (1: dense_last; activation 'u>ReLU', which is your "
                "own and whose code is not in the file: take one of Keras, or functions of "
                "keras.ops behind the layer)"},
        BadFile{"new_format", "HDF5 superblock version 3 is not supported, only 0 and 1, which "
                              "Keras writes, are"}),
    [](const auto &info) {
      std::string name = info.param.name;
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

TEST(KerasImporter, RefusesWhatIsNotHdf5) {
  EXPECT_EQ(importBytes(""), "error: the file does not start with the signature of HDF5");
  EXPECT_EQ(importBytes("hello"), "error: the file does not start with the signature of HDF5");
}

TEST(KerasImporter, RefusesEveryTruncation) {
  Result<MappedFile> file = MappedFile::open(testFile("conv_2d"));
  ASSERT_TRUE(file.ok());
  // The last bytes are padding of the last structure: what is needed ends before them.
  for (size_t size = 0; size < file->text().size() / 2; size += 37)
    EXPECT_THAT(importBytes(file->text().substr(0, size)), StartsWith("error: ")) << size;
}

class RealModels : public ::testing::TestWithParam<const char *> {};

TEST_P(RealModels, Import) {
  std::string path = TANDEM_SOURCE_DIR "/../shared/models/keras/" + std::string(GetParam());
  if (!MappedFile::open(path).ok())
    GTEST_SKIP() << path << " is not there";
  EXPECT_THAT(importPath(path), Not(StartsWith("error: ")));
}
INSTANTIATE_TEST_SUITE_P(KerasImporter, RealModels,
                         ::testing::Values("ad01.h5", "pretrainedResnet.h5", "vww_96.h5"));

/// By weights of the file, a convolution; by a window, whose numbers nobody stores.
TEST(KerasImporter, HearsSpectrograms) {
  EXPECT_THAT(importFile("spectrogram"),
              AllOf(HasSubstr("shape [1, 1, 10, 4]"), HasSubstr("graph.mirror_pad %"),
                    HasSubstr("graph.reduce_max"),
                    HasSubstr("-> (tensor<1x9x5xf32> {graph.name = \"stft\"}, "
                              "tensor<1x3x6xf32> {graph.name = \"mel\"})")));
}

/// The constants of a module, in the order of their use.
std::vector<double> constantsOf(const std::string &text) {
  std::vector<double> values;
  const std::regex kConstant("dense<([^>]*)>");
  for (std::sregex_iterator it(text.begin(), text.end(), kConstant), end; it != end; ++it)
    values.push_back(std::stod((*it)[1]));
  return values;
}

TEST(KerasImporter, FindsTheWeightsOfPartlyFrozenLayersByTheirNames) {
  // Of the norm, both cells and both sides; a zero behind two kernels is the first state.
  EXPECT_THAT(constantsOf(importFile("partly_frozen")),
              ElementsAre(0, 100, 200, 300, 800, 900, 0, 1000, 1100, 0, 400, 500, 0, 600, 700, 0));
}

TEST(KerasImporter, TellsLayersOfOneNameInDifferentModelsApart) {
  EXPECT_THAT(constantsOf(importFile("same_names")), ElementsAre(0, 100, 200, 300));
}

TEST(KerasImporter, TakesWeightsOfCellsWithoutNamesInOrderWhenNoneIsFrozen) {
  EXPECT_THAT(constantsOf(importFile("partly_frozen_2")),
              ElementsAre(2, 3, 0, 0, 1, 0, 5, 6, 0, 7, 8, 0));
}

} // namespace
} // namespace tandem
