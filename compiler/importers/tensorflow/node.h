#pragma once

#include "compiler/graph/graph.h"
#include "compiler/importers/common/importer.h"
#include "compiler/importers/tensorflow/elements.h"
#include "compiler/importers/tensorflow/flat_graph.h"
#include "compiler/importers/tensorflow/numbers.h"

#include "llvm/ADT/StringMap.h"

#include <array>
#include <memory>

namespace tandem::tensorflow {

class GraphImport;
using Values = llvm::SmallVector<mlir::Value>;
using Pair = std::array<int64_t, 2>; ///< (height, width)

/// The value of TensorFlow's TensorList, and of a TensorArray's flow: one tensor behind the other,
/// of which a null one is not written yet.
using TensorList = std::vector<mlir::Value>;

/// What an edge carries while a graph is imported.
struct Slot {
  enum Kind {
    kUnknown,  ///< behind something unsupported
    kDead,     ///< on the side of a switch that is not taken
    kValue,    ///< `value`
    kStored,   ///< a constant that is not in the module yet: `tensor`, or the variable `key`
    kVariable, ///< a handle to the variable `key`
    kList,     ///< `list`
  };
  Kind kind = kUnknown;
  mlir::Value value = {};
  const proto::TensorProto *tensor = nullptr;
  std::string key = {};
  std::shared_ptr<const TensorList> list = {};

  /// Not so of an output that its node's handler leaves out.
  bool isMade() const { return kind != kValue || value; }
};
using Slots = llvm::SmallVector<Slot, 1>;

/// One node of the graph, while its handler turns it into graph ops.
///
/// Inputs are asked for by number, attributes by name. Readers of attributes return a default and
/// make failed() true when an attribute is of another kind; a handler reads everything, then checks
/// once. Errors are emitted as they are found.
class TfNode : public NodeBuilder {
public:
  TfNode(mlir::OpBuilder &builder, const FlatNode &node, GraphImport &import);

  llvm::StringRef op() const { return node_.op(); }
  const std::string &name() const { return node_.name; }
  bool failed() const { return failed_; }

  size_t inputCount() const { return node_.inputs.size(); }
  /// Failed when there are fewer inputs.
  MaybeValue input(size_t index);
  /// The shape of an input, which is not made a value for it if it is a constant.
  mlir::FailureOr<llvm::SmallVector<int64_t>> inputShape(size_t index);
  mlir::FailureOr<Values> inputs(size_t first, size_t end);
  /// An input that is a list of tensors.
  mlir::FailureOr<std::shared_ptr<const TensorList>> list(size_t index);
  /// An input with its dimensions in another order. The weights of a file are read in that order.
  MaybeValue transposed(size_t index, llvm::ArrayRef<int64_t> permutation);

  /// The elements of an input known at compile time; what is computed at run time is refused, as
  /// "'what' that is computed at run time".
  mlir::FailureOr<Numbers> constant(size_t index, llvm::StringRef what);
  mlir::FailureOr<llvm::SmallVector<int64_t>> integers(size_t index, llvm::StringRef what);
  mlir::FailureOr<int64_t> integer(size_t index, llvm::StringRef what);
  /// Dimensions of a tensor of `rank`, counted from the front, ascending and distinct.
  mlir::FailureOr<llvm::SmallVector<int64_t>> axes(size_t index, int64_t rank);
  mlir::FailureOr<int64_t> axis(int64_t given, int64_t rank);

  bool has(llvm::StringRef attribute) const { return find(attribute) != nullptr; }
  int64_t attribute(llvm::StringRef name, std::optional<int64_t> absent = std::nullopt);
  double number(llvm::StringRef name, double absent);
  bool flag(llvm::StringRef name, bool absent);
  llvm::StringRef string(llvm::StringRef name, llvm::StringRef absent);
  llvm::SmallVector<int64_t> attributeList(llvm::StringRef name);
  llvm::SmallVector<float> numberList(llvm::StringRef name);
  std::vector<std::string> stringList(llvm::StringRef name);
  /// The graph's element type that an attribute names.
  mlir::FailureOr<mlir::Type> elementType(llvm::StringRef name);
  /// Whether an attribute names complex64.
  bool isComplexType(llvm::StringRef name) const;

  /// Whether 'data_format' says that channels come before rows.
  bool isChannelsFirst();
  /// Between the node's own data format and the graph's, which is NHWC. For rank 4.
  MaybeValue toNhwc(MaybeValue value);
  MaybeValue fromNhwc(MaybeValue value);
  /// Input `index` as an NHWC image; other ranks than 4 are refused.
  MaybeValue image(size_t index);
  /// The numbers of an attribute with one for each dimension, those of height and width. The others
  /// must be 1.
  Pair spatial(llvm::StringRef name);
  Pair spatial(llvm::StringRef name, llvm::SmallVector<int64_t> list);

  /// Elements of half precision, of which the node's values are by its attribute 'T': no backend
  /// computes in them, so the handler gets them as f32. Null where they are of another type.
  mlir::Type halfType() const;
  void widenInputs() { widens_ = true; }

  mlir::LogicalResult unsupported(const llvm::Twine &reason);
  mlir::LogicalResult invalid(const llvm::Twine &what);

private:
  const proto::AttrValue *find(llvm::StringRef name) const;
  /// The attribute when it is of that kind; else says so, unless it may be absent.
  const proto::AttrValue *find(llvm::StringRef name, bool mayBeAbsent,
                               proto::AttrValue::ValueCase kind);

  /// The value in f32 if inputs are widened and it is of half precision.
  MaybeValue wide(MaybeValue value);

  const FlatNode &node_;
  GraphImport &import_;
  bool failed_ = false, widens_ = false;
};

/// Tensors side by side. Small constants are joined at once, since sizes are put together this way.
MaybeValue joined(TfNode &node, llvm::ArrayRef<mlir::Value> parts, int64_t axis);

/// Returns one value for each output that is made, null for one that is not; further outputs may be
/// left out.
using Handler = mlir::FailureOr<Values> (*)(TfNode &);
/// For operators that hand on what an edge carries, whatever it is.
using SlotHandler = Slots (*)(GraphImport &, const FlatNode &);
/// Returns what each output carries: values and lists of them.
using ListHandler = mlir::FailureOr<Slots> (*)(TfNode &);
/// The result for inputs that are all known; nothing leaves it to the handler.
using Fold = std::optional<Numbers> (*)(TfNode &, llvm::ArrayRef<Numbers>);

/// Operator to handler; filled from the files of ops/.
class OpTable {
public:
  struct Entry {
    MaybeValue (*single)(TfNode &) = nullptr;
    Handler list = nullptr;
    SlotHandler slots = nullptr;
    ListHandler lists = nullptr;
    Fold fold = nullptr;
    MaybeValue (*ofComplex)(TfNode &) = nullptr;   ///< where an input is complex
    bool isOfParts = false;                        ///< what it does to both parts is what it does
    bool seesDead = false;                         ///< takes inputs that are dead
    bool isLeaf = false;                           ///< its inputs are not evaluated
    bool makesFloats = false;                      ///< of reals of any type it makes float32
    llvm::SmallVector<llvm::StringRef, 0> outputs; ///< their names, where there are several
  };

  void add(llvm::StringRef op, MaybeValue (*handler)(TfNode &)) { entries_[op].single = handler; }
  void addList(llvm::StringRef op, Handler handler) { entries_[op].list = handler; }
  Entry &addSlots(llvm::StringRef op, SlotHandler handler) {
    entries_[op].slots = handler;
    return entries_[op];
  }
  void addLists(llvm::StringRef op, ListHandler handler) { entries_[op].lists = handler; }
  /// An operator without a handler is supported on known inputs only.
  void addFold(llvm::StringRef op, Fold fold) { entries_[op].fold = fold; }
  // Complex inputs (importers/common/complex.h) are refused but for these operators.
  void addOfComplex(llvm::StringRef op, MaybeValue (*handler)(TfNode &)) {
    entries_[op].ofComplex = handler;
  }
  void addOfParts(llvm::StringRef op) { entries_[op].isOfParts = true; }
  void makesFloats(llvm::StringRef op) { entries_[op].makesFloats = true; }
  /// Bodies of functions refer to outputs by these names. Not needed where there is one.
  void nameOutputs(llvm::StringRef op, llvm::ArrayRef<llvm::StringRef> names) {
    entries_[op].outputs.assign(names.begin(), names.end());
  }

  const Entry *find(llvm::StringRef op) const {
    auto entry = entries_.find(op);
    return entry == entries_.end() ? nullptr : &entry->second;
  }
  int outputPlace(llvm::StringRef op, llvm::StringRef output) const;
  /// The operators that have a handler, in no order.
  std::vector<std::string> names() const;

private:
  llvm::StringMap<Entry> entries_;
};
void registerAllOps(OpTable &table); // generated from ops/
/// The operators of TensorFlow without a handler; the data is refused.cpp.
const RefusedOperators &refusedOperators();

} // namespace tandem::tensorflow
