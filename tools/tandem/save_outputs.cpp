#include "tools/tandem/save_outputs.h"

#include "tools/tandem/npy.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <unistd.h>

namespace tandem {
namespace {

namespace fs = std::filesystem;

std::string fileName(std::string_view name, std::set<std::string> &taken) {
  std::string base(name);
  std::replace(base.begin(), base.end(), '/', '_');
  std::string unique = base;
  for (int i = 2; !taken.insert(unique).second; ++i)
    unique = base + "-" + std::to_string(i);
  return unique + ".npy";
}

Status checkPlace(const fs::path &place, std::span<const std::string> inputFiles) {
  std::error_code ignored;
  for (const std::string &input : inputFiles)
    if (fs::equivalent(place, input, ignored))
      return Error(Code::kInvalidArgument, input,
                   "would be replaced by an output, choose another folder for --save");
  fs::file_status status = fs::symlink_status(place, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status))
    return Error(Code::kIo, place.string(), "cannot write: there is something that is no file");
  return Status();
}

/// Files under temporary names, which go when it does unless they have got their own.
class Parts {
public:
  ~Parts() {
    std::error_code ignored;
    for (const auto &[part, place] : files_)
      fs::remove(part, ignored);
  }

  Status write(const fs::path &place, const TensorView &output) {
    files_.emplace_back(place.string() + ".part" + std::to_string(getpid()), place);
    Status written = writeNpy(files_.back().first.string(), output.type, output.shape,
                              {output.data, output.bytes});
    return written.ok() ? written
                        : Error(written.error().code, place.string(), written.error().message);
  }

  Status rename() {
    for (const auto &[part, place] : files_) {
      std::error_code failure;
      fs::rename(part, place, failure);
      if (failure)
        return Error(Code::kIo, place.string(), "cannot write: ", failure.message());
    }
    return Status();
  }

private:
  std::vector<std::pair<fs::path, fs::path>> files_;
};

} // namespace

Result<std::vector<std::string>> placesForOutputs(const Session &session, const std::string &folder,
                                                  std::span<const std::string> inputFiles) {
  std::vector<std::string> places;
  std::set<std::string> taken;
  for (const TensorView &output : session.outputs()) {
    fs::path place = fs::path(folder) / fileName(output.name, taken);
    TANDEM_RETURN_IF_ERROR(checkPlace(place, inputFiles));
    places.push_back(place.string());
  }
  return places;
}

Status saveOutputs(const Session &session, const std::string &folder,
                   std::span<const std::string> places) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure)
    return Error(Code::kIo, folder, "cannot make the folder: ", failure.message());
  Parts parts;
  for (size_t i = 0; i < places.size(); ++i)
    TANDEM_RETURN_IF_ERROR(parts.write(places[i], session.outputs()[i]));
  return parts.rename();
}

} // namespace tandem
