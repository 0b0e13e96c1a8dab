#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/json.h"
#include "compiler/importers/common/node_builder.h"
#include "compiler/importers/keras/model_config.h"
#include "compiler/importers/keras/weights.h"

#include "llvm/ADT/StringMap.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::keras {

using Pair = llvm::SmallVector<int64_t, 2>; ///< (height, width)

/// One use of a layer, while its handler turns it into graph ops.
///
/// Readers of the configuration return the default and make failed() true when the file has
/// something of another kind; a handler reads everything, then checks once. Errors are emitted as
/// they are found.
class Layer : public NodeBuilder {
public:
  Layer(mlir::OpBuilder &builder, const LayerConfig &config, const LayerCall &call,
        llvm::ArrayRef<mlir::Value> inputs, const LayerWeights &weights, int kerasMajor,
        UnsupportedOps &unsupported);

  llvm::StringRef name() const { return config_.name; }
  /// 2 or 3; some functions differ between them.
  int kerasMajor() const { return kerasMajor_; }
  bool failed() const { return failed_; }

  llvm::ArrayRef<mlir::Value> inputs() const { return inputs_; }
  /// The only input; it must have `rank` dimensions when that is given.
  mlir::Value input() const { return inputs_.front(); }
  llvm::ArrayRef<int64_t> inputShape() const { return shapeOf(input()); }
  mlir::Type elementType() const { return mlir::getElementTypeOrSelf(input()); }
  /// An argument of a function of keras.ops: a tensor, or a number in the type of the first tensor.
  MaybeValue argument(size_t index);
  /// Emits an error unless there is one input, of that rank.
  bool hasOneInput(int64_t rank);
  bool hasOneInput();

  const Json *find(llvm::StringRef key) const { return member(config_.config, key); }
  int64_t integer(llvm::StringRef key, std::optional<int64_t> absent = std::nullopt);
  double number(llvm::StringRef key, std::optional<double> absent = std::nullopt);
  bool flag(llvm::StringRef key, bool absent);
  llvm::StringRef string(llvm::StringRef key, llvm::StringRef absent);
  /// Two numbers, or one for both.
  Pair pair(llvm::StringRef key, std::optional<Pair> absent = std::nullopt);
  llvm::SmallVector<int64_t> integers(llvm::StringRef key);
  /// An axis counted from the front, one that the input has.
  int64_t axis(llvm::StringRef key, int64_t absent);
  /// Marks the layer unsupported if it is not channels_last.
  void checkDataFormat();
  /// Pads of a window by 'padding', which is 'valid' or 'same'.
  std::pair<Pair, Pair> padding(const Pair &kernel, const Pair &stride, const Pair &dilation);

  /// Weight number `index`, which Keras calls `what`. With a permutation its dimensions come in
  /// that order: a large one is put into it as it is read.
  MaybeValue weight(size_t index, llvm::StringRef what, llvm::ArrayRef<int64_t> shape,
                    llvm::ArrayRef<int64_t> permutation = {});
  /// The same as numbers.
  mlir::FailureOr<std::vector<float>> weightValues(size_t index, llvm::StringRef what,
                                                   llvm::ArrayRef<int64_t> shape);
  size_t weightCount() const { return weights_.size(); }
  /// The 'bias' behind `index` weights, when 'use_bias' says that there is one.
  MaybeValue bias(size_t index, int64_t channels);

  /// Takes part in the message that lists everything unsupported.
  mlir::LogicalResult unsupported(const llvm::Twine &reason);
  mlir::LogicalResult invalid(const llvm::Twine &what);

private:
  mlir::FailureOr<Hdf5Dataset> dataset(size_t index, llvm::StringRef what,
                                       llvm::ArrayRef<int64_t> shape);
  template <typename T>
  T get(llvm::StringRef key, std::optional<T> absent, std::optional<T> (*convert)(const Json &),
        llvm::StringRef expected);

  const LayerConfig &config_;
  const LayerCall &call_;
  llvm::ArrayRef<mlir::Value> inputs_;
  const LayerWeights &weights_;
  int kerasMajor_;
  UnsupportedOps &unsupported_;
  bool failed_ = false;
};

/// A function named in a configuration ('relu'), or an object of Keras 3 that stands for one.
MaybeValue applyActivation(Layer &layer, MaybeValue input, const Json *activation);
/// The layer's own 'activation', if it has one.
MaybeValue applyActivation(Layer &layer, MaybeValue input);

using Handler = MaybeValue (*)(Layer &);
/// Class name to handler; filled from the files of layers/.
class LayerTable {
public:
  void add(llvm::StringRef className, Handler handler) { handlers_[className] = handler; }
  Handler find(llvm::StringRef className) const { return handlers_.lookup(className); }
  /// The class names that have a handler, in no order.
  std::vector<std::string> names() const {
    std::vector<std::string> list;
    for (llvm::StringRef className : handlers_.keys())
      list.push_back(className.str());
    return list;
  }

private:
  llvm::StringMap<Handler> handlers_;
};
void registerAllLayers(LayerTable &table); // generated from layers/
/// The layers of Keras without a handler; the data is refused.cpp.
const RefusedOperators &refusedOperators();

} // namespace tandem::keras
