#include "compiler/importers/keras/weights.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"

#include <algorithm>
#include <iterator>

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

/// "kernel" of "lstm/lstm_cell/kernel:0".
static llvm::StringRef variableOf(llvm::StringRef path) {
  return path.substr(path.rfind('/') + 1).split(':').first;
}

size_t LayerWeights::indexOf(llvm::StringRef what, size_t index) const {
  if (folder_)
    return index;
  std::string variable = what.str();
  std::replace(variable.begin(), variable.end(), ' ', '_');
  auto isIt = [&](const std::string &name) { return variableOf(name) == variable; };
  auto found = llvm::find_if(names_, isIt);
  bool isOnly = found != names_.end() && std::none_of(found + 1, names_.end(), isIt);
  return isOnly ? found - names_.begin() : index;
}

llvm::Expected<LayerWeights> LayerWeights::inOneOf(llvm::ArrayRef<std::string> folders) const {
  for (const std::string &name : folders) {
    llvm::Expected<std::optional<Hdf5Object>> folder = folder_->child(name);
    if (!folder)
      return folder.takeError();
    if (*folder)
      return inFolder(std::move(**folder));
  }
  return LayerWeights();
}

llvm::Expected<LayerWeights> LayerWeights::inside(llvm::StringRef member) const {
  return folder_ ? inOneOf(member.str()) : *this;
}

/// Of each weight, by the first part of its path that names one, behind those that all share.
std::vector<std::optional<size_t>> LayerWeights::membersByName(MemberOf memberOf) const {
  std::vector<llvm::SmallVector<llvm::StringRef>> paths(names_.size());
  size_t shared = SIZE_MAX;
  for (auto [path, name] : llvm::zip(paths, names_)) {
    llvm::StringRef(name).split(path, '/');
    path.pop_back(); // the variable
    shared = std::min(shared, path.size());
    while (llvm::ArrayRef(path).take_front(shared) !=
           llvm::ArrayRef(paths.front()).take_front(shared))
      --shared;
  }
  std::vector<std::optional<size_t>> members(names_.size());
  for (auto [path, member] : llvm::zip(paths, members))
    for (size_t i = shared; i < path.size() && !member; ++i)
      member = memberOf(path[i]);
  return members;
}

llvm::Expected<std::vector<LayerWeights>>
LayerWeights::split(llvm::ArrayRef<InnerLayer> inner, MemberOf memberOf, bool isInOrder) const {
  std::vector<LayerWeights> parts(inner.size());
  if (folder_) {
    for (auto [part, layer] : llvm::zip(parts, inner)) {
      llvm::Expected<LayerWeights> own = inOneOf(layer.folders);
      if (!own)
        return own.takeError();
      part = std::move(*own);
    }
    return parts;
  }
  auto deal = [&](llvm::ArrayRef<std::optional<size_t>> members) {
    for (LayerWeights &part : parts)
      part = LayerWeights();
    for (auto [name, member] : llvm::zip(names_, members)) {
      if (!member)
        continue;
      parts[*member].names_.push_back(name);
      parts[*member].group_ = group_;
    }
    return !llvm::is_contained(members, std::nullopt) &&
           llvm::all_of(llvm::zip(parts, inner), [](auto pair) {
             auto [part, layer] = pair;
             return layer.count ? part.size() == layer.count : part.size() > 0;
           });
  };
  if (names_.empty() || deal(membersByName(memberOf)))
    return parts;
  std::vector<std::optional<size_t>> inPlace;
  for (auto [member, layer] : llvm::enumerate(inner))
    inPlace.insert(inPlace.end(), layer.count, member);
  inPlace.resize(names_.size());
  if (isInOrder) { // of those that are missing, the layer says so
    (void)deal(inPlace);
    return parts;
  }
  return llvm::createStringError("the names of its weights ('" + names_.front() +
                                 "', ...) do not say which of its layers they belong to, and an "
                                 ".h5 file has those in another order when layers are frozen: "
                                 "save the model as .keras");
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

/// Of the names in a group those of the layer. Layers of different models may have one name: those
/// count whose path begins with the layer behind most of its models, else has these somewhere.
static std::vector<std::string> namesOf(const WeightPlace &place,
                                        const std::vector<std::string> &names) {
  std::vector<llvm::StringRef> chain(place.models.begin(), place.models.end());
  chain.push_back(place.nameOnPath);
  auto isOnPath = [&](llvm::StringRef name, llvm::ArrayRef<llvm::StringRef> wanted, bool atStart) {
    llvm::SmallVector<llvm::StringRef> path;
    name.split(path, '/');
    path.pop_back(); // the variable
    auto found = std::search(path.begin(), path.end(), wanted.begin(), wanted.end());
    return found != path.end() && (!atStart || found == path.begin());
  };
  std::vector<std::string> own;
  for (bool atStart : {true, false})
    for (llvm::ArrayRef<llvm::StringRef> wanted = chain; !wanted.empty() && own.empty();
         wanted = wanted.drop_front())
      llvm::copy_if(names, std::back_inserter(own),
                    [&](const std::string &name) { return isOnPath(name, wanted, atStart); });
  return own;
}

/// Of Keras 3's enable_lora(): kernel + lora_kernel_a * lora_kernel_b.
static bool isOfLora(llvm::StringRef path) {
  return variableOf(path).starts_with("lora_");
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
  weights.names_ = layer.weights.sharesGroup ? namesOf(layer.weights, *names) : std::move(*names);
  if (llvm::any_of(weights.names_, isOfLora))
    return llvm::createStringError("LoRA has its weights in parts in an .h5 file: save the model "
                                   "as .keras, which has them put together");
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
