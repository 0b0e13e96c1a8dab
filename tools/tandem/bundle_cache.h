#pragma once

#include "compiler/driver/compiler.h"

#include <memory>
#include <string>

namespace tandem {

/// A folder that goes with the last who holds it.
class ScratchFolder {
public:
  /// Errors: kIo.
  static Result<std::shared_ptr<const ScratchFolder>> create();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder &) = delete;
  ScratchFolder &operator=(const ScratchFolder &) = delete;
  const std::string &path() const { return path_; }

private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

struct CachedBundle {
  std::string path;
  std::string identity; ///< the same for the same model, options and program
  /// Of a bundle that the cache could not take: where it is while this is held, and why.
  std::shared_ptr<const ScratchFolder> scratch = nullptr;
  std::string whyNotKept = "";
};

/// The bundle of a model file, compiled now or taken from the user's cache folder
/// ($TANDEM_CACHE, else $XDG_CACHE_HOME/tandem, else ~/.cache/tandem). The key is the content of
/// the model, the options, and this very program, so nothing stale is ever used. Where the folder
/// cannot be written to, a temporary one takes the bundle.
Result<CachedBundle> cachedBundle(const CompileRequest &request);

/// A file of that cache for what belongs to `identity`, any text: "FOLDER/STEM-HASH.ENDING", whose
/// folder is there. Errors: kIo.
Result<std::string> cachePlace(const std::string &folder, const std::string &name,
                               const std::string &identity);

} // namespace tandem
