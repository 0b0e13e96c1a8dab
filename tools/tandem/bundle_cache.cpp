#include "tools/tandem/bundle_cache.h"

#include "base/file.h"
#include "bundle/checksum.h"
#include "bundle/reader.h"
#include "devices/profile.h"
#include "tools/tandem/output_place.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace tandem {
namespace {

namespace fs = std::filesystem;

fs::path cacheFolder() {
  if (const char *own = std::getenv("TANDEM_CACHE"); own && *own)
    return own;
  if (const char *xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg)
    return fs::path(xdg) / "tandem";
  if (const char *home = std::getenv("HOME"); home && *home)
    return fs::path(home) / ".cache" / "tandem";
  return fs::temp_directory_path() / "tandem-cache";
}

Result<uint64_t> contentHash(const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  return bundle::checksum(file.bytes());
}

/// The file that this code was loaded from: a program, or the module of another one (Python's).
std::string ownFile() {
  std::ifstream mappings("/proc/self/maps"); // "FIRST-LAST RIGHTS ... PATH"
  auto address = reinterpret_cast<uintptr_t>(&ownFile);
  std::string line;
  while (std::getline(mappings, line)) {
    unsigned long first = 0, last = 0;
    size_t slash = line.find('/');
    if (std::sscanf(line.c_str(), "%lx-%lx", &first, &last) == 2 && address >= first &&
        address < last && slash != std::string::npos)
      return line.substr(slash);
  }
  return "/proc/self/exe";
}

/// Of a model: a SavedModel is a folder, of which saved_model.pb is only a part, and the rest lies
/// in one folder more. What else is there, maybe very much, is no part of the model.
Result<uint64_t> modelHash(const fs::path &path) {
  std::error_code none;
  bool isSavedModel = path.filename() == "saved_model.pb";
  if (!isSavedModel && !fs::is_directory(path, none))
    return contentHash(path.string());
  fs::path folder = isSavedModel ? fs::absolute(path, none).parent_path() : path;
  std::vector<fs::path> files;
  if (fs::is_regular_file(folder / "saved_model.pb", none)) // else compiling says what is missing
    files.push_back(folder / "saved_model.pb");
  for (auto entry = fs::directory_iterator(folder / "variables", none);
       !files.empty() && !none && entry != fs::end(entry); entry.increment(none))
    if (entry->is_regular_file(none))
      files.push_back(entry->path());
  std::sort(files.begin(), files.end());
  std::string text;
  for (const fs::path &file : files) {
    TANDEM_ASSIGN_OR_RETURN(uint64_t hash, contentHash(file.string()));
    text += file.string() + "=" + std::to_string(hash) + ";";
  }
  return bundle::checksum(std::as_bytes(std::span(text.data(), text.size())));
}

std::string optionsText(const CompileRequest &request) {
  std::string text;
  for (const auto &[name, shape] : request.inputs.shapes)
    text += name + "=" + shapeText(shape) + ";";
  for (const auto &[name, numbers] : request.inputs.values) {
    text += "v:" + name;
    for (double number : numbers)
      text += "," + std::to_string(std::bit_cast<uint64_t>(number));
    text += ";";
  }
  for (const std::string &backend : request.backends)
    text += "b:" + backend + ";";
  text += "d:" + request.device + ";p:" + std::to_string(int(request.placement)) + ";";
  if (request.acceleratorPart.part < 1)
    text += "a:" + std::to_string(request.acceleratorPart.part) +
            (request.acceleratorPart.isLast ? "-" : "+") + ";";
  for (const auto &[key, value] : request.options)
    text += "o:" + key + "=" + value + ";";
  for (const std::string &target : request.targets)
    text += "t:" + target + ";";
  for (const std::string &isa : request.isas)
    text += "i:" + isa + ";";
  return text;
}

std::string hex(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

} // namespace

Result<std::shared_ptr<const ScratchFolder>> ScratchFolder::create() {
  std::error_code failure;
  fs::path parent = fs::temp_directory_path(failure);
  std::string path = (parent / "tandem-XXXXXX").string();
  if (failure || !mkdtemp(path.data()))
    return Error(Code::kIo, path, "cannot make a temporary folder: ",
                 failure ? failure.message() : std::strerror(errno));
  return std::shared_ptr<const ScratchFolder>(new ScratchFolder(std::move(path)));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

/// One name of a file, whatever a stranger's application is called: what would end it, lead to
/// another folder or trouble a terminal is replaced. The hash behind it tells names apart.
static std::string asFileName(std::string name) {
  std::ranges::replace_if(
      name, [](unsigned char c) { return c < ' ' || c == 0x7f || c == '/'; }, '_');
  return name;
}

Result<std::string> cachePlace(const std::string &folder, const std::string &name,
                               const std::string &identity) {
  std::error_code failure;
  fs::path place = cacheFolder() / folder;
  fs::create_directories(place, failure);
  if (failure)
    return Error(Code::kIo, place.string(), "cannot make the cache folder: ", failure.message());
  std::string hash = hex(bundle::checksum(std::as_bytes(std::span(identity))));
  fs::path file(asFileName(name));
  return (place / (file.stem().string() + "-" + hash + file.extension().string())).string();
}

/// In a folder of its own, for as long as it is used.
static Result<CachedBundle> bundleBesideCache(const CompileRequest &request, const Error &why,
                                              const std::string &name, std::string identity) {
  TANDEM_ASSIGN_OR_RETURN(auto scratch, ScratchFolder::create());
  std::string path = scratch->path() + "/" + name;
  TANDEM_RETURN_IF_ERROR(compileModel(request, path).status());
  return CachedBundle{path, std::move(identity), std::move(scratch),
                      why.subject + ": " + why.message};
}

Result<CachedBundle> cachedBundle(const CompileRequest &request) {
  TANDEM_ASSIGN_OR_RETURN(uint64_t model, modelHash(request.modelPath));
  TANDEM_ASSIGN_OR_RETURN(uint64_t program, contentHash(ownFile()));
  TANDEM_ASSIGN_OR_RETURN(std::string device, profileText(request.device)); // it may change
  std::string identity = hex(model) + hex(program) + optionsText(request) + device;
  std::string name = fs::path(request.modelPath).stem().string() + ".tandem";
  Result<std::string> path = cachePlace("bundles", name, identity);
  if (path.ok() && bundle::Reader::open(*path).ok())
    return CachedBundle{*path, std::move(identity)};
  if (path.ok()) // not there, or damaged
    if (Status writable = checkOutputPlace(*path, "the bundle", {}); !writable.ok())
      path = writable.error();
  if (!path.ok())
    return bundleBesideCache(request, path.error(), name, std::move(identity));
  TANDEM_RETURN_IF_ERROR(compileModel(request, *path).status());
  return CachedBundle{*path, std::move(identity)};
}

} // namespace tandem
