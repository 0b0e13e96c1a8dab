#include "runtime/bundle.h"

namespace tandem {

Result<std::shared_ptr<const Bundle>> Bundle::open(const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(bundle::Reader reader, bundle::Reader::open(path));
  return std::shared_ptr<const Bundle>(new Bundle(std::move(reader)));
}

Result<std::shared_ptr<const Bundle>> Bundle::openBytes(std::span<const std::byte> bytes,
                                                        std::string name) {
  TANDEM_ASSIGN_OR_RETURN(bundle::Reader reader, bundle::Reader::openBytes(bytes, std::move(name)));
  return std::shared_ptr<const Bundle>(new Bundle(std::move(reader)));
}

Result<const bundle::Model *> Bundle::model(std::string_view name) const {
  if (name.empty())
    return manifest().models()->Get(0);
  std::string known;
  for (const bundle::Model *model : *manifest().models()) {
    if (model->name()->string_view() == name)
      return model;
    known += (known.empty() ? "'" : ", '") + model->name()->str() + "'";
  }
  return Error(Code::kNotFound, path(), "has no model '", name, "', only ", known);
}

} // namespace tandem
