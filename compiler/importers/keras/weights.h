#pragma once

#include "compiler/importers/keras/hdf5_file.h"
#include "compiler/importers/keras/model_config.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tandem::keras {

/// The weights of one layer in the file's order, read when they are asked for.
class LayerWeights {
public:
  size_t size() const { return names_.size(); }
  llvm::Expected<Hdf5Dataset> read(size_t index) const;

  /// Those of a layer inside this one. A .keras file has them in a folder of the layer's, called
  /// `member`; an .h5 file one behind another, `count` from number `begin` on.
  llvm::Expected<LayerWeights> inside(llvm::StringRef member, size_t begin, size_t count) const;

private:
  friend class WeightStore;
  static llvm::Expected<LayerWeights> inFolder(Hdf5Object folder);

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
