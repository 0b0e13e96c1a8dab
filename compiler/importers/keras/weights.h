#pragma once

#include "compiler/importers/keras/hdf5_file.h"
#include "compiler/importers/keras/model_config.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tandem::keras {

/// A layer inside another one: the folder that a .keras file has for it, by one of these names, and
/// the number of its weights; 0: unknown.
struct InnerLayer {
  std::vector<std::string> folders;
  size_t count = 0;
};

/// The weights of one layer in the file's order, read when they are asked for.
class LayerWeights {
public:
  size_t size() const { return names_.size(); }
  llvm::Expected<Hdf5Dataset> read(size_t index) const;

  /// The place of the one that Keras calls `what`, with "_" for " "; `index` where no name says it.
  /// An .h5 file has the trainable ones first: those of a layer need not be in the layer's order.
  size_t indexOf(llvm::StringRef what, size_t index) const;

  /// Those of the only layer with weights inside this one. A .keras file has them in a folder of
  /// the layer's, called `member`; an .h5 file among all others.
  llvm::Expected<LayerWeights> inside(llvm::StringRef member) const;

  /// Which of the layers inside a part of a weight's path names; nothing: none of them.
  using MemberOf = llvm::function_ref<std::optional<size_t>(llvm::StringRef part)>;
  /// Those of each layer inside this one. Where names do not say it, they are one behind another
  /// when `isInOrder`, and refused when not.
  llvm::Expected<std::vector<LayerWeights>> split(llvm::ArrayRef<InnerLayer> inner,
                                                  MemberOf memberOf, bool isInOrder) const;

private:
  friend class WeightStore;
  static llvm::Expected<LayerWeights> inFolder(Hdf5Object folder);
  llvm::Expected<LayerWeights> inOneOf(llvm::ArrayRef<std::string> folders) const;
  std::vector<std::optional<size_t>> membersByName(MemberOf memberOf) const;

  std::optional<Hdf5Object> folder_; ///< of a .keras file
  std::optional<Hdf5Object> group_;
  std::vector<std::string> names_; ///< paths below the group
};

/// Where a .keras file has layers: numbered for each class, "layers/dense", "layers/dense_1".
class WeightPaths {
public:
  explicit WeightPaths(std::string folder) : folder_(std::move(folder)) {}
  std::string of(llvm::StringRef className);

private:
  std::string folder_;
  std::map<std::string, size_t> used_;
};

/// All weights of a file, by both ways of Keras; see WeightPlace.
class WeightStore {
public:
  /// `modelWeights` is the group "model_weights" of an .h5 file, if it has one.
  static WeightStore ofGroups(std::optional<Hdf5Object> modelWeights);
  /// `root` is the root of model.weights.h5 in a .keras file.
  static WeightStore ofPaths(Hdf5Object root);

  /// None when the layer has none. An error when the file calls the layer there otherwise.
  llvm::Expected<LayerWeights> of(const LayerConfig &layer) const;

private:
  llvm::Expected<LayerWeights> inGroup(const LayerConfig &layer) const;
  llvm::Expected<LayerWeights> atPath(const LayerConfig &layer) const;

  std::optional<Hdf5Object> root_;
  bool isByPath_ = false;
};

} // namespace tandem::keras
