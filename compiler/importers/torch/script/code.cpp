#include "compiler/importers/torch/script/code.h"

#include "compiler/importers/torch/script/parser.h"

namespace tandem::torch::script {

llvm::Expected<Code::Found> Code::find(llvm::StringRef name) {
  auto [module, inner] = name.rsplit('.');
  std::string path = "code/" + module.str() + ".py";
  std::replace(path.begin(), path.end() - 3, '.', '/');
  auto parsed = parsed_.find(path);
  if (parsed == parsed_.end()) {
    auto file = files_.find(path);
    if (file == files_.end())
      return Found();
    llvm::Expected<SourceFile> source = parse(path, *file->second);
    if (!source)
      return source.takeError();
    parsed = parsed_.emplace(path, std::move(*source)).first;
  }
  Found found{&parsed->second};
  for (const Class &type : parsed->second.classes)
    if (type.name == inner)
      found.type = &type;
  for (const Function &function : parsed->second.functions)
    if (function.name == inner)
      found.function = &function;
  return found;
}

} // namespace tandem::torch::script
