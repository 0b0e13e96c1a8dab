// The files are made by testdata/export_small.py and testdata/make_variants.py; whole models are
// compared with PyTorch in tests/models.
#include "base/file.h"
#include "compiler/graph/graph.h"
#include "compiler/importers/common/importer.h"
#include "compiler/passes/pipelines.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem {

const Importer &torchImporter();

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string testFile(const std::string &name) {
  return TANDEM_SOURCE_DIR "/compiler/importers/torch/testdata/" + name;
}

/// A model with its context; the text of the module, or "error: " and the message.
struct Imported {
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string text;

  Imported(std::string_view bytes, const ImportOptions &options) {
    auto result = torchImporter().import("model.pt2", bytes, options, context);
    if (!result) {
      text = "error: " + llvm::toString(result.takeError());
      return;
    }
    module = std::move(*result);
    print();
  }
  void print() {
    text.clear();
    llvm::raw_string_ostream(text) << *module;
  }
  void runGraphPipeline() {
    mlir::PassManager passes(&context);
    addGraphPipeline(passes);
    ASSERT_TRUE(succeeded(passes.run(*module)));
    print();
  }
  int count(llvm::StringRef op) {
    int result = 0;
    module->walk([&](mlir::Operation *each) { result += each->getName().getStringRef() == op; });
    return result;
  }
};

std::string importBytes(std::string_view bytes) {
  return Imported(bytes, {}).text;
}
std::string importFile(const std::string &name, const ImportOptions &options = {}) {
  Result<MappedFile> file = MappedFile::open(testFile(name));
  return file.ok() ? Imported(file->text(), options).text : "error: " + file.error().text();
}

TEST(TorchImporter, RecognizesArchivesByContentBeforeTheName) {
  Result<MappedFile> archive = MappedFile::open(testFile("small_2_15.pt2"));
  Result<MappedFile> zip = MappedFile::open(testFile("not_a_program.zip"));
  ASSERT_TRUE(archive.ok() && zip.ok());
  EXPECT_TRUE(torchImporter().recognizes("renamed.bin", archive->text()));
  EXPECT_FALSE(torchImporter().recognizes("other.zip", zip->text()));
  EXPECT_TRUE(torchImporter().recognizes("empty.pt2", ""));
  EXPECT_FALSE(torchImporter().recognizes("model.h5", "\x89HDF\r\n\x1a\n"));
}

class Layouts : public ::testing::TestWithParam<const char *> {};

TEST_P(Layouts, ImportTheSameNetwork) {
  // The convolution's weight [2, 1, 1, 3] counts up; as OHWI it has the same order of elements.
  EXPECT_THAT(importFile(GetParam()),
              AllOf(HasSubstr("@main(%arg0: tensor<1x1x8x8xf32> {graph.name = \"input\"}) -> "
                              "(tensor<1x3xf32> {graph.name = \"softmax\"})"),
                    HasSubstr("dense<[[[[0.000000e+00], [1.000000e+00], [2.000000e+00]]], "
                              "[[[3.000000e+00], [4.000000e+00], [5.000000e+00]]]]>"),
                    HasSubstr("stride [2, 2] pad_low [0, 1] pad_high [0, 1]"),
                    HasSubstr("dense<[3.000000e+00, 4.000000e+00]>"), // running variance
                    HasSubstr("graph.max_pool_2d"),
                    HasSubstr("permutation [0, 3, 1, 2]"), // so that flatten keeps PyTorch's order
                    HasSubstr("graph.softmax")));
}
INSTANTIATE_TEST_SUITE_P(TorchImporter, Layouts,
                         ::testing::Values("small_2_6.pt2", "layout_2_8.pt2", "small_2_15.pt2"));

TEST(TorchImporter, ReadsWeightsByTheirStrides) {
  // Strides (1, 6, 6, 2): channel 0 has elements 0, 2, 4, channel 1 has 1, 3, 5.
  EXPECT_THAT(importFile("strided_weight.pt2"),
              HasSubstr("dense<[[[[0.000000e+00], [2.000000e+00], [4.000000e+00]]], "
                        "[[[1.000000e+00], [3.000000e+00], [5.000000e+00]]]]>"));
}

TEST(TorchImporter, KeepsNodeNamesAsLocations) {
  Result<MappedFile> file = MappedFile::open(testFile("small_2_15.pt2"));
  ASSERT_TRUE(file.ok());
  Imported imported(file->text(), {});
  ASSERT_TRUE(imported.module) << imported.text;
  imported.module->walk([](graph::Conv2dOp op) {
    EXPECT_EQ(mlir::cast<mlir::NameLoc>(op.getLoc()).getName(), "conv2d");
  });
}

TEST(TorchImporter, LeavesItsTransposesToThePasses) {
  Result<MappedFile> file = MappedFile::open(testFile("small_2_15.pt2"));
  ASSERT_TRUE(file.ok());
  Imported imported(file->text(), {});
  ASSERT_TRUE(imported.module) << imported.text;
  EXPECT_GT(imported.count("graph.transpose"), 4);
  imported.runGraphPipeline();
  // One channel: not even the input's is left. The one before flatten goes into the dense layer.
  EXPECT_EQ(imported.count("graph.transpose"), 0) << imported.text;
  EXPECT_EQ(imported.count("graph.batch_norm"), 0) << imported.text;
}

TEST(TorchImporter, AResultThatIsChangedInPlaceIsTheChangedOne) {
  EXPECT_THAT(importFile("changed_in_place.pt2"),
              AllOf(HasSubstr("{graph.name = \"batch_norm\"}"), HasSubstr("= graph.relu %"),
                    Not(HasSubstr("error"))));
}

TEST(TorchImporter, FixesOpenDimensionsByOption) {
  EXPECT_EQ(importFile("open_batch.pt2"),
            "error: input 'input': dimension 0 of ?x1x8x8 is open (s77), fix it "
            "with --shape input=DIMS");
  ImportOptions options;
  options.shapes["input"] = {3, 1, 8, 8};
  EXPECT_THAT(importFile("open_batch.pt2", options), HasSubstr("-> (tensor<3x3xf32>"));
  options.shapes["input"] = {3, 1, 8, 9};
  EXPECT_EQ(importFile("open_batch.pt2", options),
            "error: input 'input': --shape gives dimension 3 as 9, the model has 8");
  options.shapes.clear();
  options.shapes["x"] = {1};
  EXPECT_EQ(importFile("small_2_6.pt2", options),
            "error: --shape names 'x', the model's inputs are input");
}

TEST(TorchImporter, ListsEverythingUnsupportedAtOnce) {
  EXPECT_EQ(importFile("unsupported.pt2"),
            "error: 3 unsupported operators: aten.frobnicate.default (2: batch_norm, max_pool2d; "
            "run_decompositions() of the exported program may replace it), "
            "custom.mystery.default (1: softmax; not an operator of PyTorch that Tandem knows), "
            "aten.max_pool2d.default (1: dilated; dilation "
            "2x2 with 'ceil_mode')");
}

struct BadFile {
  const char *name, *message;
};
class BadArchives : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadArchives, AreRefusedWithTheReason) {
  EXPECT_EQ(importFile(GetParam().name), std::string("error: ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    TorchImporter, BadArchives,
    ::testing::Values(
        BadFile{"not_a_program.zip", "the zip archive has no program of torch.export in it"},
        BadFile{"torchscript.pt", "the archive's data.pkl holds no module"},
        BadFile{"weights.pt", "it holds weights alone, or a model pickled by torch.save: save the "
                              "model with torch.export.save(torch.export.export(model, inputs), "
                              "'m.pt2'), or by torch.jit.trace and torch.jit.save"},
        BadFile{"bad_json.pt2", "'small_2_15/models/model.json' is not valid JSON"},
        BadFile{"no_graph.pt2",
                "the program is not one of torch.export: it has no graph and signature"},
        BadFile{"schema_9.pt2", "the program has schema version 9, only 8 of PyTorch 2.6 and later "
                                "is supported"},
        BadFile{"missing_weight.pt2", "the archive has no file 'small_2_15/data/weights/weight_0'"},
        BadFile{"short_weight.pt2",
                "the tensor '0.weight': shape 2x1x1x3 does not fit into 8 bytes"},
        BadFile{"huge_weight.pt2",
                "the tensor '0.weight' is float32 "
                "1099511627776x1099511627776x1099511627776x1099511627776, the graph expects "
                "float32 2x1x1x3"},
        BadFile{"hostile_pickle.pt2",
                "'serialized_state_dict.pt': the pickle cannot be read: it calls 'posix system', "
                "which PyTorch's archives do not need"},
        BadFile{"lying_size.pt2",
                "the file 'models/model.json' in the archive says that it has 4294967280 bytes, "
                "more than its 1537 packed bytes can hold"},
        BadFile{"buffer_mutation.pt2",
                "the program has an output of kind 'buffer_mutation': it changes "
                "'1.running_mean' of the module for the next run, which is not supported: make it "
                "an input and a result of the model"},
        BadFile{"doubles.pt2",
                "2 unsupported operators: aten.batch_norm.default (1: batch_norm; it computes in "
                "float64, use float32), aten.relu_.default (1: relu_; it computes in float64, use "
                "float32)"},
        BadFile{"training.pt2", "1 unsupported operator: aten.batch_norm.default (1: batch_norm; "
                                "in training mode, call eval() before the export)"},
        BadFile{"unordered.pt2", "node 'softmax' (aten.softmax.int): 'self' is "
                                 "{\"as_tensor\":{\"name\":\"linear\"}}, which no earlier node "
                                 "makes"},
        BadFile{"wrong_shape.pt2", "node 'conv2d' (aten.conv2d.default): its result 'conv2d' has "
                                   "shape 1x2x8x8, the archive says 1x2x4x4"}),
    [](const auto &info) {
      return llvm::StringRef(info.param.name).take_until([](char c) { return c == '.'; }).str();
    });

TEST(TorchImporter, RefusesWhatIsNotAZip) {
  EXPECT_EQ(importBytes(""), "error: the archive is not a zip archive");
  EXPECT_EQ(importBytes("hello"), "error: the archive is not a zip archive");
  EXPECT_EQ(
      importBytes(std::string_view("\x14\0\0\0PTMF and more", 17)),
      "error: a model for the mobile interpreter as a flatbuffer, which has no code in it: save "
      "the model with torch.jit.save");
  EXPECT_EQ(importBytes("PK\x03\x04 and nothing more"),
            "error: the archive is cut short or damaged: the list of its files, which is at its "
            "end, is not there");
  for (const char *old : {"\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.", "\x80\x04}."})
    EXPECT_THAT(importBytes(old), StartsWith("error: it holds weights alone, or a model pickled by "
                                             "torch.save: save the model with torch.export.save("));
}

TEST(TorchImporter, RefusesEveryTruncation) {
  Result<MappedFile> file = MappedFile::open(testFile("small_2_6.pt2"));
  ASSERT_TRUE(file.ok());
  for (size_t size = 0; size < file->text().size(); size += 101)
    EXPECT_THAT(importBytes(file->text().substr(0, size)), StartsWith("error: ")) << size;
}

struct RealModel {
  const char *path;
  int transposes; ///< that the passes leave
};
class RealPrograms : public ::testing::TestWithParam<RealModel> {};

TEST_P(RealPrograms, ImportAndKeepTransposesAtTheBoundaryOnly) {
  std::string path = std::string(TANDEM_SOURCE_DIR "/") + GetParam().path;
  Result<MappedFile> file = MappedFile::open(path);
  if (!file.ok())
    GTEST_SKIP() << path << " is not there";
  Imported imported(file->text(), {});
  ASSERT_TRUE(imported.module) << imported.text;
  imported.runGraphPipeline();
  EXPECT_EQ(imported.count("graph.transpose"), GetParam().transposes) << imported.text;
}

INSTANTIATE_TEST_SUITE_P(
    TorchImporter, RealPrograms,
    // The input's alone.
    ::testing::Values(RealModel{"../shared/models/antispoof/MiniFASNetV2_80x80.pt2", 1},
                      RealModel{"../shared/models/antispoof/MiniFASNetV1SE_80x80.pt2", 1},
                      RealModel{"apps/showcase/models/liveness.pt2", 1}));

} // namespace
} // namespace tandem
