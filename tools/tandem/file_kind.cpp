#include "tools/tandem/file_kind.h"

#include "base/file.h"
#include "compiler/driver/model_format.h"
#include "tools/tandem/description.h"
#include "tools/tandem/picture_file.h"

namespace tandem {

bool isPictureFile(const std::string &path) {
  auto file = MappedFile::open(path);
  return file.ok() && !pictureFormatOf(file->bytes()).empty();
}

Status checkIsNoModel(std::string_view command, const std::string &path) {
  std::string format = modelFormatOf(path);
  if (isBundleFile(path))
    return Error(Code::kUnsupported, path, "is a bundle: 'tandem run' or 'tandem bench' takes it, ",
                 "'tandem ", command, "' an application (.yaml)");
  if (!format.empty())
    return Error(Code::kUnsupported, path, "is a model (", format, "): 'tandem compile' takes it, ",
                 "'tandem ", command, "' an application (.yaml)");
  return {};
}

} // namespace tandem
