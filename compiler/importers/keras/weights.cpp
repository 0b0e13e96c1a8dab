#include "compiler/importers/keras/weights.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"

namespace tandem::keras {

llvm::Expected<Hdf5Dataset> LayerWeights::read(size_t index) const {
  auto inContext = [&](llvm::Error error) {
    return llvm::createStringError("the weights '" + names_[index] +
                                   "': " + llvm::toString(std::move(error)));
  };
  llvm::Expected<std::optional<Hdf5Object>> object = group_->child(names_[index]);
  if (!object)
    return inContext(object.takeError());
  if (!*object)
    return llvm::createStringError("the weights '" + names_[index] + "' are missing");
  llvm::Expected<Hdf5Dataset> dataset = (*object)->dataset();
  if (!dataset)
    return inContext(dataset.takeError());
  return dataset;
}

llvm::Expected<LayerWeights> LayerWeights::inFolder(Hdf5Object folder) {
  LayerWeights weights;
  llvm::Expected<std::optional<Hdf5Object>> group = folder.child("vars");
  if (!group)
    return group.takeError();
  weights.folder_ = std::move(folder);
  if (!*group)
    return weights;
  for (size_t i = 0; i < (*group)->linkCount(); ++i)
    weights.names_.push_back(std::to_string(i));
  weights.group_ = std::move(*group);
  return weights;
}

llvm::Expected<LayerWeights> LayerWeights::inside(llvm::StringRef member, size_t begin,
                                                  size_t count) const {
  if (folder_) {
    llvm::Expected<std::optional<Hdf5Object>> folder = folder_->child(member);
    if (!folder)
      return folder.takeError();
    return *folder ? inFolder(std::move(**folder)) : LayerWeights();
  }
  LayerWeights weights;
  weights.group_ = group_;
  for (size_t i = begin; i < names_.size() && i - begin < count; ++i)
    weights.names_.push_back(names_[i]);
  return weights;
}

/// What Keras 3 makes of a class's name: "SeparableConv2D" is "separable_conv2d".
static std::string toSnakeCase(llvm::StringRef name) {
  std::string result;
  for (size_t i = 0; i < name.size(); ++i) {
    bool beginsWord =
        llvm::isUpper(name[i]) && i > 0 &&
        (llvm::isLower(name[i - 1]) || (i + 1 < name.size() && llvm::isLower(name[i + 1])));
    if (beginsWord)
      result += '_';
    result += llvm::toLower(name[i]);
  }
  return result;
}

std::string WeightPaths::of(llvm::StringRef className) {
  if (className == "GroupQueryAttention") // exported by another name than the class has
    className = "GroupedQueryAttention";
  std::string name = toSnakeCase(className);
  size_t number = used_[name]++;
  return folder_ + "/" + name + (number ? "_" + std::to_string(number) : "");
}

WeightStore WeightStore::ofGroups(std::optional<Hdf5Object> modelWeights) {
  WeightStore store;
  store.root_ = std::move(modelWeights);
  return store;
}

WeightStore WeightStore::ofPaths(Hdf5Object root) {
  WeightStore store;
  store.root_ = std::move(root);
  store.isByPath_ = true;
  return store;
}

llvm::Expected<LayerWeights> WeightStore::of(const LayerConfig &layer) const {
  if (!root_)
    return LayerWeights();
  return isByPath_ ? atPath(layer) : inGroup(layer);
}

/// A list too long for one attribute goes on in "weight_names0", "weight_names1".
static llvm::Expected<std::vector<std::string>> weightNames(const Hdf5Object &group) {
  std::vector<std::string> names;
  constexpr llvm::StringLiteral kKey = "weight_names";
  for (size_t part = 0;; ++part) {
    std::string key = part == 0 ? kKey.str() : (kKey + llvm::Twine(part - 1)).str();
    llvm::Expected<std::optional<std::vector<std::string>>> some = group.attribute(key);
    if (!some)
      return some.takeError();
    if (*some)
      names.insert(names.end(), (*some)->begin(), (*some)->end());
    else if (part > 0)
      return names;
  }
}

/// Whether the last part of the path, the variable, belongs to the layer of that name.
static bool isOnPath(llvm::StringRef path, llvm::StringRef layerName) {
  llvm::SmallVector<llvm::StringRef> parts;
  path.split(parts, '/');
  parts.pop_back();
  return llvm::is_contained(parts, layerName);
}

llvm::Expected<LayerWeights> WeightStore::inGroup(const LayerConfig &layer) const {
  LayerWeights weights;
  llvm::Expected<std::optional<Hdf5Object>> group = root_->child(layer.weights.group);
  if (!group)
    return group.takeError();
  if (!*group)
    return weights;
  llvm::Expected<std::vector<std::string>> names = weightNames(**group);
  if (!names)
    return names.takeError();
  for (std::string &name : *names)
    if (!layer.weights.sharesGroup || isOnPath(name, layer.weights.nameOnPath))
      weights.names_.push_back(std::move(name));
  weights.group_ = std::move(*group);
  return weights;
}

llvm::Expected<LayerWeights> WeightStore::atPath(const LayerConfig &layer) const {
  if (layer.weights.path.empty())
    return LayerWeights();
  llvm::Expected<std::optional<Hdf5Object>> folder = root_->child(layer.weights.path);
  if (!folder)
    return folder.takeError();
  if (!*folder)
    return LayerWeights();
  llvm::Expected<LayerWeights> weights = LayerWeights::inFolder(std::move(**folder));
  if (!weights || !weights->group_)
    return weights;
  llvm::Expected<std::optional<std::vector<std::string>>> name = weights->group_->attribute("name");
  if (!name)
    return name.takeError();
  if (*name && (*name)->size() == 1 && (*name)->front() != layer.weights.storedName)
    return llvm::createStringError("its weights are those of '" + (*name)->front() + "' in '" +
                                   layer.weights.path + "'");
  return weights;
}

} // namespace tandem::keras
