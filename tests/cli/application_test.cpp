// tandem run APP.yaml: what it prints, saves and refuses; with a model that is text, so that every
// build can run it.

#include "tests/cli/program.h"
#include "tests/cli/small_app.h"
#include "tools/tandem/npy.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kApp = kSidesApp + "  scores: side.scores\n";

class RunApplication : public ::testing::Test {
protected:
  void SetUp() override {
    writeBytes(path("net.mlir"), kHalvesModel);
    writeBytes(path("app.yaml"), kApp);
    writeBytes(path("a.bmp"), bmp(0, 255));
    writeBytes(path("b.bmp"), bmp(255, 0));
    if (const char *cache = std::getenv("TANDEM_CACHE"))
      usersCache_ = cache;
    setenv("TANDEM_CACHE", path("cache").c_str(), 1);
  }
  void TearDown() override {
    if (usersCache_)
      setenv("TANDEM_CACHE", usersCache_->c_str(), 1);
    else
      unsetenv("TANDEM_CACHE");
  }
  std::string path(const std::string &name) const { return folder_.path(name); }

  /// The application with one part replaced, and what is said of it.
  std::string refusalOf(const std::string &from, const std::string &to) {
    std::string text = kApp;
    text.replace(text.find(from), from.size(), to);
    writeBytes(path("bad.yaml"), text);
    Outcome outcome = runTandem({"run", path("bad.yaml"), path("a.bmp"), "--save", path("out")});
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_FALSE(std::filesystem::exists(path("out")));
    size_t at = outcome.err.rfind(path("bad.yaml")); // behind words of progress
    return at == std::string::npos ? outcome.err : outcome.err.substr(at + path("bad.yaml").size());
  }

  TemporaryFolder folder_;
  std::optional<std::string> usersCache_;
};

TEST_F(RunApplication, PrintsOneObjectAPicture) {
  Outcome outcome = runTandem({"run", path("app.yaml"), path("a.bmp"), path("b.bmp"), "--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  std::istringstream lines(outcome.out);
  std::vector<nlohmann::json> pictures;
  for (std::string line; std::getline(lines, line);)
    pictures.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(pictures.size(), 2u);
  EXPECT_EQ(pictures[0]["image"], "a.bmp");
  EXPECT_EQ(pictures[0]["side"], "right");
  EXPECT_EQ(pictures[0]["scores"], (std::vector<double>{0, 1}));
  EXPECT_EQ(pictures[1]["side"], "left");
  nlohmann::json timings = pictures[1]["timings"];
  EXPECT_EQ(timings[0]["stage"], "load");
  EXPECT_EQ(timings[3]["model"], "net");
  EXPECT_EQ(timings[3]["format"], "mlir");
}

TEST_F(RunApplication, PrintsTheProfileInEveryObject) {
  Outcome outcome =
      runTandem({"run", path("app.yaml"), path("a.bmp"), path("b.bmp"), "--json", "--profile"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  std::istringstream lines(outcome.out);
  int runs = 0;
  for (std::string line; std::getline(lines, line);) {
    nlohmann::json profile = nlohmann::json::parse(line)["profile"];
    ASSERT_EQ(profile.size(), 1u) << line;
    EXPECT_EQ(profile[0]["model"], "net");
    EXPECT_EQ(profile[0]["notices"], nlohmann::json::array());
    ASSERT_EQ(profile[0]["regions"].size(), 1u);
    const nlohmann::json &region = profile[0]["regions"][0];
    EXPECT_EQ(region["ran_on"], region["backend"]);
    EXPECT_EQ(region["runs"], ++runs);
    EXPECT_GT(region["us"], 0.0);
  }
  EXPECT_EQ(runs, 2);
  EXPECT_FALSE(
      nlohmann::json::parse(runTandem({"run", path("app.yaml"), path("a.bmp"), "--json"}).out)
          .contains("profile"));
}

TEST_F(RunApplication, BlamesTheCommandLineForWhatItNames) {
  Outcome device = runTandem({"run", path("app.yaml"), path("a.bmp"), "--device", "mt1"});
  EXPECT_EQ(device.exitCode, 2);
  EXPECT_EQ(device.err,
            "tandem run: no device is called 'mt1', only host, mt6873; a file of one ends in "
            ".json; see 'tandem run --help'\n");
  Outcome backend = runTandem({"run", path("app.yaml"), path("a.bmp"), "--backends", "gpu"});
  EXPECT_EQ(backend.exitCode, 2);
  EXPECT_THAT(backend.err,
              StartsWith("tandem run: no backend is called 'gpu'; this build has cpu"));
}

TEST_F(RunApplication, PrintsATableWithoutColoursIntoAFile) {
  Outcome outcome = runTandem({"run", path("app.yaml"), path("a.bmp")});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith(path("a.bmp") + "  2 x 1\n  side: right\n"));
  EXPECT_THAT(outcome.out, HasSubstr("  stage  model "));
  EXPECT_EQ(outcome.out.find('\033'), std::string::npos);
}

TEST_F(RunApplication, SavesPicturesOfOneNameBesideEachOther) {
  std::filesystem::create_directory(path("other"));
  writeBytes(path("other/a.bmp"), bmp(9, 9));
  Outcome outcome = runTandem(
      {"run", path("app.yaml"), path("a.bmp"), path("other/a.bmp"), "--save", path("out/deep")});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(readBytes(path("out/deep/a.bmp")).substr(0, 2), "BM");
  EXPECT_EQ(readBytes(path("out/deep/a-2.bmp")).substr(0, 2), "BM");
}

/// A picture is known by its bytes, and what is written by its ending.
TEST_F(RunApplication, SavesAPictureWhoseEndingSaysNothingAsPng) {
  const std::vector<std::string> names = {"plain", "photo.heic", "large.BMP"};
  std::vector<std::string> arguments = {"run", path("app.yaml"), "--save", path("out")};
  for (const std::string &name : names) {
    writeBytes(path(name), bmp(0, 255));
    arguments.push_back(path(name));
  }
  Outcome outcome = runTandem(arguments);
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(readBytes(path("out/plain.png")), StartsWith("\x89PNG"));
  EXPECT_THAT(readBytes(path("out/photo.png")), StartsWith("\x89PNG"));
  EXPECT_THAT(readBytes(path("out/large.BMP")), StartsWith("BM"));
}

TEST_F(RunApplication, NeverWritesOverThePictureItself) {
  Outcome outcome = runTandem({"run", path("app.yaml"), path("a.bmp"), "--save", path("")});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_THAT(outcome.err,
              HasSubstr(path("a.bmp") + ": error: would be overwritten by its annotated picture, "
                                        "choose another folder for --save\n"));
  EXPECT_EQ(readBytes(path("a.bmp")), bmp(0, 255));
}

TEST_F(RunApplication, NamesAPictureThatIsNoneAndGoesOn) {
  writeBytes(path("words.jpg"), "these are words");
  Outcome outcome = runTandem({"run", path("app.yaml"), path("words.jpg"), path("none.png"),
                               path("a.bmp"), "--json", "--save", path("out")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err,
              HasSubstr(path("words.jpg") + ": error: is not a picture that can be read, expected "
                                            "PNG, JPEG, BMP, WebP or TIFF\n"));
  EXPECT_THAT(outcome.err,
              HasSubstr(path("none.png") + ": error: cannot open: No such file or directory\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\"side\":\"right\""));
  EXPECT_FALSE(std::filesystem::exists(path("out/words.jpg")));
}

TEST_F(RunApplication, AsksForThePicturesOfAFolder) {
  std::filesystem::create_directory(path("photos"));
  Outcome outcome = runTandem({"run", path("app.yaml"), path("photos")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_EQ(errorLines(outcome.err),
            std::vector{path("photos") +
                        ": error: is a folder, name the pictures in it: " + path("photos/*.jpg")});
}

TEST_F(RunApplication, NamesTheLineOfWhatIsWrongInTheFile) {
  EXPECT_EQ(refusalOf("size:", "sizes:"),
            ":9: error: unknown key 'sizes' in step 'input', expected one of uses, inputs, "
            "for_each, when, size, scale, pad, pad_value, channels, range, mean, deviation, "
            "layout, type or quantization\n");
  EXPECT_EQ(refusalOf("inputs: flat", "inputs: side.scores"),
            ":12: error: step 'run' puts scores 'side.scores' into a model, expected a tensor\n");
  EXPECT_EQ(refusalOf("inputs: input", "inputs: run"),
            ":11: error: a cycle of steps: 'flat' needs 'run' needs 'flat'\n");
  EXPECT_EQ(refusalOf("tandem: 1", "tandem: [1"),
            ":2: error: not YAML: end of sequence flow not found\n");
  EXPECT_EQ(
      refusalOf("scores: side.scores", "timings: side.scores"),
      ":16: error: result 'timings' has the name of what a report says of every picture, "
      "expected none of image, path, frame, width, height, ended, saved, timings or profile\n");
  EXPECT_EQ(refusalOf("labels: [left, right]", "labels: [left]"),
            ":13: error: step 'side': input 'scores' is f32 1x2 with 2 classes, the model's labels "
            "are 1\n");
  writeBytes(path("labels.txt"), "left\nright\nup\n");
  EXPECT_EQ(refusalOf("labels: [left, right]", "labels: labels.txt"),
            ":13: error: step 'side': input 'scores' is f32 1x2 with 2 classes, the model's labels "
            "are 3\n");
  EXPECT_THAT(refusalOf("net: {file: net.mlir,", "net: {file: net.mlir, backends: gpu,"),
              StartsWith(":3: error: model 'net': no backend is called 'gpu'; this build has "));
  EXPECT_EQ(refusalOf("net: {file: net.mlir,", "net: {file: net.mlir, shapes: {x: [1, 3]},"),
            ":3: error: model 'net': 'shapes' names 'x', the model's inputs are halves\n");
  EXPECT_EQ(
      refusalOf("net: {file: net.mlir,", "net: {file: net.mlir, values: {halves: 1},"),
      ":3: error: model 'net': 'values' is for models of frameworks, this is a graph already\n");
  EXPECT_EQ(refusalOf("size: [2, 1]", "size: [2, 2]"),
            ":12: error: step 'run': 'flat' makes f32 1x4, input 'halves' of model 'net' takes f32 "
            "1x2\n");
}

TEST_F(RunApplication, SavesTensorsAmongItsResultsAsArrays) {
  writeBytes(path("app.yaml"), kApp + "  raw: run\n");
  Outcome told = runTandem({"run", path("app.yaml"), path("a.bmp"), "--json"});
  EXPECT_EQ(told.exitCode, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("\"raw\":{\"type\":\"f32\",\"shape\":[1,2]}"));
  Outcome outcome = runTandem({"run", path("app.yaml"), path("a.bmp"), "--save", path("out")});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  std::string file = path("out") + "/a.bmp.raw.npy";
  EXPECT_THAT(outcome.out, HasSubstr("raw: f32 1x2, saved " + file + "\n"));
  Result<NpyArray> raw = readNpy(file);
  ASSERT_TRUE(raw.ok()) << raw.error().text();
  EXPECT_EQ(raw->shape, (Shape{1, 2}));
}

TEST_F(RunApplication, NamesTheLineOfLabelsThatAreMissing) {
  writeBytes(path("app.yaml"), "tandem: 1\nmodels:\n  net: {file: net.mlir, labels: gone.txt}\n" +
                                   kApp.substr(kApp.find("steps:")));
  Outcome gone = runTandem({"run", path("app.yaml"), path("a.bmp")});
  EXPECT_EQ(gone.exitCode, 1);
  EXPECT_EQ(gone.err, path("app.yaml:3") + ": error: model 'net': labels '" + path("gone.txt") +
                          "': cannot open: No such file or directory\n");
}

TEST_F(RunApplication, WarnsOfClassesThatHaveNoNames) {
  std::string text = kSidesApp;
  text.replace(text.find(", labels: [left, right]"), 23, "");
  writeBytes(path("app.yaml"), text);
  Outcome outcome = runTandem({"run", path("app.yaml"), path("a.bmp")});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(outcome.err,
              HasSubstr(path("app.yaml") +
                        ":3: warning: model 'net' has no labels, so step 'side' tells its classes "
                        "by their numbers; 'labels: [NAME, NAME, ...]' or a file of them, one a "
                        "line, names them\n"));
  text.replace(text.find("side.label"), 10, "side.score");
  writeBytes(path("app.yaml"), text);
  EXPECT_THAT(runTandem({"run", path("app.yaml"), path("a.bmp")}).err,
              ::testing::Not(HasSubstr("warning")));
}

TEST_F(RunApplication, SaysWhatFetchesAFileThatIsMissing) {
  for (const char *model : {"{file: net.mlir, labels: gone.txt}", "gone.mlir"}) {
    writeBytes(path("app.yaml"), "tandem: 1\nfetched_by: make models\nmodels:\n  net: " +
                                     (model + ("\n" + kApp.substr(kApp.find("steps:")))));
    Outcome gone = runTandem({"run", path("app.yaml"), path("a.bmp")});
    EXPECT_EQ(gone.exitCode, 1);
    EXPECT_THAT(gone.err, EndsWith("': cannot open: No such file or directory; 'make models' "
                                   "fetches it\n"));
  }
}

TEST_F(RunApplication, NamesAModelThatIsMissingAndTakesAnother) {
  std::string text = kApp;
  text.replace(text.find("net.mlir"), 8, "gone.mlir");
  writeBytes(path("gone.yaml"), text);
  Outcome gone = runTandem({"run", path("gone.yaml"), path("a.bmp")});
  EXPECT_EQ(gone.exitCode, 1);
  int line = static_cast<int>(std::ranges::count(text.substr(0, text.find("net:")), '\n')) + 1;
  EXPECT_THAT(gone.err,
              EndsWith(path("gone.yaml:") + std::to_string(line) + ": error: model 'net': '" +
                       path("gone.mlir") + "': cannot open: No such file or directory\n"));
  Outcome asked =
      runTandem({"run", path("gone.yaml"), "--model", "net=" + path("no.mlir"), path("a.bmp")});
  EXPECT_THAT(asked.err,
              EndsWith(path("no.mlir") + ": error: cannot open: No such file or directory\n"));
  Outcome other =
      runTandem({"run", path("gone.yaml"), "--model", "net=" + path("net.mlir"), path("a.bmp")});
  EXPECT_EQ(other.exitCode, 0) << other.err;
}

TEST_F(RunApplication, TakesAnotherFileOnlyForAModelThatItHas) {
  Outcome unknown =
      runTandem({"run", path("app.yaml"), path("a.bmp"), "--model", "nat=" + path("net.mlir")});
  EXPECT_EQ(unknown.exitCode, 2);
  EXPECT_EQ(unknown.err, path("app.yaml") + ": error: --model names 'nat', the application's "
                                            "models are net\n");
  for (std::string text : {"net", "net=", "=net.mlir", ""}) {
    Outcome malformed = runTandem({"run", path("app.yaml"), path("a.bmp"), "--model", text});
    EXPECT_EQ(malformed.exitCode, 2);
    EXPECT_EQ(malformed.err, "tandem run: --model '" + text +
                                 "', expected --model NAME=FILE; see 'tandem run --help'\n");
  }
  Outcome twice =
      runTandem({"run", path("app.yaml"), path("a.bmp"), "--model", "net=a", "--model", "net=b"});
  EXPECT_EQ(twice.exitCode, 2);
  EXPECT_THAT(twice.err, HasSubstr("--model gives 'net' twice"));
}

/// Before models are compiled, which takes longer.
TEST_F(RunApplication, RefusesAFolderThatCannotBeMadeFirst) {
  for (const std::string &folder : {path("a.bmp"), path("a.bmp/out")}) {
    Outcome refused = runTandem({"run", path("app.yaml"), path("b.bmp"), "--save", folder});
    EXPECT_EQ(refused.exitCode, 1);
    EXPECT_EQ(refused.err,
              folder + ": error: cannot make the folder: '" + path("a.bmp") + "' is a file\n");
  }
  EXPECT_FALSE(std::filesystem::exists(path("cache")));
}

TEST_F(RunApplication, LeavesNothingWhereItCannotWrite) {
  Outcome readOnly = runTandem({"run", path("app.yaml"), path("a.bmp"), "--save", "/proc/out"});
  EXPECT_EQ(readOnly.exitCode, 1);
  EXPECT_THAT(readOnly.err, HasSubstr("/proc/out: error: cannot make the folder: "));
  EXPECT_EQ(readOnly.out, "");
  runTandem({"run", path("app.yaml"), path("a.bmp")}); // so that the model is in the cache
  Outcome full =
      runTandem({"run", path("app.yaml"), path("a.bmp"), "--save", path("out")}, {.fileBytes = 32});
  EXPECT_EQ(full.exitCode, 1);
  EXPECT_TRUE(std::filesystem::is_empty(path("out")));
}

TEST_F(RunApplication, ThatStdoutDoesNotTakeIsNotDone) {
  for (const char *format : {"--json", "--threads=1"}) {
    Outcome outcome = runTandem({"run", path("app.yaml"), path("a.bmp"), path("b.bmp"), format},
                                {.stdoutTo = "/dev/full"});
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_THAT(errorLines(outcome.err),
                ElementsAre("standard output: error: cannot write: No space left on device"));
  }
}

TEST_F(RunApplication, HasColoursOnATerminalOnly) {
  std::vector<std::string> arguments = {"run", path("app.yaml"), path("a.bmp")};
  Outcome terminal = runTandem(arguments, {.terminal = true});
  EXPECT_EQ(terminal.exitCode, 0);
  EXPECT_THAT(terminal.out, HasSubstr("\033[1m" + path("a.bmp") + "\033[0m"));
  Outcome again = runTandem(arguments);
  EXPECT_EQ(again.exitCode, 0);
  EXPECT_EQ(again.err, "") << "nothing is compiled twice, so there is no progress to tell";
  EXPECT_EQ(again.out.find_first_of("\r\033"), std::string::npos);
}

TEST_F(RunApplication, WrongUsageExitsWithTwo) {
  EXPECT_EQ(runTandem({"run"}).exitCode, 2);
  Outcome noPicture = runTandem({"run", path("app.yaml")});
  EXPECT_EQ(noPicture.exitCode, 2);
  EXPECT_EQ(noPicture.err, "tandem run: an application needs at least one picture or video; see "
                           "'tandem run --help'\n");
  EXPECT_EQ(runTandem({"run", path("app.yaml"), path("a.bmp"), "--input", "x.npy"}).exitCode, 2);
  EXPECT_EQ(runTandem({"run", path("net.tandem"), path("a.bmp")}).exitCode, 1)
      << "what a bundle would not take is of no concern: there is none";
}

TEST_F(RunApplication, ADamagedBundleOfTheCacheIsMadeAgain) {
  ASSERT_EQ(runTandem({"run", path("app.yaml"), path("a.bmp")}).exitCode, 0);
  for (const auto &entry : std::filesystem::directory_iterator(path("cache/bundles")))
    writeBytes(entry.path().string(), "damaged");
  Outcome outcome = runTandem({"run", path("app.yaml"), path("a.bmp")});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
}

TEST_F(RunApplication, RunsWithoutACacheAndSaysSo) {
  writeBytes(path("file"), "");
  Outcome outcome = runTandem({"run", path("app.yaml"), path("a.bmp"), path("b.bmp")},
                              {.variables = {"TANDEM_CACHE=" + path("file")}});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("side: right"));
  EXPECT_THAT(outcome.err, HasSubstr(path("app.yaml") +
                                     ": warning: its models are compiled each time, the cache "
                                     "cannot keep them: " +
                                     path("file/bundles") + ": cannot make the cache folder: "));
  EXPECT_EQ(outcome.err.find("warning"), outcome.err.rfind("warning")) << "once";
}

TEST_F(RunApplication, AChangedDeviceProfileIsNotTakenFromTheCache) {
  const std::string profile = R"({"name": "d", "processors": [{"name": "p", "backend": "cpu"}]})";
  writeBytes(path("d.json"), profile);
  std::vector<std::string> run = {"run", path("app.yaml"), path("a.bmp"), "--device",
                                  path("d.json")};
  EXPECT_EQ(runTandem(run).exitCode, 0);
  writeBytes(path("d.json"), "garbage");
  Outcome outcome = runTandem(run);
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err, HasSubstr(path("d.json") + ": error: not a JSON file"));
}

TEST_F(RunApplication, AnAnnotatedPictureDoesNotReplaceAnotherInput) {
  std::filesystem::create_directories(path("other"));
  writeBytes(path("other/b.bmp"), bmp(0, 255));
  std::string before = readBytes(path("b.bmp"));
  Outcome outcome =
      runTandem({"run", path("app.yaml"), path("other/b.bmp"), path("b.bmp"), "--save", path("")});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_THAT(outcome.err,
              HasSubstr("would be overwritten by the annotated " + path("other/b.bmp")));
  EXPECT_EQ(readBytes(path("b.bmp")), before);
}

TEST_F(RunApplication, ANumberStandsForAListOfOne) {
  std::string app = kApp;
  app.replace(app.find("    range: [0, 1]"), 17, "    mean: 3\n    deviation: 2");
  writeBytes(path("app.yaml"), app);
  EXPECT_EQ(runTandem({"run", path("app.yaml"), path("a.bmp")}).exitCode, 0);
}

} // namespace
} // namespace tandem::test
