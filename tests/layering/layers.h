#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::test {

struct Include {
  std::string path;
  bool quoted = true; ///< as our own headers and MLIR's are; <...>: the system's and others'

  bool operator==(const Include &) const = default;
};

/// cmake/layers.txt: which room may include which.
class Layers {
public:
  explicit Layers(const std::string &text);

  /// Why a file at `file` may not include `include`, both as paths from the root; empty when it
  /// may.
  std::string whyNot(const std::string &file, const Include &include) const;

private:
  struct Room {
    std::vector<std::string> path; ///< "X" stands for any one folder
    std::set<std::string> allowed;
  };
  struct Place {
    const Room *room = nullptr;
    std::string name; ///< with the folder that X stands for
    std::string x;
  };
  Place placeOf(const std::string &path) const;

  std::vector<Room> rooms_;
};

/// The includes of a source file, without those of comments.
std::vector<Include> includesOf(std::string_view source);
/// All C++ sources below `root`, as paths from it; build folders and hidden ones left out.
std::vector<std::string> sourcesBelow(const std::filesystem::path &root);

} // namespace tandem::test
