#pragma once

#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/tensorflow/node.h"
#include "compiler/importers/tensorflow/tensor_bundle.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <deque>
#include <map>
#include <memory>

namespace tandem::tensorflow {

/// An input of the model: a node that is given a value.
struct ModelInput {
  std::string name, node;
  int32_t type = 0;
  std::optional<llvm::SmallVector<int64_t>> shape; ///< -1: open; nothing: of any rank
};
struct ModelOutput {
  std::string name, reference; ///< as FlattenRequest::fetched
};

/// What to import: a graph, its ends, and where its variables are.
struct Model {
  std::string_view file; ///< the bytes that the graph is from, which has large constants there
  MappedFile mapped;     ///< of `file`, where the importer has opened it itself
  proto::GraphDef graph;
  std::vector<ModelInput> inputs;
  bool keepsUnusedInputs = false; ///< a signature promises its inputs
  std::vector<ModelOutput> outputs;
  /// Name of a variable's node to its name in `variables`.
  llvm::StringMap<std::string> variableKeys;
  std::unique_ptr<TensorBundle> variables; ///< null: the graph is frozen
};

/// Turns a model into a module: evaluates what the outputs need, inputs first. What is known at
/// compile time is computed here, so that conditions choose their branch, and shapes are numbers.
class GraphImport {
public:
  GraphImport(mlir::MLIRContext &context, const Model &model, const ImportOptions &options);
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> run();

  /// What an edge carries. Its node is evaluated.
  Slot &slot(Edge edge);
  /// Whether a condition holds; nothing when it is not known at compile time.
  std::optional<bool> condition(Edge edge);
  /// The place of the branch that is taken; nothing when it is not known at compile time.
  std::optional<int> branch(const Chooser &chooser);
  /// Notes an unsupported node; what is behind it is unknown.
  Slots refuse(const FlatNode &node, llvm::StringRef reason);
  /// Stops the import at this node.
  Slots fail(const FlatNode &node, const llvm::Twine &what);
  const Model &model() const { return model_; }

private:
  friend class TfNode;

  struct State {
    enum Progress { kNew, kActive, kDone } progress = kNew;
    unsigned next = 0; ///< the pivot or input to evaluate next, or of a loop whether one has been
    Slots outputs;
  };

  llvm::Error makeInputs();
  llvm::Expected<mlir::RankedTensorType> inputType(const ModelInput &input) const;
  llvm::Error evaluate(int root);
  /// Of the nodes that change variables, those that are alive: none is supported.
  llvm::Error evaluateWrites();
  llvm::Expected<bool> isTaken(const Choices &choices);
  llvm::Expected<int> nextNeeded(int node);
  int nextOfChoice(const FlatNode &node, State &state);
  Slots chosen(const FlatNode &node);
  llvm::Expected<int> nextOfLoop(int node);
  int nextOfCarried(const FlatNode &node, State &state);
  Slots endedLoop(const FlatNode &node);
  /// Takes down that a node is not supported.
  void note(llvm::StringRef op, llvm::StringRef name, llvm::StringRef reason);
  Slots evaluated(const FlatNode &node);
  Slots handled(const FlatNode &node, const OpTable::Entry &entry);
  Slots made(const FlatNode &node, const OpTable::Entry &entry);
  bool readsComplex(const FlatNode &node);
  Slots madeOfComplex(const FlatNode &node, const OpTable::Entry &entry);
  Slots madeOfParts(const FlatNode &node, const OpTable::Entry &entry);
  Slots counted(const FlatNode &node, Slots slots, mlir::Operation *first);
  std::optional<Values> folded(TfNode &node, const FlatNode &record, Fold fold);
  llvm::Expected<std::vector<NamedValue>> outputs();

  /// A single number that is known at compile time.
  std::optional<Numbers> numberAt(Edge edge);
  llvm::Expected<Elements> read(const Slot &slot);
  /// The shape that a stored constant claims to have; nothing when it is not there. Cheap.
  std::optional<llvm::SmallVector<int64_t>> storedShape(const Slot &slot) const;
  /// The value of an edge, which becomes a constant of the module when it was none.
  MaybeValue valueOf(TfNode &node, Edge edge);
  std::string subjectOf(const FlatNode &node) const;

  mlir::OpBuilder atEnd() { return mlir::OpBuilder::atBlockEnd(&main_.function.getBody().front()); }

  mlir::MLIRContext &context_;
  const Model &model_;
  const ImportOptions &options_;
  ErrorCapture errors_;
  OpTable table_;
  UnsupportedOps unsupported_{refusedOperators()};
  llvm::StringSet<> noted_; ///< what is in it
  Flattener flattener_;
  FlatGraph &flat_;
  std::deque<State> states_;                            ///< which stay where they are as more come
  uint64_t operations_ = 0, computed_ = 0, stored_ = 0; ///< the latter two in elements
  MainFunction main_;
  std::map<std::pair<const proto::TensorProto *, std::string>, mlir::Value> constants_;
};

} // namespace tandem::tensorflow
