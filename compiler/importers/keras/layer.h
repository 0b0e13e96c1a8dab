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
using Values = llvm::SmallVector<mlir::Value>;
using Results = mlir::FailureOr<Values>;

class LayerTable;
struct ArrayArgument;

/// What all layers of an import have in common.
struct ImportState {
  mlir::OpBuilder &builder;
  const LayerTable &table;
  int kerasMajor;
  UnsupportedOps &unsupported;
};

/// One use of a layer, while its handler turns it into graph ops.
///
/// Readers of the configuration return the default and make failed() true when the file has
/// something of another kind; a handler reads everything, then checks once. Errors are emitted as
/// they are found.
class Layer : public NodeBuilder {
public:
  Layer(ImportState &state, const LayerConfig &config, const LayerCall &call,
        llvm::ArrayRef<mlir::Value> inputs, LayerWeights weights,
        llvm::ArrayRef<mlir::Value> masks = {});

  const Json &config() const { return config_.config; }
  llvm::StringRef className() const { return config_.className; }
  llvm::StringRef name() const { return config_.name; }
  /// 2 or 3; some functions differ between them.
  int kerasMajor() const { return state_.kerasMajor; }
  /// Runs the handler of its class, once what no handler takes is refused.
  Results import();
  /// Refuses what import() would whatever the inputs are, which are not there.
  void listUnknown();
  bool failed() const { return failed_; }

  llvm::ArrayRef<mlir::Value> inputs() const { return inputs_; }
  /// The only input; it must have `rank` dimensions when that is given.
  mlir::Value input() const { return inputs_.front(); }
  llvm::ArrayRef<int64_t> inputShape() const { return shapeOf(input()); }
  /// Truth values of the places of that input that count; null: all do. See masks.h.
  mlir::Value mask(size_t index) const {
    return index < masks_.size() ? masks_[index] : mlir::Value();
  }
  /// Whether the call is given one, and not only its inputs have some.
  bool isMaskGiven() const { return !call_.masked.empty(); }
  bool hasMask() const {
    return llvm::any_of(masks_, [](mlir::Value mask) { return bool(mask); });
  }
  mlir::Type elementType() const { return mlir::getElementTypeOrSelf(input()); }
  /// An argument of the call by its place or its name; null when it is absent, or None.
  const Json *argument(size_t index, llvm::StringRef argumentName) const;
  /// An argument that is a tensor, or numbers: one in the type of the first tensor.
  MaybeValue operand(size_t index, llvm::StringRef argumentName);
  /// The tensors in an argument, one or lists of them; `argument` may be null.
  Values tensorsIn(const Json *argument) const;
  /// Emits an error unless there is one input, of that rank.
  bool hasOneInput(int64_t rank);
  bool hasOneInput();

  /// Among the arguments of the call that have names, else in the configuration.
  const Json *find(llvm::StringRef key) const;
  int64_t integer(llvm::StringRef key, std::optional<int64_t> absent = std::nullopt);
  double number(llvm::StringRef key, std::optional<double> absent = std::nullopt);
  bool flag(llvm::StringRef key, bool absent);
  llvm::StringRef string(llvm::StringRef key, llvm::StringRef absent);
  /// Two numbers, or one for both.
  Pair pair(llvm::StringRef key, std::optional<Pair> absent = std::nullopt);
  llvm::SmallVector<int64_t> integers(llvm::StringRef key);
  /// One integer or a list of them; `absent` when there are none.
  llvm::SmallVector<int64_t> oneOrMore(llvm::StringRef key, llvm::ArrayRef<int64_t> absent);
  /// An axis counted from the front, one that the input has.
  int64_t axis(llvm::StringRef key, int64_t absent);
  /// One axis or several, counted from the front and ascending.
  mlir::FailureOr<llvm::SmallVector<int64_t>> axes(llvm::StringRef key,
                                                   llvm::ArrayRef<int64_t> absent);
  /// The same of a tensor of that shape.
  mlir::FailureOr<llvm::SmallVector<int64_t>>
  axes(llvm::StringRef key, llvm::ArrayRef<int64_t> absent, llvm::ArrayRef<int64_t> shape);

  /// Weight number `index`, or the one that the file calls `what`, as Keras does. With a
  /// permutation its dimensions come in that order: a large one is put into it as it is read.
  MaybeValue weight(size_t index, llvm::StringRef what, llvm::ArrayRef<int64_t> shape,
                    llvm::ArrayRef<int64_t> permutation = {});
  /// The same as numbers.
  mlir::FailureOr<std::vector<float>> weightValues(size_t index, llvm::StringRef what,
                                                   llvm::ArrayRef<int64_t> shape);
  /// The same in the shape that the file has.
  MaybeValue weight(size_t index, llvm::StringRef what);
  const LayerWeights &weights() const { return weights_; }
  /// The weights of the layer, or the layers, inside this one; see LayerWeights.
  mlir::FailureOr<LayerWeights> weightsInside(llvm::StringRef member);
  mlir::FailureOr<std::vector<LayerWeights>>
  splitWeights(llvm::ArrayRef<InnerLayer> inner, LayerWeights::MemberOf memberOf, bool isInOrder);
  /// The 'bias' behind `index` weights, when 'use_bias' says that there is one.
  MaybeValue bias(size_t index, int64_t channels);

  /// A layer inside this one that `json` describes; "" in the class name when it does not.
  LayerConfig layerInside(const Json *json) const;
  /// What that gives of these inputs.
  Results run(const LayerConfig &inner, llvm::ArrayRef<mlir::Value> inputs, LayerWeights weights);

  /// Takes part in the message that lists everything unsupported.
  mlir::LogicalResult unsupported(const llvm::Twine &reason);
  mlir::LogicalResult invalid(const llvm::Twine &what);

  ImportState &state() { return state_; }

private:
  MaybeValue numbers(const ArrayArgument &array);
  mlir::FailureOr<Hdf5Dataset> dataset(size_t index, llvm::StringRef what);
  mlir::FailureOr<Hdf5Dataset> dataset(size_t index, llvm::StringRef what,
                                       llvm::ArrayRef<int64_t> shape);
  mlir::LogicalResult checkClass();
  mlir::LogicalResult checkCall();
  template <typename T>
  T get(llvm::StringRef key, std::optional<T> absent, std::optional<T> (*convert)(const Json &),
        llvm::StringRef expected);

  ImportState &state_;
  const LayerConfig &config_;
  const LayerCall &call_;
  llvm::ArrayRef<mlir::Value> inputs_, masks_;
  LayerWeights weights_;
  bool failed_ = false;
};

/// Numbers in a list; nothing where something else is.
std::optional<llvm::SmallVector<double>> asNumbers(const Json &value);

/// The type that a layer computes in: of Keras 3, the name of its policy.
llvm::StringRef dtypeName(const Json &config);

/// A function named in a configuration ('relu'), or an object of Keras 3 that stands for one.
MaybeValue applyActivation(Layer &layer, MaybeValue input, const Json *activation);
/// The layer's own 'activation', if it has one.
MaybeValue applyActivation(Layer &layer, MaybeValue input);

/// What a layer takes: real numbers only, or integers too.
enum class Takes { kReals, kIntegers };

using Handler = MaybeValue (*)(Layer &);
/// Of a layer with several results.
using ManyHandler = Results (*)(Layer &);

/// Class name to handler; filled from the files of layers/.
class LayerTable {
public:
  struct Entry {
    Handler one = nullptr;
    ManyHandler many = nullptr;
    Takes takes = Takes::kReals;
    bool makesIntegers = false; ///< its 'dtype' may be one
  };

  void add(llvm::StringRef className, Handler handler, Takes takes = Takes::kReals) {
    entries_[className] = {handler, nullptr, takes, false};
  }
  void addMany(llvm::StringRef className, ManyHandler handler, Takes takes = Takes::kReals) {
    entries_[className] = {nullptr, handler, takes, false};
  }
  void makesIntegers(llvm::StringRef className) { entries_[className].makesIntegers = true; }
  /// Null when there is none.
  const Entry *find(llvm::StringRef className) const {
    auto found = entries_.find(className);
    return found == entries_.end() ? nullptr : &found->second;
  }
  /// The class names that have a handler, in no order.
  std::vector<std::string> names() const {
    std::vector<std::string> list;
    for (llvm::StringRef className : entries_.keys())
      list.push_back(className.str());
    return list;
  }

private:
  llvm::StringMap<Entry> entries_;
};
void registerAllLayers(LayerTable &table); // generated from layers/
/// The layers of Keras without a handler; the data is refused.cpp.
const RefusedOperators &refusedOperators();

} // namespace tandem::keras
