// SavedModels; the folders are made by testdata/make_tensorflow.py. Damaged ones are made here.

#include "compiler/importers/tensorflow/test/graph_builder.h"

#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace tandem::tensorflow::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

fs::path source(const std::string &name) {
  return fs::path(TANDEM_SOURCE_DIR "/compiler/importers/tensorflow/testdata") / name;
}

std::string bytesOf(const fs::path &path) {
  Result<MappedFile> file = MappedFile::open(path.string());
  return file.ok() ? std::string(file->text()) : "";
}

/// A copy of a folder that may be damaged.
class SavedModel : public ::testing::Test {
protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("tandem_saved_model_" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::copy(source("dense"), folder_, fs::copy_options::recursive);
    options_.shapes["x"] = {1, 2};
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string import() {
    return tandem::test::importText(tensorflowImporter(), folder_.string(), "", options_);
  }
  fs::path shard() const { return folder_ / "variables/variables.data-00000-of-00001"; }
  void write(const fs::path &path, const std::string &bytes) {
    ASSERT_TRUE(writeFileAtomically(path.string(), bytes).ok());
  }
  void change(const std::function<void(proto::SavedModel &)> &edit) {
    proto::SavedModel saved;
    ASSERT_TRUE(saved.ParseFromString(bytesOf(folder_ / "saved_model.pb")));
    edit(saved);
    write(folder_ / "saved_model.pb", saved.SerializeAsString());
  }

  fs::path folder_;
  ImportOptions options_;
};

TEST_F(SavedModel, HasTheNamesOfItsSignatureAndItsVariables) {
  EXPECT_THAT(import(),
              AllOf(HasSubstr("@main(%arg0: tensor<1x2xf32> {graph.name = \"x\"}) -> "
                              "(tensor<1x2xf32> {graph.name = \"same\"}, tensor<1x3xf32> "
                              "{graph.name = \"scores\"})"),
                    HasSubstr("dense<[[0.000000e+00, 3.000000e+00], [1.000000e+00, 4.000000e+00], "
                              "[2.000000e+00, 5.000000e+00]]>"),
                    HasSubstr("dense<[1.000000e+01, 1.100000e+01, 1.200000e+01]>"),
                    HasSubstr("graph.softmax")));
}

TEST_F(SavedModel, IsTheSameByItsFileInside) {
  fs::path file = folder_ / "saved_model.pb";
  EXPECT_EQ(tandem::test::importText(tensorflowImporter(), file.string(), bytesOf(file), options_),
            import());
}

TEST_F(SavedModel, AsksForItsOpenBatch) {
  options_.shapes.clear();
  EXPECT_EQ(import(), "error: input 'x': dimension 0 of ?x2 is open, fix it with --shape x=DIMS");
}

TEST_F(SavedModel, OfTensorflow1IsRestoredByNodes) {
  options_.shapes.clear();
  EXPECT_THAT(
      tandem::test::importText(tensorflowImporter(), source("old").string(), "", options_),
      AllOf(HasSubstr("graph.name = \"y\""),
            HasSubstr("dense<[[0.000000e+00, 3.000000e+00], [1.000000e+00, 4.000000e+00]")));
}

TEST_F(SavedModel, NeedsOneSignatureOrADefaultOne) {
  options_.shapes.clear();
  fs::path two = source("signatures");
  EXPECT_EQ(tandem::test::importText(tensorflowImporter(), two.string(), "", options_),
            "error: it has no signature 'serving_default' and several others: 'negative', "
            "'positive'; save the model with the wanted one under that name");
  fs::copy(two / "saved_model.pb", folder_ / "saved_model.pb",
           fs::copy_options::overwrite_existing);
  change([](proto::SavedModel &saved) {
    saved.mutable_meta_graphs(0)->mutable_signature_def()->erase("negative");
  });
  EXPECT_THAT(import(), HasSubstr("graph.relu"));
  change([](proto::SavedModel &saved) {
    saved.mutable_meta_graphs(0)->mutable_signature_def()->clear();
  });
  EXPECT_EQ(import(), "error: it has no signature with results; save the model with one named "
                      "'serving_default'");
}

TEST_F(SavedModel, NeedsOneGraphOrAServingOne) {
  change([](proto::SavedModel &saved) {
    *saved.add_meta_graphs() = saved.meta_graphs(0);
    saved.mutable_meta_graphs(0)->mutable_meta_info_def()->add_tags("train");
  });
  EXPECT_THAT(import(), HasSubstr("graph.softmax")) << "the second one serves";
  change([](proto::SavedModel &saved) {
    saved.mutable_meta_graphs(1)->mutable_meta_info_def()->add_tags("tpu");
  });
  EXPECT_EQ(import(), "error: it has 2 graphs, none tagged 'serve' alone: (serve, train), (serve, "
                      "tpu)");
}

TEST_F(SavedModel, NeedsAGraph) {
  write(folder_ / "saved_model.pb", "");
  EXPECT_EQ(import(), "error: saved_model.pb has no graph: it is empty or cut short");
}

TEST_F(SavedModel, SaysWhatItsVariablesLack) {
  std::string good = bytesOf(shard());
  write(shard(), good.substr(0, 10));
  EXPECT_THAT(import(), AllOf(StartsWith("error: node '"),
                              HasSubstr("in variables.data-00000-of-00001: it takes "),
                              EndsWith(" bytes at 0, the file has 10")));
  std::string broken = good;
  broken[5] = static_cast<char>(broken[5] ^ 4);
  write(shard(), broken);
  EXPECT_THAT(import(), EndsWith("its checksum does not match, the file is damaged"));
  fs::remove(shard());
  EXPECT_THAT(import(),
              AllOf(HasSubstr("' cannot be read: "), HasSubstr("variables.data-00000-of")));
  fs::remove_all(folder_ / "variables");
  EXPECT_THAT(import(), EndsWith("has no value here: give the SavedModel's folder, or freeze the "
                                 "graph"));
}

TEST_F(SavedModel, SaysWhatItsIndexLacks) {
  fs::path index = folder_ / "variables/variables.index";
  std::string good = bytesOf(index);
  write(index, good.substr(0, good.size() / 2));
  EXPECT_EQ(import(), "error: variables.index: not a table: its last bytes are not a footer");
  std::string broken = good;
  broken[20] = static_cast<char>(broken[20] ^ 1);
  write(index, broken);
  EXPECT_EQ(import(),
            "error: variables.index: the table is damaged: the checksum of the block at 0 "
            "does not match");
}

TEST_F(SavedModel, FindsNoVariableUnderAWrongName) {
  change([](proto::SavedModel &saved) { saved.mutable_meta_graphs(0)->clear_saver_def(); });
  EXPECT_THAT(import(), HasSubstr("the saved variables have no 'value"));
}

TEST_F(SavedModel, IsRefusedWhenCutOff) {
  std::string good = bytesOf(folder_ / "saved_model.pb");
  for (size_t part = 0; part < 16; ++part) {
    write(folder_ / "saved_model.pb", good.substr(0, good.size() * part / 16));
    EXPECT_THAT(import(), StartsWith("error: ")) << part;
  }
}

TEST_F(SavedModel, RefusesInputsThatAreNoNodes) {
  change([](proto::SavedModel &saved) {
    auto &signature = (*saved.mutable_meta_graphs(0)->mutable_signature_def())["serving_default"];
    (*signature.mutable_inputs())["x"].set_name("nowhere:0");
  });
  EXPECT_EQ(import(), "error: there is no node 'nowhere' for the input");
}

TEST(SavedModelFolder, IsOneWithItsFile) {
  EXPECT_TRUE(tensorflowImporter().recognizes(source("dense").string(), ""));
  EXPECT_FALSE(tensorflowImporter().recognizes(source("").string(), ""));
  EXPECT_FALSE(tensorflowImporter().recognizes("/nowhere/at/all", ""));
}

} // namespace
} // namespace tandem::tensorflow::test
