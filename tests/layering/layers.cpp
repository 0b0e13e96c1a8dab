#include "tests/layering/layers.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace tandem::test {
namespace {

std::vector<std::string> split(const std::string &path) {
  std::vector<std::string> parts;
  std::istringstream stream(path);
  for (std::string part; std::getline(stream, part, '/');)
    parts.push_back(part);
  return parts;
}

bool startsWithOneOf(const std::string &text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

/// The library of layers.txt that a header belongs to, if any.
std::string libraryOf(const std::string &include) {
  if (startsWithOneOf(include, {"mlir/", "mlir-c/", "llvm/", "llvm-c/", "lld/", "clang/"}))
    return "MLIR";
  return include.starts_with("opencv2/") ? "OPENCV" : "";
}

bool isTest(const std::string &file) {
  return file.starts_with("tests/") || file.find("/test/") != std::string::npos ||
         file.find("_fuzz.cpp") != std::string::npos;
}

std::string withFolder(std::string room, const std::string &x) {
  std::vector<std::string> parts = split(room);
  room.clear();
  for (const std::string &part : parts)
    room += (room.empty() ? "" : "/") + (part == "X" ? x : part);
  return room;
}
} // namespace

Layers::Layers(const std::string &text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line.resize(std::min(line.size(), line.find('#')));
    size_t colon = line.find(':');
    if (colon == std::string::npos)
      continue;
    Room room;
    room.path = split(line.substr(0, colon));
    std::istringstream rest(line.substr(colon + 1));
    for (std::string allowed; rest >> allowed;)
      room.allowed.insert(allowed);
    rooms_.push_back(std::move(room));
  }
}

/// The longest room that the path is in; among equally long ones that without X.
Layers::Place Layers::placeOf(const std::string &path) const {
  std::vector<std::string> parts = split(path);
  Place best;
  for (const Room &room : rooms_) {
    if (room.path.size() >= parts.size())
      continue;
    std::string x, name;
    bool inside = true;
    for (size_t i = 0; i < room.path.size(); ++i) {
      if (room.path[i] == "X")
        x = parts[i];
      inside &= room.path[i] == "X" || room.path[i] == parts[i];
      name += (i ? "/" : "") + parts[i];
    }
    bool better = !best.room || room.path.size() > best.room->path.size() ||
                  (room.path.size() == best.room->path.size() && x.empty());
    if (inside && better)
      best = {&room, name, x};
  }
  return best;
}

std::string Layers::whyNot(const std::string &file, const Include &header) const {
  const std::string &include = header.path;
  if (isTest(file))
    return "";
  Place from = placeOf(file);
  if (!from.room)
    return file + " is in no room of cmake/layers.txt";
  if (from.room->allowed.contains("*"))
    return "";
  std::string target = libraryOf(include);
  if (target.empty()) {
    std::string path =
        include.starts_with("tandem/tandem.h") ? "runtime/include/" + include : include;
    Place to = placeOf(path);
    if (path.starts_with("tests/"))
      return file + " includes " + include + ", a test";
    if (!to.room) {
      // The standard library and others that every room may use; a file beside this one.
      if (!header.quoted || include.find('/') == std::string::npos)
        return "";
      return file + " includes \"" + include +
             "\", which is in no room: name ours from the root, others in <>";
    }
    if (to.name == from.name || to.name == "base")
      return "";
    target = to.name;
  }
  for (const std::string &allowed : from.room->allowed)
    if (withFolder(allowed, from.x) == target)
      return "";
  return file + " includes " + include + ": " + from.name + " may not include " + target;
}

std::vector<Include> includesOf(std::string_view source) {
  std::vector<Include> includes;
  std::istringstream lines{std::string(source)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, header;
    words >> word;
    if (word == "#") { // "# include"
      words >> header;
      word += header;
    }
    if (word != "#include" || !(words >> header) || header.size() < 3)
      continue;
    size_t end = header.find(header[0] == '<' ? '>' : '"', 1);
    if (end != std::string::npos)
      includes.push_back({header.substr(1, end - 1), header[0] == '"'});
  }
  return includes;
}

std::vector<std::string> sourcesBelow(const std::filesystem::path &root) {
  static constexpr std::array<std::string_view, 6> kEndings = {".h",  ".hpp", ".c",
                                                               ".cc", ".cpp", ".inc"};
  std::vector<std::string> sources;
  for (auto entry = std::filesystem::recursive_directory_iterator(root);
       entry != std::filesystem::recursive_directory_iterator(); ++entry) {
    std::string name = entry->path().filename().string();
    if (entry->is_directory() && (name.starts_with("build") || name.starts_with("."))) {
      entry.disable_recursion_pending();
      continue;
    }
    if (std::find(kEndings.begin(), kEndings.end(), entry->path().extension()) != kEndings.end())
      sources.push_back(std::filesystem::relative(entry->path(), root).generic_string());
  }
  std::sort(sources.begin(), sources.end());
  return sources;
}

} // namespace tandem::test
