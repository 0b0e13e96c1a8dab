#pragma once

#include "tests/cli/program.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tandem::test {

std::string sourceFile(const std::string &path);

/// Compiles files that are no models, or bad ones, in a folder of their own.
class RefusedModels : public ::testing::Test {
protected:
  std::string path(const std::string &name) const { return folder_.path(name); }

  /// What `tandem compile` says of these bytes, without the file's name before it; "" when it takes
  /// them. Checks all that holds whatever the bytes are.
  std::string refusalOf(const std::string &name, const std::string &bytes,
                        const Surroundings &around = {});
  /// Of the first file, with the others beside it; `arguments` are behind those of every model.
  std::string refusalOf(const std::vector<std::pair<std::string, std::string>> &files,
                        const Surroundings &around = {},
                        const std::vector<std::string> &arguments = {});

private:
  TemporaryFolder folder_;
};

} // namespace tandem::test
