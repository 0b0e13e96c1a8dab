// The showcase on real pictures, against what the models' own frameworks find there.

#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path kRoot = TANDEM_SOURCE_DIR;

/// The folder of models and pictures beside the repository; empty where it is not there.
fs::path sharedModels() {
  for (const fs::path &parent : {kRoot.parent_path(), kRoot.parent_path().parent_path()})
    if (fs::exists(parent / "shared/models/showcase-reference.jsonl"))
      return parent / "shared/models";
  return {};
}

bool hasFetchedModels() {
  return fs::exists(kRoot / "apps/showcase/models/emotion_model.hdf5") &&
         fs::exists(kRoot / "apps/showcase/pictures/astronaut.png");
}

std::vector<json> linesOf(std::istream &stream) {
  std::vector<json> lines;
  for (std::string line; std::getline(stream, line);)
    lines.push_back(json::parse(line));
  return lines;
}

std::vector<json> runOn(const std::vector<std::string> &arguments) {
  Outcome outcome = runTandem(arguments);
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  std::istringstream out(outcome.out);
  return linesOf(out);
}

double overlap(const json &a, const json &b) {
  auto side = [](const json &box, int axis) {
    return box[axis + 2].get<double>() - box[axis].get<double>();
  };
  double common = 1;
  for (int axis : {0, 1})
    common *= std::max(0.0, std::min(a[axis + 2].get<double>(), b[axis + 2].get<double>()) -
                                std::max(a[axis].get<double>(), b[axis].get<double>()));
  return common / (side(a, 0) * side(a, 1) + side(b, 0) * side(b, 1) - common);
}

void expectSameFace(const json &found, const json &expected) {
  constexpr double kTolerance = 0.02;
  EXPECT_GE(overlap(found["box"], expected["box"]), 0.95) << found["box"];
  EXPECT_NEAR(found["score"].get<double>(), expected["score"].get<double>(), kTolerance);
  EXPECT_NEAR(found["live"].get<double>(), expected["live"].get<double>(), kTolerance);
  EXPECT_EQ(found["verdict"], expected["live"].get<double>() >= 0.5 ? "live" : "fake");
  EXPECT_EQ(found["emotion"], expected["emotion"]);
  ASSERT_EQ(found["emotions"].size(), expected["emotions"].size());
  for (size_t i = 0; i < expected["emotions"].size(); ++i)
    EXPECT_NEAR(found["emotions"][i].get<double>(), expected["emotions"][i].get<double>(),
                kTolerance)
        << "emotion " << i;
}

TEST(Showcase, FindsWithMiniFasNetWhatTheFrameworksFind) {
  fs::path shared = sharedModels();
  if (shared.empty() || !hasFetchedModels())
    GTEST_SKIP() << "needs shared/models beside the repository, and ./dev models";
  std::ifstream file(shared / "showcase-reference.jsonl");
  std::vector<json> reference = linesOf(file);
  ASSERT_FALSE(reference.empty());
  std::vector<std::string> arguments = {
      "run", kRoot / "apps/showcase/minifasnet.yaml", "--json", "--model",
      "liveness=" + (shared / "antispoof/MiniFASNetV2_80x80.pt2").string()};
  for (const json &line : reference) {
    fs::path own = shared / "images" / line["image"].get<std::string>();
    arguments.push_back(fs::exists(own)
                            ? own
                            : kRoot / "apps/showcase/pictures" / line["image"].get<std::string>());
  }
  std::vector<json> found = runOn(arguments);
  ASSERT_EQ(found.size(), reference.size());
  for (size_t i = 0; i < found.size(); ++i) {
    SCOPED_TRACE(reference[i]["image"]);
    EXPECT_EQ(found[i]["image"], reference[i]["image"]);
    ASSERT_EQ(found[i]["faces"].size(), reference[i]["faces"].size());
    for (size_t face = 0; face < found[i]["faces"].size(); ++face)
      expectSameFace(found[i]["faces"][face], reference[i]["faces"][face]);
  }
}

/// What the showcase finds on its three pictures, in one run with these options too.
std::vector<json> findAPersonACatAndACup(const std::vector<std::string> &more) {
  fs::path pictures = kRoot / "apps/showcase/pictures";
  TemporaryFolder folder;
  std::vector<std::string> arguments = {"run",
                                        kRoot / "apps/showcase/showcase.yaml",
                                        pictures / "astronaut.png",
                                        pictures / "chelsea.png",
                                        pictures / "coffee.png",
                                        "--json",
                                        "--save",
                                        folder.path("out")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  std::vector<json> found = runOn(arguments);
  if (found.size() != 3) {
    ADD_FAILURE() << found.size() << " pictures are done";
    return {};
  }
  const std::string labels[] = {"Person", "Cat", "Coffee cup"};
  // Of these pictures by LiteRT, with OpenCV for the pictures.
  const double scores[] = {0.583, 0.851, 0.555};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(fs::exists(found[i]["saved"].get<std::string>()));
    EXPECT_EQ(found[i]["faces"].size(), i == 0 ? 1u : 0u);
    EXPECT_EQ(found[i]["objects"].size(), 1u) << labels[i];
    if (found[i]["objects"].empty())
      continue;
    EXPECT_EQ(found[i]["objects"][0]["label"], labels[i]);
    EXPECT_NEAR(found[i]["objects"][0]["score"].get<double>(), scores[i], 0.01);
  }
  for (const json &face : found[0]["faces"]) {
    EXPECT_NEAR(face["live"].get<double>(), 0.555, 0.02); // by PyTorch
    EXPECT_EQ(face["emotion"], "happy");
  }
  return found;
}

TEST(Showcase, FindsAPersonACatAndACup) {
  if (!hasFetchedModels())
    GTEST_SKIP() << "needs ./dev models";
  findAPersonACatAndACup({});
}

TEST(Showcase, FindsTheSameWithAllFourModelsOnTheNpu) {
  if (!hasFetchedModels())
    GTEST_SKIP() << "needs ./dev models";
#ifndef TANDEM_HOST_LIBRARY
  GTEST_SKIP() << "this build has no Neuron library";
#else
  std::vector<json> found =
      findAPersonACatAndACup({"--backends", "neuron,cpu", "--placement", "greedy", "--profile"});
  ASSERT_FALSE(found.empty());
  const json &models = found.back()["profile"];
  EXPECT_EQ(models.size(), 4u);
  for (const json &model : models) {
    EXPECT_EQ(model["notices"], json::array()) << model["model"];
    ASSERT_EQ(model["regions"].size(), 1u) << model["model"] << " is on the NPU as a whole";
    EXPECT_EQ(model["regions"][0]["ran_on"], "neuron") << model["model"];
  }
#endif
}

/// Faces enter and leave; frames overlap; every frame's results are those of one step after
/// another, to the last bit (bench --check).
TEST(Showcase, FindsTheSameInAPipelineFrameForFrame) {
  if (!hasFetchedModels())
    GTEST_SKIP() << "needs ./dev models";
  fs::path pictures = kRoot / "apps/showcase/pictures";
  TemporaryFolder folder;
  std::string clip = folder.path("clip.avi");
  Outcome made = runProgram({TANDEM_CLIP, clip, pictures / "astronaut.png", pictures / "coffee.png",
                             "--frames", "24", "--width", "320", "--height", "240"});
  ASSERT_EQ(made.exitCode, 0) << made.err;
  std::string application = kRoot / "apps/showcase/showcase.yaml";
  Outcome bench = runTandem(
      {"bench", application, clip, "--pipeline", "--check", "--seconds", "0.01", "--json"});
  ASSERT_EQ(bench.exitCode, 0) << bench.err;
  json report = json::parse(bench.out);
  EXPECT_EQ(report["checked"], true);
  EXPECT_EQ(report["frames"], 24);

  // Most of a frame is one model, of one region: nobody said where to cut it.
  Outcome plan = runTandem({"plan", application, clip, "--json"});
  ASSERT_EQ(plan.exitCode, 0) << plan.err;
  json graph = json::parse(plan.out)["graph"];
  EXPECT_TRUE(std::ranges::any_of(graph["tasks"], [](const json &task) {
    return task["name"].get<std::string>().starts_with("object_net (2 of ");
  })) << graph["tasks"];
}

/// Its models are compiled for a phone, whose NPU is served here: costs are measured of that too.
TEST(Showcase, IsMeasuredAsAPipelineWithAPhonesNpu) {
  if (!hasFetchedModels())
    GTEST_SKIP() << "needs ./dev models";
#ifndef TANDEM_HOST_LIBRARY
  GTEST_SKIP() << "this build has no Neuron library";
#else
  fs::path pictures = kRoot / "apps/showcase/pictures";
  Outcome bench =
      runTandem({"bench", kRoot / "apps/showcase/showcase.yaml", pictures / "astronaut.png",
                 "--device", "mt6873", "--pipeline", "--backends", "neuron,cpu", "--cores", "1",
                 "--seconds", "0.01", "--check", "--json"});
  ASSERT_EQ(bench.exitCode, 0) << bench.err;
  json report = json::parse(bench.out);
  EXPECT_EQ(report["checked"], true);
  EXPECT_GT(report["planned_interval_ms"], 0);
#endif
}

} // namespace
} // namespace tandem::test
