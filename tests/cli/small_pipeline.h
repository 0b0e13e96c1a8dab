#pragma once

#include "tests/cli/program.h"
#include "tests/cli/small_app.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace tandem::test {

/// An application of one model that every build can run, on ten pictures.
inline const std::string kApp = "name: sides\n" + kSidesApp;

inline std::vector<nlohmann::json> jsonLines(const std::string &text) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(nlohmann::json::parse(line));
  return lines;
}

/// The application in a folder with its pictures, and a cache of its own.
class SmallPipeline : public ::testing::Test {
protected:
  void SetUp() override {
    writeBytes(path("net.mlir"), kHalvesModel);
    writeBytes(path("app.yaml"), kApp);
    for (int i = 0; i < kPictures; ++i)
      writeBytes(picture(i), bmp(static_cast<uint8_t>(20 * i), 100));
  }
  std::string path(const std::string &name) const { return folder_.path(name); }
  std::string picture(int index) const { return path("p" + std::to_string(index) + ".bmp"); }

  /// With a cache of its own, so that costs are those that this test measured; with variables
  /// beside it.
  Outcome run(std::vector<std::string> arguments, bool withPictures = true,
              std::vector<std::string> variables = {}) const {
    arguments.insert(arguments.begin() + 1, path("app.yaml"));
    for (int i = 0; withPictures && i < kPictures; ++i)
      arguments.insert(arguments.begin() + 2 + i, picture(i));
    variables.push_back("TANDEM_CACHE=" + path("cache"));
    return runTandem(arguments, {.variables = std::move(variables)});
  }

  /// On all pictures, so many times, with variables beside the cache's.
  Outcome runAgain(int times, const std::vector<std::string> &options,
                   const std::vector<std::string> &variables = {}) const {
    std::vector<std::string> arguments = {"run", path("app.yaml"), "--pipeline", "--json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    for (int i = 0; i < times * kPictures; ++i)
      arguments.push_back(picture(i % kPictures));
    Surroundings around;
    around.variables = variables;
    around.variables.push_back("TANDEM_CACHE=" + path("cache"));
    return runTandem(arguments, around);
  }
  /// The costs of the application, changed.
  std::string costs(const std::function<void(nlohmann::json &)> &change,
                    std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"profile", "-o", path("costs.json")});
    EXPECT_EQ(run(options).exitCode, 0);
    nlohmann::json costs = nlohmann::json::parse(readBytes(path("costs.json")));
    change(costs);
    writeBytes(path("costs.json"), costs.dump());
    return path("costs.json");
  }
  nlohmann::json eventsOf(const std::string &trace) const {
    return nlohmann::json::parse(readBytes(path(trace)))["traceEvents"];
  }

  static constexpr int kPictures = 10;
  TemporaryFolder folder_;
};

} // namespace tandem::test
